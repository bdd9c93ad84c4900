import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DestinationSettings } from '../../../src/delivery/delivery-settings.js';
import type { Receiver } from './support.js';
import {
  always,
  batch,
  endpointAt,
  eventually,
  expectedFrames,
  firstSeen,
  listening,
  opened,
  soon,
} from './support.js';

function receivers(count: number): Promise<Receiver[]> {
  return Promise.all(Array.from({ length: count }, () => listening()));
}

function openedTo(siems: readonly Receiver[], settings: Partial<DestinationSettings>) {
  return opened({ endpoints: siems.map(({ port }) => endpointAt(port)), ...settings });
}

const live = ({ sockets }: Receiver): number => sockets.filter(({ destroyed }) => !destroyed).length;

test('loadBalance: one connection each; when one of three dies the others take over at once, and nothing is lost', async () => {
  const siems = await receivers(3);
  const { destination } = openedTo(siems, { mode: 'loadBalance', connections: 3 });
  const routes = [0, 1, 2].map(() => destination.openRoute(always));
  await Promise.all(routes.map((route, shard) => route.send(batch(shard, 0))));
  assert.deepEqual(siems.map(live), [1, 1, 1]);
  const second = routes.map((route, shard) => route.send(batch(shard, 1)));
  const started = performance.now();
  for (const socket of siems[1]!.sockets) socket.resetAndDestroy();
  await siems[1]!.close();
  const third = routes.map((route, shard) => route.send(batch(shard, 2)));
  await siems[2]!.until(() => live(siems[2]!) === 2);
  await Promise.all([...second, ...third]);
  assert.ok(performance.now() - started < 2_000);
  for (let shard = 0; shard < 3; shard++) {
    const own = siems.flatMap((siem) => siem.frames().flat()).filter((frame) => frame.startsWith(`${shard}:`));
    assert.deepEqual(new Set(own), new Set(expectedFrames(shard, 3)));
  }
});

test('failover: all go to the second when the first dies, and come back without a duplicate once it has returned', async () => {
  const siems = await receivers(2);
  const [first, second] = siems as [Receiver, Receiver];
  const { port } = first;
  const { destination, log } = openedTo(siems, { connections: 2, failback: { intervalMs: 30, probes: 2 } });
  const route = destination.openRoute(always);
  await route.send(batch(0, 0));
  await first.close();
  await route.send(batch(0, 1));
  await second.until(() => live(second) >= 1);
  const resent = destination.snapshot().totals.resentEvents;
  const returned = await listening({ port });
  let seq = 2;
  while (returned.bytes === 0) await route.send(batch(0, seq++));
  await route.send(batch(0, seq++));
  await destination.end(soon(5_000));
  assert.equal(destination.snapshot().totals.resentEvents, resent, 'the move itself costs none');
  assert.ok(log.lines.some(({ fields }) => fields['reason'] === 'failback'));
  assert.deepEqual(firstSeen([first, second, returned].flatMap((siem) => siem.frames())), expectedFrames(0, seq));
});

test('rebind by bytes: connection after connection, each event once, in order, and never two that write', async () => {
  const [siem] = (await receivers(1)) as [Receiver];
  const { destination } = openedTo([siem], { rebind: { afterMs: undefined, afterBytes: 3_000 }, proofMs: 10 });
  const route = destination.openRoute(always);
  let seq = 0;
  while (destination.snapshot().totals.connects < 4) await route.send(batch(0, seq++));
  await destination.end(soon(5_000));
  assert.deepEqual(siem.frames().flat(), expectedFrames(0, seq));
  assert.deepEqual(destination.snapshot().totals.errors, {});
  assert.equal(destination.snapshot().totals.resentEvents, 0);
});

test('a receiver that never ends its side is left by time; a hard stop in the middle of a move closes both', async () => {
  const siem = await listening({ onSocket: (socket) => (socket.allowHalfOpen = true) });
  const { destination } = openedTo([siem], { rebind: { afterMs: undefined, afterBytes: 1 }, proofMs: 10 });
  const route = destination.openRoute(always);
  await route.send(batch(0, 0));
  await route.send(batch(0, 1));
  await eventually(() => siem.sockets.length >= 3);
  const late = assert.rejects(route.send(batch(0, 2, 1_000, 20_000)).then(() => Promise.reject(new Error('sent'))));
  await destination.closeHard();
  await late;
  assert.deepEqual(
    destination.snapshot().connections.map(({ phase }) => phase),
    ['closed'],
  );
});
