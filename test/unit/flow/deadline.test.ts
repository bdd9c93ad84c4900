import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadline, sleep } from '../../../src/flow/clock.js';
import { ManualClock } from '../../support/manual-clock.js';

test('a sleep ends with its time or with its signal, and leaves no timer behind', async () => {
  const clock = new ManualClock();
  const stop = new AbortController();
  let woken = 0;
  for (const signal of [undefined, stop.signal]) void sleep(clock, 1000, signal).then(() => (woken += 1));
  stop.abort();
  await clock.advance(0);
  assert.equal(woken, 1);
  assert.equal(clock.pending, 1);
  await clock.advance(1000);
  assert.equal(woken, 2);
  await sleep(clock, 1000, stop.signal);
});

test('a deadline comes at its time, and not before', async () => {
  const clock = new ManualClock();
  const { signal } = deadline(clock, 1000);
  await clock.advance(999);
  assert.equal(signal.aborted, false);
  await clock.advance(1);
  assert.equal(signal.aborted, true);
});

test('a deadline comes with its parent, at once where that has aborted already, and not once it is cleared', () => {
  const clock = new ManualClock();
  const parent = new AbortController();
  const [open, cleared] = [deadline(clock, 1000, parent.signal), deadline(clock, 1000, parent.signal)];
  cleared.clear();
  parent.abort();
  assert.deepEqual([open.signal.aborted, cleared.signal.aborted], [true, false]);
  assert.equal(deadline(clock, 1000, parent.signal).signal.aborted, true);
  assert.equal(clock.pending, 0);
});
