import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WatchedClock } from '../../../src/delivery/watched-clock.js';
import { ManualClock } from '../../support/manual-clock.js';

/** @returns how much watched time passes while somebody looks at the end of each of these gaps. */
function watchedIn(proofMs: number, gapsMs: readonly number[]): number {
  const clock = new ManualClock();
  const watched = new WatchedClock(clock, proofMs);
  const begun = watched.monotonic();
  for (const gapMs of gapsMs) {
    clock.freeze(gapMs);
    watched.seen();
  }
  return watched.monotonic() - begun;
}

test('time passes as it does while somebody looks often enough', () => {
  assert.equal(watchedIn(30_000, [200, 200, 2_000, 1]), 2_401);
});

test('of a gap in which nobody looked no more counts than two seconds, and no more than half of what proves something', () => {
  assert.equal(watchedIn(30_000, [60_000]), 2_000);
  assert.equal(watchedIn(3_000, [60_000]), 1_500);
  assert.equal(watchedIn(300, [60_000]), 500);
});

test('it never goes back, whoever asks in between', () => {
  const clock = new ManualClock();
  const watched = new WatchedClock(clock, 30_000);
  clock.freeze(60_000);
  const late = watched.monotonic();
  clock.freeze(60_000);
  assert.equal(watched.monotonic(), late);
  watched.seen();
  assert.equal(watched.monotonic(), late);
  clock.freeze(1_000);
  assert.equal(watched.monotonic(), late + 1_000);
});
