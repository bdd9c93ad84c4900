import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Beats } from '../../../src/flow/beats.js';
import { ManualClock } from '../../support/manual-clock.js';

test('what is due at one time comes at once, by one timer, which goes with the last that is taken away', async () => {
  const clock = new ManualClock();
  const came: [number, readonly string[]][] = [];
  const beats = new Beats<string>(clock, (items) => came.push([clock.monotonic(), items]));
  const now = clock.monotonic();
  for (const item of ['a', 'b', 'c']) beats.add(now + 200, item);
  beats.add(now + 100, 'd');
  beats.add(now - 50, 'late');
  assert.equal(clock.pending, 3);
  beats.remove('b');
  beats.remove('d');
  assert.equal(clock.pending, 2);
  beats.remove('unknown');
  await clock.advance(1000);
  assert.deepEqual(came, [
    [now, ['late']],
    [now + 200, ['a', 'c']],
  ]);
  beats.remove('a');
  assert.equal(clock.pending, 0);
});

test('what is asked for at a time that has come already comes too', async () => {
  const clock = new ManualClock();
  const came: string[] = [];
  const beats = new Beats<string>(clock, (items) => came.push(...items));
  const at = clock.monotonic() + 100;
  beats.add(at, 'first');
  await clock.advance(100);
  beats.add(at, 'second');
  await clock.advance(0);
  assert.deepEqual(came, ['first', 'second']);
});
