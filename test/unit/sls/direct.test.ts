import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import https from 'node:https';
import type net from 'node:net';
import type { AddressInfo } from 'node:net';
import test, { type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { systemClock, type Clock } from '../../../src/flow/clock.js';
import { dialFor, parseEndpoint, type Dial } from '../../../src/sls/endpoint.js';
import type { HttpReply, HttpRequest } from '../../../src/sls/http/exchange.js';
import { type TrafficClass, HttpTransport } from '../../../src/sls/http/transport.js';
import { testCerts, tlsFiles } from '../../support/certs.js';
import { ManualClock } from '../../support/manual-clock.js';
import { serveHttp, serveRaw, type Scripted } from './scripted-server.js';

const LIMITS = { connectTimeoutMs: 5000, responseTimeoutMs: 10_000, maxBodyBytes: 1 << 22, maxSockets: 2 };
const BODY = Buffer.alloc(300_000, 'direct! ');

function dialTo(text: string): Dial {
  const result = parseEndpoint(text);
  assert.ok(result.ok);
  return dialFor(result.endpoint, 'p');
}

/** Asks a server over a transport that is direct for pulls and Node's client for everything else. */
function client(context: TestContext, server: Scripted, clock: Clock = systemClock) {
  const transport = new HttpTransport(LIMITS, clock);
  context.after(async () => {
    transport.close();
    await server.close();
  });
  return (traffic: TrafficClass = 'pull'): Promise<HttpReply> =>
    transport.request(dialTo(`127.0.0.1:${server.port}`), traffic, PULL);
}

const PULL: HttpRequest = {
  what: 'pull',
  method: 'GET',
  target: '/x',
  headers: { host: 'p.example' },
  body: Buffer.alloc(0),
  bodyBuffer: (size) => new ArrayBuffer(size + 10),
  signal: new AbortController().signal,
};

const reply = (body: string, more = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nx-log-count:  7 \r\n${more}\r\n${body}`;

const text = ({ body, bodyLength }: HttpReply): string => Buffer.from(body, 0, bodyLength).toString('latin1');

test('a reply in pieces of any size is read whole, many on one connection', async (context) => {
  let pieces: readonly number[] = [];
  const whole = Buffer.from(reply(BODY.toString()));
  const send = async (socket: net.Socket): Promise<void> => {
    let at = 0;
    for (const size of [...pieces, whole.length]) {
      socket.write(whole.subarray(at, at + size));
      at += size;
      if (at >= whole.length) break;
      await turn();
    }
  };
  const server = await serveRaw((socket) => void send(socket));
  const pull = client(context, server);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fc.nat(3), fc.nat(100), fc.nat(100_000)), { maxLength: 40 }), async (sizes) => {
      pieces = sizes;
      const got = await pull();
      assert.equal(got.bodyLength, BODY.length);
      assert.ok(Buffer.from(got.body, 0, got.bodyLength).equals(BODY));
      assert.equal(got.headers['x-log-count'], '7');
    }),
    { numRuns: 60 },
  );
  assert.equal(server.accepted(), 1);
});

test('whatever the bytes, a pull ends as it does with the client of Node', async (context) => {
  let bytes = Buffer.alloc(0);
  const server = await serveRaw((socket) => socket.end(bytes));
  const outcome = async (traffic: TrafficClass): Promise<unknown> => {
    // A transport of its own: after an unusual reply the next is no longer asked for directly.
    const transport = new HttpTransport(LIMITS, systemClock);
    const asked = transport.request(dialTo(`127.0.0.1:${server.port}`), traffic, PULL);
    const end = await asked.then(
      (got) => [got.status, got.headers['x-log-count'], got.headers['content-length'], text(got)],
      (error: unknown) => (error instanceof Error ? error.message : error),
    );
    transport.close();
    return end;
  };
  context.after(() => server.close());
  const ODD = [
    reply('four', 'Connection: close\r\n'),
    reply('four') + 'more than that',
    reply('four', 'Content-Length: 4\r\n'),
    reply('four', 'Content-Length: 5\r\n'),
    reply('four', 'x-log-count: 8\r\n'),
    reply('four', 'Transfer-Encoding: chunked\r\n'),
    reply('four', ' folded\r\n'),
    reply('four', 'a b: c\r\n'),
    reply('four', 'a: b\0c\r\n'),
    reply('four').replace('1.1', '1.0'),
    reply('four').replace('200 OK', '200'),
    reply('four').replace('200 OK', '204 No Content'),
    reply('four').replace('200 OK', '304 Not Modified'),
    reply('four').replace('200 OK', '2000 OK'),
    reply('four').replace(': 4', ': +4'),
    reply('four').replace(': 4', ': 0x4'),
    reply('four').replace(': 4', ': 4, 4'),
    reply('four').replaceAll('\r\n', '\n'),
    reply('four', `x: ${'y'.repeat(20_000)}\r\n`),
    'HTTP/1.1 100 Continue\r\n\r\n' + reply('four'),
    'HTTP/1.1 200 OK\r\n\r\nuntil the end',
    'HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\n{}',
    'HTT',
    '',
    '<html>',
  ];
  for (const one of ODD) {
    bytes = Buffer.from(one, 'latin1');
    assert.deepEqual(await outcome('pull'), await outcome('control'), JSON.stringify(one.slice(0, 200)));
  }
  const byte = fc.oneof(fc.constantFrom(...Buffer.from('\r\n :0149cC\0\t')), fc.nat(255));
  const mutation = fc.record({ at: fc.nat(70), cut: fc.nat(3), put: fc.uint8Array({ maxLength: 2 }), byte });
  await fc.assert(
    fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (mutations) => {
      bytes = Buffer.from(reply('four'), 'latin1');
      for (const { at, cut, put, byte: one } of mutations)
        bytes = Buffer.concat([bytes.subarray(0, at), put, Buffer.of(one), bytes.subarray(at + cut)]);
      assert.deepEqual(await outcome('pull'), await outcome('control'), bytes.toString('latin1'));
    }),
    { numRuns: 300 },
  );
});

test('after a reply that is not of the one shape the service is asked through Node for good', async (context) => {
  const server = await serveHttp((_, response) => {
    response.write('in ');
    response.end('chunks');
  });
  const pull = client(context, server);
  assert.equal(text(await pull()), 'in chunks');
  assert.equal(server.accepted(), 2);
  assert.equal(text(await pull()), 'in chunks');
  assert.equal(server.accepted(), 2);
});

test('a kept connection that the service has ended is no failure: the pull goes over another', async (context) => {
  const ends: net.Socket[] = [];
  const server = await serveRaw((socket) => {
    ends.push(socket);
    if (ends.length === 2) socket.resetAndDestroy();
    else socket.write(reply('four'));
  });
  const pull = client(context, server);
  assert.equal(text(await pull()), 'four');
  assert.equal(text(await pull()), 'four', 'the request met the reset');
  assert.equal(server.accepted(), 2);
  ends.at(-1)!.end();
  await once(ends.at(-1)!, 'close');
  assert.equal(text(await pull()), 'four', 'the end was seen before');
  assert.equal(server.accepted(), 3);
});

test('a connection is used again only if the service keeps it', async (context) => {
  const server = await serveRaw((socket) => socket.write(reply('four', 'Connection: close\r\n')));
  const pull = client(context, server);
  for (const connections of [1, 2, 3]) {
    assert.equal(text(await pull()), 'four');
    assert.equal(server.accepted(), connections);
  }
});

test('bytes that nobody asked for end an idle connection', async (context) => {
  const sockets: net.Socket[] = [];
  const server = await serveRaw((socket) => {
    sockets.push(socket);
    socket.write(reply('four'));
  });
  const pull = client(context, server);
  await pull();
  sockets[0]!.write(reply('evil'));
  await once(sockets[0]!, 'close');
  assert.equal(text(await pull()), 'four');
  assert.equal(server.accepted(), 2);
});

test('an idle connection ends before boxes in between forget it', async (context) => {
  const clock = new ManualClock();
  const server = await serveHttp((_, response) => response.setHeader('content-length', 2).end('{}'));
  const pull = client(context, server, clock);
  await pull();
  await clock.advance(20_000);
  await pull();
  await clock.advance(20_000);
  await pull();
  assert.equal(server.accepted(), 1);
  await clock.advance(30_000);
  assert.equal(clock.pending, 0);
  await pull();
  assert.equal(server.accepted(), 2);
});

test('TLS: the certificate is checked, and bodies are read as without, alone and behind each other', async (context) => {
  const certs = await testCerts();
  const sha = createHash('sha256').update(BODY).digest('hex');
  let connections = 0;
  const server = https.createServer({ ...certs.server }, (_, response) => {
    response.setHeader('content-length', BODY.length).end(BODY);
  });
  server.on('secureConnection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const transport = new HttpTransport(LIMITS, systemClock);
  await assert.rejects(transport.request(dialTo(url), 'pull', PULL), /is not trusted .* set NODE_EXTRA_CA_CERTS/);
  transport.close();
  const script = `
    const { HttpTransport } = await import('../../../src/sls/http/transport.js');
    const { dialFor, parseEndpoint } = await import('../../../src/sls/endpoint.js');
    const { systemClock } = await import('../../../src/flow/clock.js');
    const { createHash } = await import('node:crypto');
    const transport = new HttpTransport(${JSON.stringify(LIMITS)}, systemClock);
    const dial = dialFor(parseEndpoint('${url}').endpoint, 'p');
    const request = { what: 'pull', method: 'GET', target: '/', headers: { host: 'p' }, body: Buffer.alloc(0),
      bodyBuffer: (size) => new ArrayBuffer(size), signal: new AbortController().signal };
    const pull = async (expectsLittle) => {
      const { body, bodyLength } = await transport.request(dial, 'pull', { ...request, expectsLittle });
      console.log(createHash('sha256').update(new Uint8Array(body, 0, bodyLength)).digest('hex'));
    };
    for (let i = 0; i < 5; i++) await pull(false);
    for (let i = 0; i < 5; i++) await Promise.all(Array.from({ length: i }, () => pull(true)));
    transport.close();`;
  const before = connections;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    env: { ...process.env, NODE_EXTRA_CA_CERTS: tlsFiles(certs).ca },
  });
  assert.deepEqual(stdout.trim().split('\n'), Array(5 + 10).fill(sha));
  assert.equal(connections - before, 1);
});
