import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteBudget, type BudgetShare, type Reservation } from '../../../src/flow/byte-budget.js';
import { settle } from '../../support/manual-clock.js';

const never = new AbortController().signal;

test('admits a reservation larger than the whole budget when nothing else is in flight', async () => {
  const budget = new ByteBudget(100);
  const share = budget.share(1);
  const large = await share.reserve(500, never);
  assert.equal(budget.reservedBytes, 500);
  let small: Reservation | undefined;
  void share.reserve(1, never).then((granted) => (small = granted));
  await settle();
  assert.equal(small, undefined);
  large?.release();
  await settle();
  assert.equal(budget.reservedBytes, 1);
});

test('serves waiters strictly in order: a small one behind a large one waits', async () => {
  const budget = new ByteBudget(100);
  const share = budget.share(1);
  const first = await share.reserve(90, never);
  const order: string[] = [];
  void share.reserve(80, never).then(() => order.push('large'));
  void share.reserve(5, never).then(() => order.push('small'));
  await settle();
  assert.deepEqual(order, []);
  first?.release();
  await settle();
  assert.deepEqual(order, ['large', 'small']);
});

test('an aborted waiter leaves the queue and lets those behind it in', async () => {
  const budget = new ByteBudget(100);
  const share = budget.share(1);
  await share.reserve(50, never);
  const abort = new AbortController();
  const large = share.reserve(80, abort.signal);
  const small = share.reserve(40, never);
  abort.abort();
  assert.equal(await large, undefined);
  assert.equal((await small)?.bytes, 40);
  assert.equal(budget.waiting, 0);
});

test('release ends a reservation: later corrections and releases change nothing', async () => {
  const budget = new ByteBudget(100);
  const share = budget.share(1);
  const held = await share.reserve(10, never);
  held?.release();
  held?.correct(70);
  held?.release();
  assert.equal(budget.reservedBytes, 0);
});

test('a reservation that gave back its bytes counts as one until it is released', async () => {
  const budget = new ByteBudget(100, 2);
  const share = budget.share(1);
  const [first, second] = [await share.reserve(10, never), await share.reserve(10, never)];
  first?.giveBack(10);
  second?.giveBack(10);
  assert.equal(budget.reservedBytes, 0);
  const more: (number | undefined)[] = [];
  void share.reserve(10, never).then((granted) => more.push(granted?.bytes));
  await settle();
  assert.deepEqual(more, []);
  first?.release();
  first?.release();
  await settle();
  assert.deepEqual(more, [10]);
  void share.reserve(10, never).then(() => assert.fail('there are two again'));
  await settle();
});

test('under random use: the sum is right, the limit holds for what is granted, order is first come first served', async () => {
  const command = fc.oneof(
    fc.record({ kind: fc.constant('reserve' as const), bytes: fc.integer({ min: 1, max: 150 }) }),
    fc.record({ kind: fc.constant('release' as const), pick: fc.nat() }),
    fc.record({ kind: fc.constant('correct' as const), pick: fc.nat(), bytes: fc.integer({ min: 0, max: 60 }) }),
    fc.record({ kind: fc.constant('abort' as const), pick: fc.nat() }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 60 }), async (commands) => {
      const budget = new ByteBudget(100);
      const share = budget.share(1);
      const held: Reservation[] = [];
      const waiting = new Map<number, AbortController>();
      let asked = 0;
      let lastServed = -1;
      for (const step of commands) {
        if (step.kind === 'reserve') {
          const ticket = asked++;
          const abort = new AbortController();
          waiting.set(ticket, abort);
          const before = budget.reservedBytes;
          void share.reserve(step.bytes, abort.signal).then((granted) => {
            waiting.delete(ticket);
            if (granted === undefined) return;
            assert.ok(ticket > lastServed, 'served out of order');
            lastServed = ticket;
            held.push(granted);
          });
          if (budget.waiting === 0) assert.ok(before === 0 || before + step.bytes <= 100);
        } else if (step.kind === 'abort') {
          const tickets = [...waiting.keys()];
          waiting.get(tickets[step.pick % tickets.length] ?? -1)?.abort();
        } else {
          const reservation = held[step.pick % held.length];
          if (step.kind === 'correct') reservation?.correct(step.bytes);
          else if (reservation !== undefined) {
            reservation.release();
            held.splice(held.indexOf(reservation), 1);
          }
        }
        await Promise.resolve();
        await settle(1);
        const sum = held.reduce((total, { bytes }) => total + bytes, 0);
        assert.equal(budget.reservedBytes, sum);
        assert.equal(budget.waiting, waiting.size);
      }
      for (let left = held.pop(); left !== undefined; left = held.pop()) {
        left.release();
        await settle(1);
      }
      assert.equal(budget.reservedBytes, 0);
      assert.equal(budget.waiting, 0);
    }),
    { numRuns: 200 },
  );
});

