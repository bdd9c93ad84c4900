import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PullSizer } from '../../../src/shard/pull-sizer.js';

test('after a reply that was too large half as many log groups are asked for, down to one, and more again later', () => {
  const sizer = new PullSizer(3 * 1024 * 1024);
  const counts: number[] = [];
  for (let tries = 0; tries < 6; tries++) {
    const asked = sizer.next();
    counts.push(asked.count);
    sizer.askLess(asked);
  }
  assert.deepEqual(counts, [16, 8, 4, 2, 1, 1]);
  for (let pulls = 0; pulls < 12; pulls++) {
    const asked = sizer.next();
    sizer.learn(asked, asked.count, asked.count * 100);
  }
  assert.equal(sizer.next().count, 1000);
});
