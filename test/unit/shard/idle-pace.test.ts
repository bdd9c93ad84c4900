import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IdlePace } from '../../../src/shard/idle-pace.js';

const settings = { idlePollMs: 200, idlePollMaxMs: 1000 };

const pausesOf = (at: readonly number[]): number[] => at.slice(1).map((one, index) => one - (at[index] ?? 0));

/** When it is asked from `from` until `to`, each reply after 3 ms. */
function asks(pace: IdlePace, from: number, to: number): number[] {
  const at = [from];
  for (let now = from; now < to;) {
    now = pace.next(now + 3);
    at.push(now);
  }
  return at;
}

test('shards that come at any time ask at the same beats, never more seldom than asked for', () => {
  for (const start of [17, 250, 399.5, 4001]) {
    const at = asks(new IdlePace(settings, start), start, start + 5000);
    assert.ok(at.slice(1).every((one) => one % 200 === 0));
    const [first = 0, ...later] = pausesOf(at);
    assert.ok(first > 3 && first <= 203);
    assert.ok(later.every((pause) => pause === 200));
  }
});

test('without data for a minute the pause grows to its most, and is short again with the first event', () => {
  const pace = new IdlePace(settings, 0);
  const pauses = pausesOf(asks(pace, 0, 80_000));
  assert.ok(pauses.slice(0, 290).every((pause) => pause === 200));
  assert.ok(pauses.every((pause, index) => pause >= (pauses[index - 1] ?? 0) && pause <= 1000));
  assert.equal(pauses.at(-1), 1000);
  pace.woke(80_003);
  assert.equal(pace.next(80_010), 80_200);
});