/** Lets shares of these weights ask for all they can get, and counts what each was let in over `rounds` of what is given back. */
async function contend(weights: readonly number[], sizes: readonly number[], rounds: number): Promise<number[]> {
  const budget = new ByteBudget(1000);
  const got = weights.map(() => 0);
  const held: Reservation[] = [];
  const ask = (index: number, share: BudgetShare): void => {
    void share.reserve(sizes[index] ?? 1, never).then((granted) => {
      if (granted === undefined) return;
      got[index] = (got[index] ?? 0) + granted.bytes;
      held.push(granted);
      ask(index, share);
    });
  };
  weights.forEach((weight, index) => {
    const share = budget.share(weight);
    for (let shard = 0; shard < 4; shard++) ask(index, share);
  });
  for (let round = 0; round < rounds; round++) {
    await settle();
    held.shift()?.release();
  }
  return got;
}

test('while all want more than there is, each is let in by its weight, whatever the size of its batches', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 20, max: 100 })), {
        minLength: 2,
        maxLength: 4,
      }),
      async (shares) => {
        const weights = shares.map(([weight]) => weight);
        const got = await contend(
          weights,
          shares.map(([, size]) => size),
          2000,
        );
        const perWeight = got.map((bytes, index) => bytes / (weights[index] ?? 1));
        // The first thousand bytes go to whoever asks first.
        assert.ok(Math.max(...perWeight) - Math.min(...perWeight) < 1200, JSON.stringify({ shares, got }));
      },
    ),
    { numRuns: 20 },
  );
});

test('who comes back after a pause gets its share from then on, not what it did not want before', async () => {
  const budget = new ByteBudget(100);
  const [busy, late] = [budget.share(1), budget.share(1)];
  const order: string[] = [];
  let held = await busy.reserve(100, never);
  for (let n = 0; n < 10; n++) {
    const next = busy.reserve(100, never);
    held?.release();
    held = await next;
  }
  for (let n = 0; n < 3; n++) {
    void busy.reserve(100, never).then((granted) => order.push('busy') && setImmediate(() => granted?.release()));
    void late.reserve(100, never).then((granted) => order.push('late') && setImmediate(() => granted?.release()));
  }
  held?.release();
  while (order.length < 6) await settle();
  assert.deepEqual(order.slice(0, 4).sort(), ['busy', 'busy', 'late', 'late']);
});

test('a correction frees what the estimate was too large by, and lets in who waits for it', async () => {
  const budget = new ByteBudget(100);
  const share = budget.share(1);
  const held = await share.reserve(100, never);
  const next: (number | undefined)[] = [];
  void share.reserve(50, never).then((granted) => next.push(granted?.bytes));
  await settle();
  assert.deepEqual(next, []);
  held?.correct(40);
  await settle();
  assert.deepEqual(next, [50]);
  assert.equal(budget.reservedBytes, 90);
});

test('a share is charged for what it held, not for what it asked for', async () => {
  const budget = new ByteBudget(100);
  const [modest, other] = [budget.share(1), budget.share(1)];
  const first = await modest.reserve(100, never);
  first?.correct(10);
  const second = await other.reserve(50, never);
  const order: string[] = [];
  void other.reserve(60, never).then(() => order.push('other'));
  void modest.reserve(60, never).then(() => order.push('modest'));
  first?.release();
  second?.release();
  await settle();
  assert.deepEqual(order, ['modest']);
});

test('who has stopped already is not let in', async () => {
  const budget = new ByteBudget(100);
  assert.equal(await budget.share(1).reserve(10, AbortSignal.abort()), undefined);
  assert.equal(budget.reservedBytes, 0);
});

test('a source that answers nothing holds no more than its part; another goes on', async () => {
  const budget = new ByteBudget(100);
  const silent = budget.share(1, 'silent');
  const good = budget.share(1, 'good');
  const hanging = await Promise.all([silent.reserve(20, never), silent.reserve(30, never)]);
  const third: Reservation[] = [];
  void silent.reserve(10, never).then((granted) => third.push(granted!));
  await settle();
  assert.equal(third.length, 0, 'its part is asked for');
  for (let turn = 0; turn < 5; turn++) {
    const pull = await good.reserve(50, never);
    pull?.correct(40);
    pull?.release();
  }
  hanging[0]?.correct(15);
  await settle();
  assert.equal(third.length, 1, 'an answer makes room');
  hanging[1]?.release();
  third[0]?.release();
  assert.equal((await silent.reserve(50, never))?.bytes, 50, 'and so does a failure');
});

test('what is answered counts in the whole alone: one source may fill it', async () => {
  const budget = new ByteBudget(100);
  budget.share(1, 'idle');
  const busy = budget.share(1, 'busy');
  for (let turn = 0; turn < 2; turn++) (await busy.reserve(50, never))?.correct(50);
  assert.equal(budget.reservedBytes, 100);
});
