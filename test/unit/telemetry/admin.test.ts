import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { hostAllowed } from '../../../src/telemetry/admin-host.js';
import { startAdmin, type Admin } from '../../../src/telemetry/admin.js';
import { createMetrics } from '../../../src/telemetry/metrics.js';
import { snapshot } from './snapshots.js';

const listen = { host: '127.0.0.1', port: 0 };

async function withAdmin(run: (admin: Admin, verdict: { problems: string[] }) => Promise<void>): Promise<void> {
  const verdict = { problems: [] as string[] };
  const say = () => ({ ok: verdict.problems.length === 0, problems: verdict.problems });
  const admin = await startAdmin({ listen, metrics: createMetrics(() => snapshot()), health: say, ready: say });
  try {
    await run(admin, verdict);
  } finally {
    await admin.close();
  }
}

test('serves metrics, health and readiness', () =>
  withAdmin(async ({ url }, verdict) => {
    const metrics = await fetch(`${url}/metrics`);
    assert.equal(metrics.status, 200);
    assert.match(metrics.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    assert.match(await metrics.text(), /forwarder_pulls_total/);
    for (const path of ['/healthz', '/readyz?verbose=1']) {
      verdict.problems = [];
      const fine = await fetch(url + path);
      assert.deepEqual([fine.status, await fine.json()], [200, { status: 'ok', problems: [] }]);
      verdict.problems = ['shard 3 is stuck'];
      const bad = await fetch(url + path);
      assert.deepEqual([bad.status, await bad.json()], [503, { status: 'failing', problems: ['shard 3 is stuck'] }]);
    }
  }));

test('anything else is 404 or 405', () =>
  withAdmin(async ({ url }) => {
    assert.equal((await fetch(`${url}/`)).status, 404);
    assert.equal((await fetch(`${url}/metrics/`)).status, 404);
    const post = await fetch(`${url}/metrics`, { method: 'POST', body: 'x'.repeat(100_000) });
    assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD']);
    const head = await fetch(`${url}/healthz`, { method: 'HEAD' });
    assert.deepEqual([head.status, await head.text()], [200, '']);
  }));

test('a request that is too large or not HTTP gets an error, and the server goes on', () =>
  withAdmin(async ({ url }) => {
    const large = await fetch(`${url}/metrics`, { headers: { 'x-large': 'x'.repeat(10_000) } });
    assert.equal(large.status, 431);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
        socket.write('\u0016\u0003\u0001 no HTTP\r\n\r\n'),
      );
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
    });
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
  }));

test("an address that can't be listened on is one line with what to do", () =>
  withAdmin(async ({ url }) => {
    const port = Number(new URL(url).port);
    const say = () => ({ ok: true, problems: [] });
    const second = startAdmin({
      listen: { host: '127.0.0.1', port },
      metrics: createMetrics(() => snapshot()),
      health: say,
      ready: say,
    });
    await assert.rejects(second, {
      code: 'LISTEN_FAILED',
      exitCode: 69,
      message: `can't listen on 127.0.0.1:${port}: something listens there already, perhaps another forwarder; set admin.listen to another host:port, or to off`,
    });
  }));

test('closing ends open connections', async () => {
  await withAdmin(async ({ url }) => {
    const { port } = new URL(url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', resolve);
      socket.on('error', () => undefined);
    });
  });
});

const statusFor = (url: string, host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request(`${url}/healthz`, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });

test('any number of silent connections keeps no probe out', () =>
  withAdmin(async ({ url }) => {
    const sockets: Socket[] = [];
    for (let count = 0; count < 300; count++) {
      const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
      sockets.push(socket);
      await once(socket, 'connect');
      if (count % 3 === 1) socket.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ');
    }
    assert.equal((await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) })).status, 200);
    for (const socket of sockets) socket.destroy();
  }));

test('a request that names a host of somebody else is refused (DNS rebinding)', () =>
  withAdmin(async ({ url }) => {
    assert.equal(await statusFor(url, 'evil.example:9464'), 421);
    assert.equal(await statusFor(url, '127.0.0.1:9464'), 200);
    assert.equal(await statusFor(url, 'localhost'), 200);
  }));

test('a host is ours by address, by our names, and by names that no public domain has', () => {
  const allowed = (header: string | undefined): boolean => hostAllowed(header, 'Admin.Example.com', 'vm1');
  const ours = [
    '10.0.0.7',
    '10.0.0.7:9464',
    '[::1]:9464',
    'localhost:1',
    'LOCALHOST.',
    'vm1',
    'vm1.corp.example.com:9464',
  ];
  const names = [
    'admin.example.com',
    'forwarder',
    'forwarder-0.forwarder.ns.svc:9464',
    'a.svc.cluster.local',
    undefined,
  ];
  for (const header of [...ours, ...names]) assert.ok(allowed(header), header);
  const others = [
    'evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'vm1x.evil.example',
  ];
  for (const header of [...others, '', ':80', '[evil]', 'a:b:c']) assert.ok(!allowed(header), header);
});
