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

test('pauses grow while the service refuses, and are short again after a pull that passed', async () => {
  const clock = new ManualClock();
  const gate = new QuotaGate(clock, () => 0.5);
  const pauseMs = async (): Promise<number> => {
    const startedAt = clock.monotonic();
    gate.refused(startedAt, undefined);
    while (gate.isShut) await clock.advance(50);
    return clock.monotonic() - startedAt;
  };
  const [first, second, third] = [await pauseMs(), await pauseMs(), await pauseMs()];
  assert.ok(first < second && second < third, String([first, second, third]));
  gate.passed(clock.monotonic());
  assert.equal(await pauseMs(), first);
});
