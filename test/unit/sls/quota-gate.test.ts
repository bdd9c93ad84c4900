import assert from 'node:assert/strict';
import test from 'node:test';
import { QuotaGate } from '../../../src/sls/quota-gate.js';
import { ManualClock } from '../../support/manual-clock.js';

test('a refusal of what was under way at the last refusal is no news, though it comes when the gate is open again', async () => {
  const clock = new ManualClock();
  const gate = new QuotaGate(clock, () => 0.5);
  const before = clock.monotonic();
  await clock.advance(10);
  gate.refused(clock.monotonic(), undefined);
  assert.equal(gate.isShut, true);
  await clock.advance(60_000);
  assert.equal(gate.isShut, false);
  gate.refused(before, undefined);
  assert.equal(gate.isShut, false);
  gate.refused(clock.monotonic(), undefined);
  assert.equal(gate.isShut, true, 'one that was asked after that is');
});
