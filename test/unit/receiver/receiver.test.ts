import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { createSocket } from 'node:dgram';
import { test, type TestContext } from 'node:test';
import { runReceiver, startReceiver } from '../../../src/emulator/receiver-handle.js';
import type { ReceiverHandle, ReceiverOptions } from '../../../src/emulator/receiver/contract.js';

const WAIT_MS = 10_000;
const message = (shard: number, n: number): string =>
  `<134>1 2026-01-02T03:04:05.678Z host app - - - name=value||emu_seq=${shard}-${n}||last=x`;
const octet = (text: string): string => `${Buffer.byteLength(text)} ${text}`;
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const lines = (from: number, to: number): string =>
  numbers(from, to)
    .map((n) => `${message(0, n)}\n`)
    .join('');

async function started(context: TestContext, options: ReceiverOptions = {}): Promise<ReceiverHandle> {
  const receiver = await startReceiver(options);
  context.after(() => receiver.stop());
  return receiver;
}

async function dialled(context: TestContext, receiver: ReceiverHandle): Promise<Socket> {
  const socket = createConnection({ host: '127.0.0.1', port: receiver.port });
  context.after(() => socket.destroy());
  socket.on('error', () => undefined).resume();
  await once(socket, 'connect');
  return socket;
}

/** Resolves with how the peer ended the connection. */
function ending(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.once('end', () => resolve('end'));
  });
}

test('counts events of both framings on one thread away', async (context) => {
  const receiver = await started(context);
  const lf = await dialled(context, receiver);
  const counted = await dialled(context, receiver);
  lf.write(lines(0, 499));
  counted.write(
    numbers(0, 299)
      .map((n) => octet(message(7, n)))
      .join(''),
  );
  const stats = await receiver.waitFor({ events: 800 }, WAIT_MS);
  assert.deepEqual(stats.framing, { lf: 500, nul: 0, 'octet-counting': 300, datagram: 0 });
  assert.deepEqual(
    stats.shards.map(({ shard, unique, lost, duplicates, first, last }) => [
      shard,
      unique,
      lost,
      duplicates,
      first,
      last,
    ]),
    [
      [0, 500, 0, 0, 0, 499],
      [7, 300, 0, 0, 0, 299],
    ],
  );
  assert.equal(stats.bytes, lf.bytesWritten + counted.bytesWritten);
  assert.equal(stats.connections.now, 2);
  assert.ok(Object.values(stats.flaws).every((count) => count === 0));
});

test('sees loss, duplicates and reordering', async (context) => {
  const receiver = await started(context);
  const socket = await dialled(context, receiver);
  for (const n of [0, 1, 5, 2, 2, 8]) socket.write(`${message(3, n)}\n`);
  const { shards, sequence } = await receiver.waitFor({ events: 6, unique: 5, duplicates: 1 }, WAIT_MS);
  assert.deepEqual(shards, [
    { shard: 3, received: 6, unique: 5, lost: 4, duplicates: 1, reordered: 1, first: 0, last: 8 },
  ]);
  assert.deepEqual(sequence, { received: 6, unique: 5, lost: 4, duplicates: 1, reordered: 1 });
});

test('gives back the last messages and forgets its counts', async (context) => {
  const receiver = await started(context, { keep: 3 });
  const socket = await dialled(context, receiver);
  socket.write(lines(0, 9));
  await receiver.waitFor({ events: 10 }, WAIT_MS);
  assert.deepEqual(await receiver.last(2), [message(0, 8), message(0, 9)]);
  assert.deepEqual(await receiver.last(9), [message(0, 7), message(0, 8), message(0, 9)]);
  await receiver.reset();
  const { events, shards, connections } = await receiver.stats();
  assert.deepEqual([events, shards, connections.total, connections.now], [0, [], 1, 1]);
});

