import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LogGroupWriter } from '../../src/emulator/sls/log-group-writer.js';
import { testCerts, tlsFiles } from '../support/certs.js';
import { configOf, withEnds } from '../support/emulator-ends.js';
import { temporaryDirectory } from '../support/temporary.js';
import { send } from '../support/sls-request.js';
import { startRsyslog } from '../support/rsyslog.js';

const EVENTS = 100_000;
const SHARDS = 4;

/** Numbers of each shard, in the order in which they came first. */
function numbers(messages: readonly string[]): Map<number, number[]> {
  const seen = new Map<number, Set<number>>();
  for (const message of messages) {
    const [, shard, number] = /\bemu_seq=(\d+)-(\d+)/.exec(message) ?? assert.fail(`no sequence in ${message}`);
    const own = seen.get(Number(shard)) ?? new Set();
    seen.set(Number(shard), own.add(Number(number)));
  }
  return new Map([...seen].map(([shard, own]) => [shard, [...own]]));
}

function assertAllInOrder(messages: readonly string[]): void {
  const seen = numbers(messages);
  assert.equal([...seen.values()].flat().length, EVENTS);
  for (const [shard, own] of seen)
    assert.ok(
      own.every((number, index) => number === index),
      `shard ${shard}`,
    );
}

async function destinationFor(port: number, secure: boolean): Promise<object> {
  if (!secure) return { endpoints: [`relp://127.0.0.1:${port}`] };
  const tls = tlsFiles(await testCerts());
  return { endpoints: [`relps://localhost:${port}`], tls };
}

for (const secure of [false, true]) {
  test(`rsyslog's imrelp${secure ? ', TLS, both sides with certificates' : ''}: every event once, in order`, async () => {
    const { server, ca } = await testCerts();
    const peer = await startRsyslog({
      transport: 'relp',
      ...(secure ? { tls: { ...server, clientCa: ca.cert } } : {}),
    });
    try {
      await withEnds({ logstore: { shards: SHARDS, preload: EVENTS } }, async (ends) => {
        const destination = await destinationFor(peer.port, secure);
        const forwarder = ends.fleet.start(configOf(ends, { destination }));
        await peer.received(EVENTS, 60_000);
        forwarder.kill('SIGTERM');
        assert.deepEqual(await forwarder.exited, { code: 0, signal: null }, forwarder.text());
      });
    } finally {
      await peer.stop();
    }
    const messages = await peer.messages();
    assert.equal(messages.length, EVENTS);
    assertAllInOrder(messages);
  });
}

test('rsyslog is killed in mid-stream and comes back: nothing it had not answered is lost', async () => {
  const first = await startRsyslog({ transport: 'relp' });
  const { port } = first;
  const all: string[] = [];
  await withEnds({ logstore: { shards: SHARDS, preload: EVENTS } }, async (ends) => {
    // A limit, so that there is something left to send when it dies.
    const rate = { eps: 40_000 };
    const destination = { ...(await destinationFor(port, false)), rate };
    const forwarder = ends.fleet.start(configOf(ends, { destination }));
    await first.received(EVENTS / 10, 60_000);
    await first.stop('SIGTERM');
    all.push(...(await first.messages()));
    const second = await startRsyslog({ transport: 'relp', port });
    try {
      await second.received(EVENTS - all.length, 60_000);
      forwarder.kill('SIGTERM');
      assert.deepEqual(await forwarder.exited, { code: 0, signal: null }, forwarder.text());
    } finally {
      await second.stop();
    }
    all.push(...(await second.messages()));
  });
  assertAllInOrder(all);
});

const MOST = 4_000;
const TOO_LARGE: ReadonlySet<number> = new Set([700, 701, 2_900]);
const LOGS = 3_000;

/** One LogGroup: small logs, and three that are larger than the receiver takes. */
function groupWithLargeLogs(): Buffer {
  const writer = new LogGroupWriter();
  const logs = Array.from({ length: LOGS }, (_, n) => ({
    time: 1_700_000_000,
    contents: [
      ['emu_seq', `0-${n}`],
      ['text', 'x'.repeat(TOO_LARGE.has(n) ? MOST + 1_000 : 50)],
    ] as const,
  }));
  writer.add({ logs, tags: [] });
  const list = Buffer.from(writer.out.view());
  return list.subarray(list.subarray(1).findIndex((byte) => byte < 128) + 2);
}

test('rsyslog ends the session at messages that are too large: they alone are put aside, all others arrive', async () => {
  let summary = '';
  const peer = await startRsyslog({ transport: 'relp', abortAbove: MOST });
  try {
    await withEnds({ logstore: { shards: 1, preload: 0 } }, async (ends) => {
      const body = groupWithLargeLogs();
      const put = await send(ends.emulator.port, { method: 'POST', path: '/logstores/audit/shards/lb', body });
      assert.equal(put.status, 200, put.body.toString());
      const directory = join(temporaryDirectory('dead'), 'letters');
      const destination = { ...(await destinationFor(peer.port, false)), maxEventBytes: '16KiB' };
      const config = configOf(ends, { destination, top: { deadLetters: { directory } } });
      const forwarder = ends.fleet.start(config);
      await peer.received(LOGS, 60_000);
      forwarder.kill('SIGTERM');
      assert.deepEqual(await forwarder.exited, { code: 0, signal: null }, forwarder.text());
      const letters = readdirSync(directory).filter((name) => name.endsWith('.json'));
      const reasons = letters.map((name) => readFileSync(join(directory, name), 'utf8'));
      assert.equal(letters.length, TOO_LARGE.size);
      for (const reason of reasons) assert.match(reason, /ends the session at this message of 5\d\d\d bytes/);
      assert.match(forwarder.text(), /at this message of 5\d\d\d bytes, sent alone; .*maxDataSize/);
      summary = forwarder.text();
    });
  } finally {
    await peer.stop();
  }
  const messages = await peer.messages();
  assert.equal(messages.filter((message) => message.includes('reason=refused')).length, TOO_LARGE.size);
  const own = messages.filter((message) => message.includes('emu_seq='));
  const all = Array.from({ length: LOGS }, (_, n) => n);
  assert.deepEqual(
    numbers(own).get(0),
    all.filter((n) => !TOO_LARGE.has(n)),
  );
  // When rsyslog resets the connection, answers that were under way are lost, and what they were for is sent again.
  const [, resent = ''] = /([\d,]+) duplicates resent/.exec(summary) ?? [];
  const more = own.length - (LOGS - TOO_LARGE.size);
  assert.ok(more <= Number(resent.replaceAll(',', '')), `${more} arrived twice, ${resent} are said to be sent again`);
});
