import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/flow/clock.js';

test('a timer is never set to less than nothing, which Node 24 warns of', ({ mock }) => {
  const set = mock.method(globalThis, 'setTimeout');
  systemClock.timer(-1964.65, () => undefined)();
  assert.deepEqual(
    set.mock.calls.map(({ arguments: [, ms] }) => ms),
    [0],
  );
});

test('a timer longer than Node can count fires when it is due, not at once', ({ mock }) => {
  const DAY = 86_400_000;
  mock.timers.enable({ apis: ['setTimeout'] });
  let fired = 0;
  systemClock.timer(30 * DAY, () => (fired += 1), { unref: true });
  const cancel = systemClock.timer(30 * DAY, () => assert.fail('cancelled'));
  mock.timers.tick(2 ** 31 - 1);
  assert.equal(fired, 0);
  cancel();
  mock.timers.tick(30 * DAY - (2 ** 31 - 1) - 1);
  assert.equal(fired, 0);
  mock.timers.tick(1);
  assert.equal(fired, 1);
});
