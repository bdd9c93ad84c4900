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

const MIB = 1024 * 1024;

test('begins with a quarter of a megabyte, grows while replies come back full, and never beyond the largest pull', () => {
  const sizer = new PullSizer(3 * MIB);
  const asked: number[] = [];
  for (let pull = 0; pull < 4; pull++) {
    const size = sizer.next();
    asked.push(size.bytes);
    sizer.learn(size, size.count, size.count * 16 * 1024);
  }
  assert.deepEqual(asked, [MIB / 4, MIB, 3 * MIB, 3 * MIB]);
});

test('a short reply makes the next reservation small again', () => {
  const sizer = new PullSizer(8 * MIB);
  for (let pull = 0; pull < 3; pull++) {
    const size = sizer.next();
    sizer.learn(size, size.count, size.count * 16 * 1024);
  }
  sizer.learn(sizer.next(), 1, 16 * 1024);
  assert.equal(sizer.next().bytes, MIB / 4);
});

test('asks for at least one log group and at most a thousand, and reserves no more than these need', () => {
  const sizer = new PullSizer(8 * MIB);
  sizer.learn(sizer.next(), 1, 10 * MIB);
  assert.equal(sizer.next().count, 1);
  sizer.learn({ count: 1, bytes: 1 }, 1000, 1000);
  assert.deepEqual(sizer.next(), { count: 1000, bytes: 1000 });
});
