import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configOf, withEnds } from '../support/emulator-ends.js';

const MINUTE = 60_000;

test('a thousand shards in one process: all are read, in order, once', async () => {
  await withEnds({ logstore: { shards: 1000, preload: 40_000 } }, async (ends) => {
    const forwarder = ends.fleet.start(configOf(ends));
    const { sequence } = await ends.receiver.waitFor({ unique: 40_000 }, 2 * MINUTE);
    const acquired = forwarder.lines.filter(({ msg }) => msg === 'shard acquired');
    assert.equal(new Set(acquired.map((line) => line['shard'])).size, 1000, 'owns all of them');
    assert.ok(!forwarder.lines.some(({ msg }) => msg === 'shard released'), 'and keeps them');
    assert.deepEqual(sequence, { received: 40_000, unique: 40_000, lost: 0, duplicates: 0, reordered: 0 });
    forwarder.kill('SIGTERM');
    assert.equal((await forwarder.exited).code, 0, forwarder.text());
  });
});
