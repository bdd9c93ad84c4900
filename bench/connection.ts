/**
 * What delivery costs: one connection over loopback into a receiver (a process of its own) that throws everything away.
 * CPU is user + system of this process, so the kernel's copies and the looks at /proc are in it.
 *
 *     node dist/bench/connection.js [seconds]
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { generate } from 'selfsigned';
import { systemClock } from '../src/flow/clock.js';
import { framed } from '../src/format/frame.js';
import type { FrameBatch } from '../src/model/batch.js';
import { RELP } from '../src/model/format-plan.js';
import { openDestination } from '../src/delivery/destination.js';
import { ALONE, UNLIMITED } from '../src/delivery/pace.js';
import type { DestinationSettings, Endpoint, Guarantee } from '../src/delivery/delivery-settings.js';

type Scheme = Endpoint['scheme'];

const FRAME = 300;
const BATCH = 2 * 1024 * 1024;
const IN_FLIGHT = 32 * 1024 * 1024;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

if (process.send === undefined) await measureAll(Number(process.argv[2] ?? 4));
else await receive();

async function receive(): Promise<void> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec' });
  const servers = [
    createServer((socket) => socket.resume()),
    createTlsServer({ cert, key }, (socket) => socket.resume()),
    createServer(answerRelp),
  ];
  const ports = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    }),
  );
  process.send?.(ports);
}

/** Counts commands, all of the same length, and answers each: a parser would be what is measured. */
function answerRelp(socket: Socket): void {
  let [opened, txnr, pending] = [false, 1, 0];
  socket
    .on('error', () => undefined)
    .on('data', (chunk: Buffer) => {
      if (!opened) {
        opened = true;
        socket.write('1 rsp 6 200 OK\n');
        return;
      }
      pending += chunk.length;
      let replies = '';
      while (pending >= FRAME) {
        pending -= FRAME;
        txnr += 1;
        replies += `${txnr} rsp 6 200 OK\n`;
      }
      if (replies !== '') socket.write(replies);
    });
}

async function measureAll(seconds: number): Promise<void> {
  const receiver: ChildProcess = fork(new URL(import.meta.url));
  const [[tcp, tls, relp]] = (await once(receiver, 'message')) as [[number, number, number]];
  for (const [scheme, port] of [
    ['tcp', tcp],
    ['tls', tls],
  ] as const) {
    for (const guarantee of ['written', 'acked', 'settled'] satisfies Guarantee[]) {
      await measure(scheme, port, guarantee, seconds);
    }
  }
  await measure('relp', relp, 'relp', seconds);
  receiver.disconnect();
  receiver.kill();
}

async function measure(scheme: Scheme, port: number, guarantee: Guarantee, seconds: number): Promise<void> {
  const destination = openDestination(settingsFor(scheme, port, guarantee), systemClock, silent, ALONE);
  const route = destination.openRoute(() => true);
  const frames = makeBatch();
  await route.send(frames);
  const before = destination.snapshot().totals;
  const [cpu, started] = [process.cpuUsage(), performance.now()];
  const loops = Array.from({ length: IN_FLIGHT / BATCH }, async () => {
    while (performance.now() - started < seconds * 1_000) await route.send(frames);
  });
  await Promise.all(loops);
  const wall = (performance.now() - started) / 1_000;
  const used = process.cpuUsage(cpu);
  const after = destination.snapshot().totals;
  await destination.end(AbortSignal.timeout(10_000));
  const cpuSeconds = (used.user + used.system) / 1e6;
  const gigabytes = (after.settledBytes - before.settledBytes) / 1e9;
  const events = (after.settledEvents - before.settledEvents) / 1e6;
  console.log(
    `${scheme} ${guarantee.padEnd(8)} ${(gigabytes / cpuSeconds).toFixed(2)} GB and ${(events / cpuSeconds).toFixed(2)} M events per CPU-second, ` +
      `${(gigabytes / wall).toFixed(2)} GB/s on the wall clock`,
  );
}

function settingsFor(scheme: Scheme, port: number, guarantee: Guarantee): DestinationSettings {
  const host = '127.0.0.1';
  const file = undefined;
  return {
    name: 'bench',
    endpoints: [{ scheme, tls: scheme === 'tls', host, port, text: `${scheme}://${host}:${port}` }],
    tls: {
      ca: file,
      cert: file,
      key: file,
      passphrase: file,
      passphraseFile: file,
      ciphers: file,
      pins: [],
      servername: file,
      minVersion: 'TLSv1.3',
      insecureSkipVerify: true,
    },
    mode: 'failover',
    failback: { intervalMs: 60_000, probes: 3 },
    rebind: { afterMs: file, afterBytes: file },
    resolveIntervalMs: 60_000,
    guarantee,
    connections: 1,
    connectTimeoutMs: 5_000,
    stallTimeoutMs: 20_000,
    proofMs: 1_000,
    proofBytes: 8 * 1024 * 1024,
    probationMs: 0,
    replayBytes: 16 * 1024 * 1024,
    retry: { initialMs: 100, maxMs: 10_000 },
    rate: UNLIMITED,
  };
}

/** RELP's commands end with LF, so every scheme may have them. */
function makeBatch(): FrameBatch {
  const count = Math.floor(BATCH / FRAME);
  const message = Buffer.alloc(FRAME - '000000000 syslog 278 \n'.length, 'x');
  const bytes = new Uint8Array(Buffer.concat(Array<Uint8Array>(count).fill(framed(message, RELP))));
  const ends = Uint32Array.from({ length: count }, (_, index) => (index + 1) * FRAME);
  return {
    shard: 0,
    seq: 0,
    cursor: '',
    nextCursor: '',
    bytes,
    ends,
    filtered: 0,
    sampled: 0,
    dropped: 0,
    truncated: 0,
    empty: 0,
    bare: 0,
    untimed: 0,
    rejected: [],
  };
}
