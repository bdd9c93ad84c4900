import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace, type RateSettings } from '../../../src/delivery/pace.js';
import { ManualClock } from '../../support/manual-clock.js';

const NONE: RateSettings = { eps: undefined, burst: undefined, bytesPerSecond: undefined, catchUpEps: undefined };

/** A connection with endless batches: asks for its next slice as soon as one is granted. */
function greedy(pace: Pace, events: number, bytesEach: number, onSent: (events: number) => void): void {
  const next = (): void => {
    const ticket = pace.ask(events, events * bytesEach, () => {
      onSent(events);
      queueMicrotask(next);
    });
    assert.ok(!ticket.granted || pace.limitEps !== undefined);
  };
  next();
}

/** What three connections send in each second. */
async function run(settings: Partial<RateSettings>, seconds: number, isBehind = () => false): Promise<number[]> {
  const clock = new ManualClock();
  const pace = new Pace({ ...NONE, ...settings }, clock, isBehind);
  let sent = 0;
  for (let connection = 0; connection < 3; connection++) {
    greedy(pace, Math.min(pace.sliceEvents, 1_000), 100, (events) => (sent += events));
  }
  const seen: number[] = [];
  for (let second = 0, before = 0; second < seconds; second++) {
    await clock.advance(1_000);
    seen.push(sent - before);
    before = sent;
  }
  return seen;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

for (const eps of [7, 100, 5_000, 250_000]) {
  test(`${eps} events a second are held within 2 % over any ten seconds, all connections together`, async () => {
    const seen = await run({ eps }, 25);
    for (let from = 0; from + 10 <= seen.length; from++) {
      const ten = sum(seen.slice(from, from + 10));
      assert.ok(ten <= 10 * eps * 1.02 + 1 && ten >= 10 * eps * 0.98 - 1, `${ten} in ten seconds from ${from}`);
    }
  });
}

test('a timer that is late by as much as half of what may go at once takes to fill loses nothing', async () => {
  const clock = new ManualClock();
  const pace = new Pace({ ...NONE, eps: 1_000 }, clock, () => false);
  let sent = 0;
  greedy(pace, pace.sliceEvents, 100, (events) => (sent += events));
  for (let turn = 0; turn < 200; turn++) {
    // No multiple of 50 ms, or every timer would be in time.
    await clock.advance(7);
    clock.freeze(40);
  }
  assert.ok(Math.abs(sent - 9_400) <= 190, `${sent} in 9.4 seconds`);
});

test('a burst goes at once, and only once', async () => {
  const [first = 0, second] = await run({ eps: 100, burst: 1_000 }, 2);
  assert.ok(first >= 1_000 && first <= 1_100, `${first}`);
  assert.ok(second! <= 500, 'slices are half a burst');
});

test('bytes are limited beside events', async () => {
  const seen = await run({ eps: 1_000_000, bytesPerSecond: 1_000_000 }, 12);
  assert.ok(Math.abs(sum(seen.slice(2)) - 100_000) <= 2_000, `${sum(seen.slice(2))} events of 100 bytes`);
});

test('while a pipeline catches up the other limit holds, and is shown', async () => {
  let behind = true;
  const clock = new ManualClock();
  const pace = new Pace({ ...NONE, eps: 100, catchUpEps: 1_000 }, clock, () => behind);
  let sent = 0;
  greedy(pace, pace.sliceEvents, 1, (events) => (sent += events));
  await clock.advance(20_000);
  assert.ok(Math.abs(sent - 20_000) <= 200, `${sent}`);
  assert.equal(pace.limitEps, 1_000);
  assert.ok(Math.abs(pace.usedEps - 1_000) <= 20, `${pace.usedEps}`);
  behind = false;
  await clock.advance(1_000);
  const before = sent;
  await clock.advance(10_000);
  assert.ok(Math.abs(sent - before - 1_000) <= 20, `${sent - before}`);
  assert.equal(pace.limitEps, 100);
});

test('who waits is served in order; who gives up holds up nobody', async () => {
  const clock = new ManualClock();
  const pace = new Pace({ ...NONE, eps: 10, burst: 10 }, clock, () => false);
  const order: string[] = [];
  pace.ask(10, 0, () => order.push('full'));
  const slow = pace.ask(10, 0, () => order.push('slow'));
  pace.ask(1, 0, () => order.push('small'));
  await clock.advance(100);
  assert.deepEqual(order, ['full']);
  pace.giveUp(slow);
  assert.deepEqual(order, ['full', 'small']);
  assert.equal(slow.granted, false);
});

test('without limits everything goes at once and is only counted', async () => {
  const clock = new ManualClock();
  const pace = new Pace(NONE, clock, () => false);
  assert.equal(pace.ask(50_000, 1e9, () => undefined).granted, true);
  await clock.advance(1_000);
  assert.equal(pace.usedEps, 5_000);
  assert.equal(pace.limitEps, undefined);
  assert.equal(clock.pending, 0);
});
