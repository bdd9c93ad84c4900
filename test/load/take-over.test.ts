import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configOf, withEnds } from '../support/emulator-ends.js';
import type { ForwarderProcess } from '../support/forwarder.js';

const MINUTE = 60_000;
/** A take-over is waited for, so this is short; with less, a machine that is busy with other tests loses leases, and duplicates are right then. */
const TIMEOUT_MS = 8000;
const SHORT = { pipeline: { consumer: '', heartbeat: { interval: '500ms', timeout: `${TIMEOUT_MS}ms` } } };

const acquiredBy = ({ lines }: ForwarderProcess): ReadonlySet<unknown> =>
  new Set(lines.filter(({ msg }) => msg === 'shard acquired').map((line) => line['shard']));

/** There is no call to leave a group: who stops in an orderly way is waited for as long as who is killed, unless his shards were to move anyway. */
for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  test(`${signal}: the other process reads all shards after one heartbeat timeout, not two; nothing is lost`, async (context) => {
    await withEnds({ logstore: { shards: 4, preload: 40_000, ratePerSecond: 4000 } }, async (ends) => {
      const first = ends.fleet.start(configOf(ends, SHORT));
      await ends.receiver.waitFor({ unique: 5000 }, MINUTE);
      const second = ends.fleet.start(configOf(ends, SHORT));
      await second.said('shard acquired');
      const goneAt = performance.now();
      first.kill(signal);
      await second.line(() => acquiredBy(second).size === 4);
      const tookMs = performance.now() - goneAt;
      context.diagnostic(
        `take-over after ${signal}: ${tookMs.toFixed(0)} ms, heartbeats each 500 ms, timeout ${TIMEOUT_MS} ms`,
      );
      assert.ok(tookMs < 2 * TIMEOUT_MS, `${tookMs} ms`);
      const { code } = await first.exited;
      assert.equal(code, signal === 'SIGTERM' ? 0 : null, first.text());
      const { sequence } = await ends.receiver.stats();
      const stats = await ends.receiver.waitFor({ unique: sequence.unique + 20_000 }, MINUTE);
      assert.equal(stats.sequence.lost, 0);
      assert.equal(stats.sequence.reordered, 0);
      if (signal === 'SIGTERM') assert.equal(stats.sequence.duplicates, 0);
      second.kill('SIGTERM');
      assert.equal((await second.exited).code, 0, second.text());
    });
  });
}

test('ten kills in a row: nothing is lost', async () => {
  await withEnds({ logstore: { shards: 4, preload: 150_000 } }, async (ends) => {
    for (let kill = 1; kill <= 10; kill++) {
      const forwarder = ends.fleet.start(configOf(ends));
      await ends.receiver.waitFor({ unique: 10_000 * kill }, MINUTE);
      forwarder.kill('SIGKILL');
      await forwarder.exited;
    }
    const last = ends.fleet.start(configOf(ends));
    const { sequence } = await ends.receiver.waitFor({ unique: 150_000 }, 2 * MINUTE);
    assert.equal(sequence.lost, 0);
    assert.equal(sequence.reordered, 0);
    last.kill('SIGTERM');
    assert.equal((await last.exited).code, 0);
  });
});

test('a stopped process (SIGSTOP) that wakes without its lease neither sends nor commits', async () => {
  await withEnds({ logstore: { shards: 2, preload: 10_000, ratePerSecond: 2000 } }, async (ends) => {
    const first = ends.fleet.start(configOf(ends, SHORT));
    await ends.receiver.waitFor({ unique: 12_000 }, MINUTE);
    first.kill('SIGSTOP');
    const second = ends.fleet.start(configOf(ends, SHORT));
    await second.line(({ msg, shards }) => msg === 'assignment changed' && (shards as number[]).length === 2);
    const { sequence: before } = await ends.receiver.waitFor({ unique: 16_000 }, MINUTE);
    first.kill('SIGCONT');
    await first.line(({ msg, reason }) => msg === 'shard released' && reason === 'leaseLost');
    const { sequence } = await ends.receiver.waitFor({ unique: before.unique + 8000 }, MINUTE);
    assert.equal(sequence.lost, 0);
    for (const forwarder of [first, second]) {
      forwarder.kill('SIGTERM');
      assert.equal((await forwarder.exited).code, 0, forwarder.text());
    }
  });
});
