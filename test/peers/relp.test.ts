import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testCerts, tlsFiles } from '../support/certs.js';
import { configOf, withEnds } from '../support/ends.js';
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
