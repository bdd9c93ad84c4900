import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALONE, Pace, UNLIMITED, type PartInForce, type RateSettings } from '../../../src/delivery/pace.js';
import { ManualClock } from '../../support/manual-clock.js';

const onPart = (): void => undefined;

/** As long as nothing else is said, the limits are those of this process. */
const OWN: RateSettings = { ...UNLIMITED, share: 'process' };

/** A connection with endless batches: asks for its next slice as soon as one is granted. */
function greedy(pace: Pace, events: number, bytesEach: number, onSent: (events: number) => void): void {
  const next = (): void => {
    const ticket = pace.ask(events, events * bytesEach, () => {
      onSent(events);
      queueMicrotask(next);
    });
    assert.ok(!ticket.granted || pace.inForce().eps !== undefined);
  };
  next();
}

/** What three connections send in each second. */
async function run(settings: Partial<RateSettings>, seconds: number, isBehind = () => false): Promise<number[]> {
  const clock = new ManualClock();
  const pace = new Pace({ ...OWN, ...settings }, { ...ALONE, isBehind, clock, onPart });
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
  const pace = new Pace({ ...OWN, eps: 1_000 }, { ...ALONE, isBehind: () => false, clock, onPart });
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
  const pace = new Pace({ ...OWN, eps: 100, catchUpEps: 1_000 }, { ...ALONE, isBehind: () => behind, clock, onPart });
  let sent = 0;
  greedy(pace, pace.sliceEvents, 1, (events) => (sent += events));
  await clock.advance(20_000);
  assert.ok(Math.abs(sent - 20_000) <= 200, `${sent}`);
  assert.equal(pace.inForce().eps, 1_000);
  assert.ok(Math.abs(pace.usedEps - 1_000) <= 20, `${pace.usedEps}`);
  behind = false;
  await clock.advance(1_000);
  const before = sent;
  await clock.advance(10_000);
  assert.ok(Math.abs(sent - before - 1_000) <= 20, `${sent - before}`);
  assert.equal(pace.inForce().eps, 100);
});

test('who waits is served in order; who gives up holds up nobody', async () => {
  const clock = new ManualClock();
  const pace = new Pace({ ...OWN, eps: 10, burst: 10 }, { ...ALONE, isBehind: () => false, clock, onPart });
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
  const pace = new Pace(UNLIMITED, { ...ALONE, clock, onPart });
  assert.equal(pace.ask(50_000, 1e9, () => undefined).granted, true);
  await clock.advance(1_000);
  assert.equal(pace.usedEps, 5_000);
  assert.equal(pace.inForce().eps, undefined);
  assert.equal(clock.pending, 0);
});

/** A process that may be given another part of the license at any time, with a connection that always has more to send. */
function sharing(settings: Partial<RateSettings>, part: number) {
  const clock = new ManualClock();
  const told: PartInForce[] = [];
  const ours = { part };
  const deps = { ...ALONE, part: () => ours.part, clock, onPart: (inForce: PartInForce) => told.push(inForce) };
  const pace = new Pace({ ...UNLIMITED, ...settings }, deps);
  const sent = { events: 0 };
  const next = (): void => {
    const events = Math.min(pace.sliceEvents, Math.floor(pace.sliceBytes / 100) || 1, 1_000);
    pace.ask(events, events * 100, () => {
      sent.events += events;
      queueMicrotask(next);
    });
  };
  next();
  const during = async (ms: number): Promise<number> => {
    const before = sent.events;
    await clock.advance(ms);
    return sent.events - before;
  };
  return { pace, clock, ours, told, during };
}

for (const [what, settings] of [
  ['events', { eps: 5_000 }],
  ['bytes', { bytesPerSecond: 500_000 }],
] as const)
  test(`of ${what} a process sends its part of the license, and follows it within a second`, async () => {
    const { pace, ours, told, during } = sharing(settings, 0.25);
    const near = (events: number, wanted: number): void =>
      assert.ok(Math.abs(events - wanted) <= 0.02 * 5_000, `${events}, not ${wanted}`);
    near(await during(10_000), 12_500);
    ours.part = 1;
    await during(1_000);
    near(await during(10_000), 50_000);
    ours.part = 1 / 3;
    await during(1_000);
    near(await during(10_000), 16_667);
    assert.deepEqual(
      told.map(({ part }) => part),
      [0.25, 1, 1 / 3],
    );
    const { eps, bytesPerSecond, part } = pace.inForce();
    assert.equal(part, 1 / 3);
    assert.ok(Math.abs((eps ?? (bytesPerSecond ?? 0) / 100) - 1_667) < 1);
  });

test('who holds no shard sends nothing, neither events nor bytes, and begins when it has some', async () => {
  for (const settings of [{ eps: 1_000 }, { bytesPerSecond: 100_000 }, { eps: 1_000, burst: 500 }]) {
    const { ours, during } = sharing(settings, 0);
    assert.equal(await during(20_000), 0);
    ours.part = 0.5;
    await during(1_000);
    const sent = await during(10_000);
    assert.ok(Math.abs(sent - 5_000) <= 100, `${sent}`);
    ours.part = 0;
    await during(1_000);
    assert.equal(await during(20_000), 0);
  }
});

test('a burst, and what may go while catching up, are divided like the license', async () => {
  const burst = sharing({ eps: 100, burst: 1_000 }, 0.5);
  await burst.during(60_000);
  assert.ok(burst.pace.sliceEvents === 250, 'half of a part of the burst');
  const behind = sharing({ eps: 100, catchUpEps: 1_000 }, 0.2);
  await behind.during(1_000);
  const sent = await behind.during(10_000);
  assert.ok(Math.abs(sent - 2_000) <= 40, `${sent}`);
});

test('with share: process a limit is that of each process', async () => {
  const { pace, told, during } = sharing({ eps: 1_000, share: 'process' }, 0.25);
  const sent = await during(10_000);
  assert.ok(Math.abs(sent - 10_000) <= 200, `${sent}`);
  assert.deepEqual([pace.inForce().part, told], [1, []]);
});

test('without a limit nobody asks for the part', async () => {
  const clock = new ManualClock();
  const part = (): number => assert.fail('asked');
  const pace = new Pace(UNLIMITED, { ...ALONE, part, clock, onPart });
  assert.equal(pace.ask(1, 1, () => undefined).granted, true);
  await clock.advance(10_000);
  assert.equal(pace.inForce().eps, undefined);
});