test('strict: names what is wrong and where', async (context) => {
  const receiver = await started(context, { tracking: 'strict' });
  const socket = await dialled(context, receiver);
  socket.write(`${message(0, 0)}\n<134>1 2026-02-30T00:00:00Z h a - - -\nta\tb\n`);
  const { flaws, parseFlaws, events } = await receiver.waitFor({ events: 3 }, WAIT_MS);
  assert.equal(events, 3);
  assert.equal(flaws.parse, 2);
  assert.equal(flaws.controlCharacters, 1);
  assert.deepEqual(parseFlaws[0], {
    error: 'TIMESTAMP',
    offset: 7,
    message: '<134>1 2026-02-30T00:00:00Z h a - - -',
  });
});

test('measures delay from emu_ts', async (context) => {
  const receiver = await started(context, { latency: true });
  const socket = await dialled(context, receiver);
  socket.write(`<134>1 - h a - - - emu_ts=${Date.now() - 5_000}\n`);
  const { latency } = await receiver.waitFor({ events: 1 }, WAIT_MS);
  assert.equal(latency?.count, 1);
  assert.ok(latency.max >= 5_000 && latency.max < 60_000);
});

test('a length that can not be right cuts the stream off', async (context) => {
  const receiver = await started(context, { maxFrameBytes: 1_000 });
  const socket = await dialled(context, receiver);
  const end = ending(socket);
  socket.write(`${octet(message(0, 0))}99999 <134>1 - - - - - -`);
  assert.equal(await end, 'ECONNRESET');
  const { flaws, events } = await receiver.waitFor({ closed: 1 }, WAIT_MS);
  assert.deepEqual([flaws.framing, events], [1, 1]);
});

test('a stream that ends inside a message', async (context) => {
  const receiver = await started(context);
  const socket = await dialled(context, receiver);
  socket.end(`${message(0, 0)}\n${message(0, 1)}`);
  const { flaws, sequence } = await receiver.waitFor({ closed: 1 }, WAIT_MS);
  assert.deepEqual([flaws.incomplete, sequence.received], [1, 1]);
});

test('UDP: a message in every datagram', async (context) => {
  const receiver = await started(context, { listen: 'udp://127.0.0.1:0' });
  const socket = createSocket('udp4');
  context.after(() => socket.close());
  for (const n of numbers(0, 9)) socket.send(message(0, n), receiver.port, '127.0.0.1');
  const { framing, sequence } = await receiver.waitFor({ events: 10 }, WAIT_MS);
  assert.deepEqual([framing.datagram, sequence.unique, sequence.lost], [10, 10, 0]);
  await assert.rejects(receiver.setMode({ kind: 'stalled' }), { code: 'USAGE' });
});

test('mode resetting: counts so many bytes, then resets', async (context) => {
  const receiver = await started(context, { mode: { kind: 'resetting', afterBytes: lines(0, 9).length } });
  const socket = await dialled(context, receiver);
  const end = ending(socket);
  socket.write(lines(0, 99));
  assert.equal(await end, 'ECONNRESET');
  assert.equal((await receiver.stats()).sequence.unique, 10);
});

test('mode fin: an idle sender sees the end, and the next connection is taken', async (context) => {
  const receiver = await started(context, { mode: { kind: 'fin', afterBytes: lines(0, 9).length } });
  const socket = await dialled(context, receiver);
  const end = ending(socket);
  socket.write(lines(0, 9));
  assert.equal(await end, 'end');
  await receiver.setMode({ kind: 'normal' });
  (await dialled(context, receiver)).write(lines(10, 19));
  const { sequence, connections } = await receiver.waitFor({ unique: 20 }, WAIT_MS);
  assert.equal(sequence.lost, 0);
  assert.equal(connections.total, 2);
});

test('mode stalled: reads nothing until it is set back', async (context) => {
  const receiver = await started(context, { mode: { kind: 'stalled' } });
  const socket = await dialled(context, receiver);
  const chunk = Buffer.alloc(8 << 20, 'x');
  chunk[chunk.length - 1] = 10;
  const written = once(socket, 'drain');
  for (let i = 0; i < 4; i++) socket.write(chunk);
  await receiver.waitFor({ connections: 1 }, WAIT_MS);
  assert.equal((await receiver.stats()).bytes, 0);
  assert.ok(socket.writableLength > 0);
  await receiver.setMode({ kind: 'normal' });
  await written;
  const { bytes, flaws } = await receiver.waitFor({ bytes: 4 * chunk.length }, WAIT_MS);
  assert.deepEqual([bytes, flaws.oversize], [4 * chunk.length, 4]);
});

