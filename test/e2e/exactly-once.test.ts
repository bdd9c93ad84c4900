import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReceiverStats } from '../../src/emulator/receiver/contract.js';
import { configOf, withEnds } from '../support/emulator-ends.js';

const MINUTE = 60_000;

function assertFlawless({ sequence, flaws, parseFlaws }: ReceiverStats, events: number): void {
  assert.deepEqual(parseFlaws, []);
  const flawCount = Object.values<number>({ ...flaws }).reduce((sum, count) => sum + count, 0);
  assert.equal(flawCount, 0, JSON.stringify(flaws));
  assert.deepEqual(sequence, { received: events, unique: events, lost: 0, duplicates: 0, reordered: 0 });
}

const FRAMINGS = [
  ['lf', 20_000],
  ['octet-counting', 100_000],
  ['nul', 20_000],
] as const;

for (const [framing, events] of FRAMINGS) {
  test(`${events} events over 8 shards arrive exactly once, in order, as strict RFC 5424 (${framing})`, async () => {
    await withEnds({ logstore: { shards: 8, preload: events } }, async (ends) => {
      const forwarder = ends.fleet.start(configOf(ends, { destination: { framing } }));
      await ends.receiver.waitFor({ unique: events }, 2 * MINUTE);
      forwarder.kill('SIGTERM');
      assert.deepEqual(await forwarder.exited, { code: 0, signal: null }, forwarder.text());
      const stats = await ends.receiver.stats();
      assertFlawless(stats, events);
      assert.equal(stats.shards.length, 8);

      const again = ends.fleet.start(configOf(ends));
      await again.said('shard acquired');
      again.kill('SIGINT');
      assert.equal((await again.exited).code, 0);
      assertFlawless(await ends.receiver.stats(), events);
    });
  });
}

test('SIGTERM under load drains, commits and exits 0; the restart sends nothing twice', async () => {
  await withEnds({ logstore: { shards: 4, preload: 100_000 } }, async (ends) => {
    for (let stops = 0; stops < 3; stops++) {
      // A stop delivers all that is in flight, so each run counts from where the last one ended.
      const { sequence } = await ends.receiver.stats();
      const forwarder = ends.fleet.start(configOf(ends));
      await ends.receiver.waitFor({ unique: sequence.unique + 5_000 }, MINUTE);
      forwarder.kill('SIGTERM');
      assert.deepEqual(await forwarder.exited, { code: 0, signal: null }, forwarder.text());
    }
    const last = ends.fleet.start(configOf(ends));
    const stats = await ends.receiver.waitFor({ unique: 100_000 }, MINUTE);
    assertFlawless(stats, 100_000);
    last.kill('SIGTERM');
    assert.equal((await last.exited).code, 0);
  });
});

test('over UDP every event is a datagram of its own, none longer than the receiver takes', async () => {
  const receiver = { listen: 'udp://127.0.0.1:0' };
  await withEnds({ logstore: { shards: 2, preload: 2000 }, receiver }, async (ends) => {
    const forwarder = ends.fleet.start(configOf(ends, { destination: { maxEventBytes: '1KiB' } }));
    const stats = await ends.receiver.waitFor({ unique: 2000 }, MINUTE);
    assertFlawless(stats, 2000);
    assert.equal(stats.framing.datagram, 2000);
    forwarder.kill('SIGTERM');
    assert.deepEqual(await forwarder.exited, { code: 0, signal: null }, forwarder.text());
  });
});

test('the first event arrives soon after the start, with a new group', async () => {
  await withEnds({ logstore: { shards: 1, preload: 10 } }, async (ends) => {
    ends.fleet.start(configOf(ends));
    await ends.receiver.waitFor({ events: 1 }, MINUTE);
  });
});
