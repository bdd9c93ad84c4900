import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from '../../../src/delivery/connection.js';
import { Lanes } from '../../../src/delivery/lanes.js';
import { UNLIMITED } from '../../../src/delivery/pace.js';
import { Outbox } from '../../../src/delivery/outbox.js';
import type { Claim } from '../../../src/delivery/span.js';
import { newTotals } from '../../../src/delivery/totals.js';
import { always, batch, endpointAt, listening, opened } from './support.js';

/** What one pull of a route should bring, of three that are open. */
async function pullEvents(rate: Partial<typeof UNLIMITED>): Promise<number | undefined> {
  const siem = await listening();
  const { destination } = opened({ endpoints: [endpointAt(siem.port)], rate: { ...UNLIMITED, ...rate } });
  const [first] = [0, 1, 2].map(() => destination.openRoute(always));
  return first?.pullEvents;
}

test('without a rate a pull may bring anything', async () => {
  assert.equal(await pullEvents({}), undefined);
});

test('with a rate one pull brings what may go in a second, divided by the shards', async () => {
  assert.equal(await pullEvents({ eps: 3000 }), 1000);
});

test('where bytes are limited the size of events tells how many that are', async () => {
  assert.equal(await pullEvents({ bytesPerSecond: 512 * 300 }), 100, 'of the usual size before any was sent');
});

test('a batch counts as unwritten until it is wholly in the kernel for the first time, or given up', async () => {
  const told: number[] = [];
  const claim: Claim = {
    fence: always,
    over: false,
    open: 0,
    unwritten: 0,
    onWritten: () => told.push(claim.unwritten),
  };
  const rule = { guarantee: 'settled', holdMs: 1e6, holdBytes: 1e9, proofMs: 1e6, proofBytes: 1e9 } as const;
  const outbox = new Outbox(rule, newTotals(), () => undefined);
  const sent = [0, 1, 2].map((seq) => outbox.push(batch(0, seq, 1), claim, 0).catch(() => undefined));
  assert.equal(claim.unwritten, 3);
  outbox.begin();
  outbox.written(100, 1);
  assert.deepEqual([claim.unwritten, told], [2, [2]]);
  outbox.rewind();
  outbox.begin();
  outbox.written(100, 2);
  assert.deepEqual([claim.unwritten, claim.open], [2, 3], 'what is written again waited only once');
  outbox.abandon(claim);
  assert.deepEqual([claim.unwritten, claim.open], [0, 0]);
  await Promise.all(sent);
});

/** Routes of a destination that sends 1,200 events a second, over a connection that takes all; those of one weight in `weights` are one share. */
function routesOf(weights: readonly number[]) {
  const connection = { isParked: false, pendingBytes: 0, start: () => undefined, send: () => Promise.resolve() };
  const time = { now: 1000 };
  const rate = { eventsPerSecond: () => 1200, now: () => time.now };
  const lanes = new Lanes([connection as unknown as Connection], 0, rate);
  const shares = new Map(weights.map((weight) => [weight, { weight }]));
  const claimOf = (weight: number): Claim => ({
    ...{ fence: always, over: false, open: 0, unwritten: 0 },
    share: shares.get(weight),
  });
  return { time, routes: weights.map((weight) => lanes.openRoute(claimOf(weight))) };
}

test('the rate is divided by the routes that sent in the last seconds; at first by all that are open', async () => {
  const { time, routes } = routesOf([1, 1, 1]);
  const seen = (): (number | undefined)[] => routes.map(({ pullEvents }) => pullEvents);
  const [busy, once] = routes;
  assert.deepEqual(seen(), [400, 400, 400]);
  time.now = 5999;
  await busy?.send(batch(0, 0, 1));
  await once?.send(batch(1, 0, 1));
  assert.deepEqual(seen(), [400, 400, 400]);
  time.now = 6000;
  assert.deepEqual(seen(), [600, 600, 400], 'one that has sent nothing counts when it asks');
  await busy?.send(batch(0, 1, 1));
  time.now = 11_000;
  assert.deepEqual(seen(), [1200, 600, 600]);
});

test('pipelines have parts of the rate by their weights, whatever the number of their shards; none has less than a twentieth of a second', () => {
  assert.deepEqual(
    routesOf([1, 1, 3]).routes.map(({ pullEvents }) => pullEvents),
    [150, 150, 900],
  );
  const many = routesOf([...Array.from({ length: 100 }, () => 1), 3]).routes;
  assert.deepEqual([many[0]?.pullEvents, many.at(-1)?.pullEvents], [60, 900]);
});