test('mode slow: a rate for all connections together', async (context) => {
  const receiver = await started(context, { mode: { kind: 'slow', bytesPerSecond: 40_000 } });
  const a = await dialled(context, receiver);
  const b = await dialled(context, receiver);
  await receiver.waitFor({ connections: 2 }, WAIT_MS);
  const from = performance.now();
  a.end(lines(0, 99));
  b.end(lines(100, 199));
  const { bytes } = await receiver.waitFor({ unique: 200, closed: 2 }, WAIT_MS);
  const fastest = (bytes / 40_000) * 1_000;
  assert.ok(performance.now() - from >= fastest * 0.8, `took ${performance.now() - from} ms, at least ${fastest}`);
});

test('mode refusing: the port is closed and connections are reset; then the same port is open again', async (context) => {
  const receiver = await started(context);
  const socket = await dialled(context, receiver);
  await receiver.waitFor({ connections: 1 }, WAIT_MS);
  const end = ending(socket);
  await receiver.setMode({ kind: 'refusing' });
  assert.equal(await end, 'ECONNRESET');
  const refused = createConnection({ host: '127.0.0.1', port: receiver.port });
  assert.equal(await ending(refused), 'ECONNREFUSED');
  await receiver.setMode({ kind: 'normal' });
  (await dialled(context, receiver)).write(lines(0, 9));
  await receiver.waitFor({ unique: 10 }, WAIT_MS);
});

test('mode changes that overtake each other end in the last one', async (context) => {
  const receiver = await started(context);
  const kinds = ['refusing', 'normal', 'normal', 'refusing', 'stalled', 'normal'] as const;
  await Promise.all(kinds.map((kind) => receiver.setMode({ kind })));
  (await dialled(context, receiver)).write(lines(0, 9));
  assert.deepEqual((await receiver.waitFor({ unique: 10 }, WAIT_MS)).mode, { kind: 'normal' });
});

test('mode fin: what is sent beyond the end is not counted', async (context) => {
  const receiver = await started(context, { mode: { kind: 'fin', afterBytes: lines(0, 9).length } });
  const socket = await dialled(context, receiver);
  const end = ending(socket);
  socket.write(lines(0, 9_999));
  assert.match(await end, /^(end|ECONNRESET|EPIPE)$/);
  assert.equal((await receiver.waitFor({ closed: 1 }, WAIT_MS)).sequence.unique, 10);
});

test('says what was missing after the time is over', async (context) => {
  const receiver = await started(context);
  await assert.rejects(
    receiver.waitFor({ events: 1 }, 10),
    /did not get \{"events":1\} within 10 ms, only \{"events":0/,
  );
});

test('a taken port, a bad address, a missing certificate', async (context) => {
  const receiver = await started(context);
  await assert.rejects(startReceiver({ listen: receiver.url }), { code: 'LISTEN_FAILED' });
  await assert.rejects(startReceiver({ listen: 'http://127.0.0.1:1' }), { code: 'USAGE' });
  await assert.rejects(startReceiver({ listen: 'tls://127.0.0.1:0' }), { code: 'USAGE' });
});

test('runs on the calling thread, too', async () => {
  const receiver = await runReceiver({ listen: 'tcp://[::1]:0' });
  assert.match(receiver.url, /^tcp:\/\/\[::1\]:\d+$/);
  const socket = createConnection({ host: '::1', port: receiver.port });
  socket.end(lines(0, 9));
  await receiver.waitFor({ unique: 10, closed: 1 }, WAIT_MS);
  await receiver.stop();
});

test('a stopped receiver says so', async () => {
  const receiver = await startReceiver();
  const waiting = assert.rejects(receiver.waitFor({ events: 1 }, WAIT_MS), { code: 'ABANDONED' });
  await receiver.stop();
  await waiting;
  await assert.rejects(receiver.stats(), { code: 'ABANDONED' });
  await receiver.stop();
});
