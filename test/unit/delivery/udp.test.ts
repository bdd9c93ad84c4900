import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { afterTest } from '../../support/after-test.js';
import { always, batch, endpointAt, eventually, freePort, type Opened, opened, soon } from './support.js';

async function listen(port = 0): Promise<{ readonly socket: Socket; readonly port: number; readonly got: string[] }> {
  const socket = createSocket('udp4');
  const got: string[] = [];
  socket.on('message', (datagram) => got.push(datagram.toString()));
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  afterTest(() => socket.close());
  return { socket, port: socket.address().port, got };
}

function openedTo(port: number): Opened {
  return opened({ endpoints: [endpointAt(port, 'udp')], guarantee: 'written' });
}

/** The texts of the frames of a batch. */
function textsOf(shard: number, seq: number): string[] {
  const { bytes, ends } = batch(shard, seq);
  return Array.from(ends, (end, i) => Buffer.from(bytes.subarray(ends[i - 1] ?? 0, end)).toString());
}

test('every frame is one datagram, in order; what the kernel took is settled', async () => {
  const { port, got } = await listen();
  const { destination } = openedTo(port);
  const route = destination.openRoute(always);
  await Promise.all([0, 1, 2].map((seq) => route.send(batch(1, seq))));
  await eventually(() => got.length === 30);
  assert.deepEqual(
    got,
    [0, 1, 2].flatMap((seq) => textsOf(1, seq)),
  );
  await destination.end(soon(1_000));
  assert.equal(destination.snapshot().totals.settledEvents, 30);
});

test('nothing listens: that is said, the batch is sent again from its first frame, and arrives when somebody does', async () => {
  const port = await freePort();
  const { destination, log } = openedTo(port);
  const route = destination.openRoute(always);
  const sent = Promise.all(Array.from({ length: 20 }, (_, n) => route.send(batch(1, n))));
  await eventually(() => (destination.snapshot().totals.errors['CONNECTION_RESET'] ?? 0) > 0);
  assert.match(log.lines.map(({ message }) => message).join('\n'), /udp:\/\/127\.0\.0\.1:\d+: .*nothing listens there/);
  const { got } = await listen(port);
  await sent;
  await eventually(() => got.length >= 200);
  assert.deepEqual([...new Set(got)], Array.from({ length: 20 }, (_, n) => textsOf(1, n)).flat());
});

test('a name that is not known is a failed dial, said in words', async () => {
  const made = opened({ endpoints: [endpointAt(514, 'udp', 'no-such-host.invalid')], guarantee: 'written' });
  const route = made.destination.openRoute(always);
  const sent = route.send(batch(1, 0)).catch((error: unknown) => error);
  await eventually(() => (made.destination.snapshot().totals.errors['DIAL_FAILED'] ?? 0) > 0);
  await made.destination.closeHard();
  await sent;
});
