import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sleep } from '../../../src/flow/clock.js';
import { CheckpointWatch } from '../../../src/group/checkpoint-watch.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

/** A look at a group takes a second; `during` happens in between. */
async function look(before: string, found: string, during: { readonly stored: string }) {
  const clock = new ManualClock();
  const seen = { collisions: 0, others: [] as (readonly [number, string])[] };
  let stored = before;
  const watch = new CheckpointWatch({
    group: {
      checkpoints: async () => {
        await sleep(clock, 1000);
        return new Map([
          [0, found],
          [1, 'x'],
        ]);
      },
    } as never,
    consumer: 'one',
    clock,
    log: new RecordingLog(),
    held: () => [{ shard: 0, stored }],
    onStored: (shard, cursor) => seen.others.push([shard, cursor]),
    onCollision: () => {
      seen.collisions += 1;
    },
  });
  watch.start();
  await clock.advance(500);
  stored = during.stored;
  await clock.advance(1000);
  await watch.stop();
  return seen;
}

test('a checkpoint of ours that somebody else wrote is a collision', async () => {
  assert.equal((await look('a', 'b', { stored: 'a' })).collisions, 1);
  assert.equal((await look('a', 'a', { stored: 'a' })).collisions, 0);
});

test('a commit of our own in between is none, whichever of the two the look has found', async () => {
  assert.equal((await look('a', 'a', { stored: 'b' })).collisions, 0);
  assert.equal((await look('a', 'b', { stored: 'b' })).collisions, 0);
});

test('what others stored is told, of shards we do not hold', async () => {
  assert.deepEqual((await look('a', 'a', { stored: 'a' })).others, [[1, 'x']]);
});
