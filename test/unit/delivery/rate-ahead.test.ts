import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from '../../../src/delivery/connection.js';
import { Lanes } from '../../../src/delivery/lanes.js';
import { UNLIMITED } from '../../../src/delivery/pace.js';
import { Outbox } from '../../../src/delivery/outbox.js';
import type { Claim } from '../../../src/delivery/span.js';
import { newTotals } from '../../../src/delivery/totals.js';
import { always, batch, endpointAt, listening, opened } from './support.js';

/** What one pull should bring, with three routes of which only some have sent anything. */
async function pullEvents(rate: Partial<typeof UNLIMITED>, senders: number) {
  const siem = await listening();
  const { destination } = opened({ endpoints: [endpointAt(siem.port)], rate: { ...UNLIMITED, ...rate } });
  const before = destination.pullEvents;
  const routes = [0, 1, 2].map(() => destination.openRoute(always));
  const opening = destination.pullEvents;
  await Promise.all(routes.slice(0, senders).map((route, shard) => route.send(batch(shard, 0, 1))));
  return { before, opening };
}

test('without a rate a pull may bring anything', async () => {
  assert.deepEqual(await pullEvents({}, 1), { before: undefined, opening: undefined });
});

test('with a rate one pull brings what may go in a second, divided by the shards', async () => {
  assert.deepEqual(await pullEvents({ eps: 3000 }, 3), { before: 3000, opening: 1000 });
});

test('where bytes are limited the size of events tells how many that are', async () => {
  const { opening } = await pullEvents({ bytesPerSecond: 512 * 300 }, 3);
  assert.equal(opening, 100, 'of the usual size before any was sent');
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

test('the rate is divided by the routes that sent in the last seconds; at first by all that are open', async () => {
  const connection = { isParked: false, pendingBytes: 0, start: () => undefined, send: () => Promise.resolve() };
  const lanes = new Lanes([connection as unknown as Connection], 0);
  const routes = [0, 1, 2].map(() => lanes.openRoute({ fence: always, over: false, open: 0, unwritten: 0 }));
  const [busy, once] = routes;
  assert.deepEqual([lanes.activeAt(1000), lanes.activeAt(5999)], [3, 3]);
  await busy?.send(batch(0, 0, 1));
  await once?.send(batch(1, 0, 1));
  assert.equal(lanes.activeAt(6000), 2);
  await busy?.send(batch(0, 1, 1));
  assert.equal(lanes.activeAt(11_000), 1);
  assert.equal(lanes.activeAt(16_000), 0);
});
