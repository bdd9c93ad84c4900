import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUCKETS_MS, Histogram } from '../../../src/flow/histogram.js';

test('every duration is in the first bucket that holds it, what is longer than all in one of its own', () => {
  const histogram = new Histogram();
  const durations = [-1, 0, ...BUCKETS_MS, ...BUCKETS_MS.map((bound) => bound + 0.01)];
  for (const ms of durations) histogram.observe(ms);
  const { counts, sumMs } = histogram.snapshot();
  assert.deepEqual(counts, [3, ...BUCKETS_MS.slice(1).map(() => 2), 1]);
  const sum = durations.reduce((all, ms) => all + Math.max(0, ms), 0);
  assert.ok(Math.abs(sumMs - sum) < 1e-6);
});

test('histograms add up, and a snapshot does not change afterwards', () => {
  const [one, other] = [new Histogram(), new Histogram()];
  one.observe(1);
  other.observe(1);
  other.observe(99_999_999);
  const before = one.snapshot();
  one.add(other);
  assert.equal(before.counts[2], 1);
  assert.deepEqual([one.snapshot().counts[2], one.snapshot().counts.at(-1)], [2, 1]);
  assert.equal(one.snapshot().sumMs, 100_000_001);
});
