import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LatencyHistogram } from '../../../src/emulator/receiver/latency.js';

test('nothing measured', () => {
  assert.deepEqual(new LatencyHistogram().stats(), { count: 0, p50: 0, p99: 0, max: 0 });
});

test('percentiles are right within 4 %', () => {
  for (const scale of [1, 10, 1_000, 100_000]) {
    const histogram = new LatencyHistogram();
    for (let n = 1; n <= 1_000; n++) histogram.add(n * scale);
    const { count, p50, p99, max } = histogram.stats();
    assert.deepEqual([count, max], [1_000, 1_000 * scale]);
    assert.ok(Math.abs(p50 / (500 * scale) - 1) < 0.04, `p50 ${p50} at ${scale}`);
    assert.ok(Math.abs(p99 / (990 * scale) - 1) < 0.04, `p99 ${p99} at ${scale}`);
  }
});

test('a clock that runs ahead is no delay', () => {
  const histogram = new LatencyHistogram();
  histogram.add(-5);
  assert.deepEqual(histogram.stats(), { count: 1, p50: 0, p99: 0, max: 0 });
});
