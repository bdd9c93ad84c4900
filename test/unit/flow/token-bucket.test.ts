import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RateMeter } from '../../../src/flow/rate-meter.js';
import { TokenBucket } from '../../../src/flow/token-bucket.js';

test('a full bucket gives its burst at once, then its rate', () => {
  const bucket = new TokenBucket(100, 50, 0);
  assert.equal(bucket.waitMs(50, 0), 0);
  bucket.take(50, 0);
  assert.equal(bucket.waitMs(1, 0), 10);
  assert.equal(bucket.waitMs(50, 250), 250);
  assert.equal(bucket.waitMs(50, 500), 0);
});

test('what is larger than the bucket goes when that is full, and is paid back afterwards', () => {
  const bucket = new TokenBucket(100, 50, 0);
  bucket.take(10, 0);
  assert.equal(bucket.waitMs(350, 0), 100);
  bucket.take(350, 100);
  assert.equal(bucket.waitMs(1, 100), 3_010);
});

test('a new rate holds from the moment it is set', () => {
  const bucket = new TokenBucket(100, 100, 0);
  bucket.take(100, 0);
  bucket.setRate(10, 100, 500);
  assert.equal(bucket.waitMs(60, 500), 1_000);
});

test('however it is used, no span of time gets more than the burst and what the rate allows in it', () => {
  const use = fc.record({ count: fc.integer({ min: 1, max: 40 }), pauseMs: fc.nat(500) });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 40, max: 80 }),
      fc.array(use),
      (rate, burst, uses) => {
        const bucket = new TokenBucket(rate, burst, 0);
        const taken: { at: number; count: number }[] = [];
        let now = 0;
        for (const { count, pauseMs } of uses) {
          now += pauseMs;
          now += bucket.waitMs(count, now);
          bucket.take(count, now);
          taken.push({ at: now, count });
        }
        for (const [index, first] of taken.entries()) {
          let sum = 0;
          for (const one of taken.slice(index)) {
            sum += one.count;
            assert.ok(sum <= burst + (rate * (one.at - first.at)) / 1_000 + 1e-6);
          }
        }
      },
    ),
  );
});

test('a meter counts the last ten whole seconds', () => {
  const meter = new RateMeter(5_500);
  meter.add(100, 5_600);
  assert.equal(meter.perSecond(5_900), 0, 'this second is not over');
  assert.equal(meter.perSecond(6_000), 10);
  meter.add(200, 9_000);
  assert.equal(meter.perSecond(15_999), 30);
  assert.equal(meter.perSecond(16_000), 20);
  assert.equal(meter.perSecond(1_000_000), 0);
});
