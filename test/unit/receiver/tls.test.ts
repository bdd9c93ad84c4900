import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { test, type TestContext } from 'node:test';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { ReceiverHandle, ReceiverMode, ReceiverTls } from '../../../src/emulator/receiver/contract.js';
import { startReceiver } from '../../../src/emulator/receiver-handle.js';
import { testCerts } from '../../support/certs.js';

const WAIT_MS = 10_000;
const events = (from: number, count: number): string =>
  Array.from(
    { length: count },
    (_, i) => `<134>1 - host app - - - emu_seq=1-${String(from + i).padStart(6, '0')}\n`,
  ).join('');
const EVENT_BYTES = events(0, 1).length;

async function started(
  context: TestContext,
  tls: Partial<ReceiverTls> = {},
  mode: ReceiverMode = { kind: 'normal' },
): Promise<ReceiverHandle> {
  const { server } = await testCerts();
  const receiver = await startReceiver({ listen: 'tls://127.0.0.1:0', tls: { ...server, ...tls }, mode });
  context.after(() => receiver.stop());
  return receiver;
}

async function dial(
  context: TestContext,
  receiver: ReceiverHandle,
  options: ConnectionOptions = {},
): Promise<TLSSocket> {
  const { ca } = await testCerts();
  const socket = connect({ host: '127.0.0.1', port: receiver.port, ca: ca.cert, ...options });
  context.after(() => socket.destroy());
  socket.on('error', () => undefined).resume();
  return socket;
}

async function dialled(...args: Parameters<typeof dial>): Promise<TLSSocket> {
  const socket = await dial(...args);
  await once(socket, 'secureConnect');
  return socket;
}

/** Resolves with how the peer ended the connection. */
const ending = (socket: TLSSocket): Promise<string> =>
  new Promise((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.once('end', () => resolve('end'));
  });

test('counts messages and names the protocol version', async (context) => {
  const receiver = await started(context);
  (await dialled(context, receiver)).end(events(0, 1_000));
  (await dialled(context, receiver, { maxVersion: 'TLSv1.2' })).end(events(1_000, 1_000));
  const { sequence, tls, bytes, connections } = await receiver.waitFor({ unique: 2_000, closed: 2 }, WAIT_MS);
  assert.deepEqual([sequence.lost, sequence.unique, bytes], [0, 2_000, 2_000 * EVENT_BYTES]);
  assert.deepEqual(tls.versions, { 'TLSv1.3': 1, 'TLSv1.2': 1 });
  assert.deepEqual([connections.failed, tls.failures], [0, 0]);
});

test('takes only clients with a certificate of the CA it knows', async (context) => {
  const { ca, client, otherCa } = await testCerts();
  const receiver = await started(context, { clientCa: ca.cert });
  (await dialled(context, receiver, { ...client })).write(events(0, 1));
  await receiver.waitFor({ unique: 1 }, WAIT_MS);
  (await dial(context, receiver)).write(events(1, 1));
  await receiver.waitFor({ tlsFailures: 1 }, WAIT_MS);
  (await dial(context, receiver, otherCa)).write(events(1, 1));
  const { sequence, tls } = await receiver.waitFor({ tlsFailures: 2, closed: 2 }, WAIT_MS);
  assert.equal(sequence.unique, 1);
  assert.equal(tls.lastFailure, 'INVALID_PURPOSE');
});

test('counts what is not TLS at all, and goes on', async (context) => {
  const receiver = await started(context, { minVersion: 'TLSv1.3' });
  const plain = createConnection({ host: '127.0.0.1', port: receiver.port });
  context.after(() => plain.destroy());
  plain.on('error', () => undefined).resume();
  plain.write('<134>1 - - - - - - not TLS\n');
  await dial(context, receiver, { maxVersion: 'TLSv1.2' });
  const { events: read } = await receiver.waitFor({ tlsFailures: 2, closed: 2 }, WAIT_MS);
  assert.equal(read, 0);
  (await dialled(context, receiver)).write(events(0, 1));
  await receiver.waitFor({ unique: 1 }, WAIT_MS);
});

test('mode hang: no handshake until it is set back', async (context) => {
  const receiver = await started(context, {}, { kind: 'hang' });
  const socket = await dial(context, receiver);
  let secure = false;
  socket.once('secureConnect', () => (secure = true));
  socket.write(events(0, 10));
  await receiver.waitFor({ connections: 1 }, WAIT_MS);
  assert.deepEqual((await receiver.stats()).tls.versions, {});
  assert.equal(secure, false);
  await receiver.setMode({ kind: 'normal' });
  await receiver.waitFor({ unique: 10 }, WAIT_MS);
});

test('mode stalled: shakes hands, reads nothing, and all of it later', async (context) => {
  const receiver = await started(context, {}, { kind: 'stalled' });
  const socket = await dialled(context, receiver);
  const count = 400_000;
  const flushed = new Promise((resolve) => socket.write(events(0, count), resolve));
  assert.equal((await receiver.stats()).bytes, 0);
  await receiver.setMode({ kind: 'normal' });
  await flushed;
  const { sequence } = await receiver.waitFor({ unique: count }, WAIT_MS);
  assert.equal(sequence.lost, 0);
});

test('mode resetting: a RST after so many bytes', async (context) => {
  const receiver = await started(context, {}, { kind: 'resetting', afterBytes: 10 * EVENT_BYTES });
  const socket = await dialled(context, receiver);
  const end = ending(socket);
  socket.write(events(0, 100));
  assert.equal(await end, 'ECONNRESET');
  const { sequence } = await receiver.waitFor({ closed: 1 }, WAIT_MS);
  assert.equal(sequence.unique, 10);
});

test('mode fin: a clean TLS close', async (context) => {
  const receiver = await started(context, {}, { kind: 'fin', afterBytes: 10 * EVENT_BYTES });
  const socket = await dialled(context, receiver);
  const end = ending(socket);
  socket.write(events(0, 10));
  assert.equal(await end, 'end');
  const { sequence, connections } = await receiver.waitFor({ closed: 1 }, WAIT_MS);
  assert.deepEqual([sequence.unique, connections.failed], [10, 0]);
});

test('mode slow', async (context) => {
  const receiver = await started(context, {}, { kind: 'slow', bytesPerSecond: 20_000 });
  const socket = await dialled(context, receiver);
  const from = performance.now();
  socket.end(events(0, 200));
  await receiver.waitFor({ unique: 200, closed: 1 }, WAIT_MS);
  assert.ok(performance.now() - from >= ((200 * EVENT_BYTES) / 20_000) * 800);
});

test('a certificate that is none', async () => {
  const tls = { cert: 'no', key: 'no' };
  await assert.rejects(startReceiver({ listen: 'tls://127.0.0.1:0', tls }), { code: 'USAGE' });
});

test('the other test certificates are what they are called', async (context) => {
  const { expired, wrongName } = await testCerts();
  assert.equal(await ending(await dial(context, await started(context, expired))), 'CERT_HAS_EXPIRED');
  const wrong = await dial(context, await started(context, wrongName), { host: 'localhost' });
  assert.equal(await ending(wrong), 'ERR_TLS_CERT_ALTNAME_INVALID');
});
