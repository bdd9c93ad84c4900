import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InFlightWindow } from '../../../src/flow/in-flight-window.js';
import { Progress } from '../../../src/shard/progress.js';
import { ManualClock } from '../../support/manual-clock.js';

test('a shard that waits for memory of others, or has handed something over, waits for the receiver', () => {
  const window = new InFlightWindow<string>(4);
  let waitsForRoom = false;
  const progress = new Progress(new ManualClock(), window, () => ({ tipAt: undefined, waitsForRoom }));
  assert.equal(progress.waitsForReceiver, false);
  waitsForRoom = true;
  assert.equal(progress.waitsForReceiver, true);
  waitsForRoom = false;
  window.track('1');
  assert.equal(progress.waitsForReceiver, true);
});
