import { SCHEMES } from '../../../src/delivery/transports/table.js';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { systemClock } from '../../../src/flow/clock.js';
import { framed } from '../../../src/format/frame.js';
import { EVERY_LOG_WHOLE, type FrameBatch } from '../../../src/model/batch.js';
import { RELP } from '../../../src/model/format-plan.js';
import { frameAt } from '../../../src/model/frames.js';
import { openDestination, type OpenDestination } from '../../../src/delivery/destination.js';
import { ALONE, UNLIMITED } from '../../../src/delivery/pace.js';
import {
  TUNING,
  type DeliveryTuning,
  type DestinationSettings,
  type Endpoint,
} from '../../../src/delivery/delivery-settings.js';
import { afterTest } from '../../support/after-test.js';
import { RecordingLog } from '../../support/recording-log.js';

export const always = (): boolean => true;

export const NO_TLS: DestinationSettings['tls'] = {
  ca: undefined,
  cert: undefined,
  key: undefined,
  passphrase: undefined,
  passphraseFile: undefined,
  ciphers: undefined,
  pins: [],
  servername: undefined,
  minVersion: 'TLSv1.2',
  insecureSkipVerify: false,
};

/** Times short enough for tests. */
const QUICK: DestinationSettings = {
  name: 'siem',
  endpoints: [],
  mode: 'failover',
  failback: { intervalMs: 60_000, probes: 1 },
  rebind: { afterMs: undefined, afterBytes: undefined },
  resolveIntervalMs: 60_000,
  tls: NO_TLS,
  guarantee: 'settled',
  connections: 1,
  connectTimeoutMs: 2_000,
  stallTimeoutMs: 5_000,
  proofMs: 60,
  proofBytes: 8 * 1024 * 1024,
  probationMs: 0,
  replayBytes: 16 * 1024 * 1024,
  retry: { initialMs: 20, maxMs: 50 },
  rate: UNLIMITED,
};
const QUICK_TUNING: DeliveryTuning = { ...TUNING, beatMs: 20, restPerLook: 2, endGraceMs: 200, lookoutMs: 10 };

export function endpointAt(port: number, scheme = 'tcp', host = '127.0.0.1'): Endpoint {
  return {
    scheme,
    tls: SCHEMES.some(({ name, tls }) => tls && name === scheme),
    host,
    port,
    text: `${scheme}://${host}:${port}`,
  };
}

export interface Opened {
  readonly destination: OpenDestination;
  readonly log: RecordingLog;
}

export function open(settings: Partial<DestinationSettings>, tuning: Partial<DeliveryTuning> = {}): Opened {
  const log = new RecordingLog();
  const all = { ...QUICK, ...settings };
  return { destination: openDestination(all, systemClock, log, ALONE, { ...QUICK_TUNING, ...tuning }), log };
}

/** As {@link open}; closed after the test. */
export function opened(...args: Parameters<typeof open>): Opened {
  const made = open(...args);
  afterTest(() => made.destination.closeHard());
  return made;
}

/** `count` frames `<shard>:<seq>:<n> xxx…\n` of `size` bytes each. */
export function batch(shard: number, seq: number, count = 10, size = 100): FrameBatch {
  const bytes = Buffer.alloc(count * size, 'x');
  const ends = new Uint32Array(count);
  for (let n = 0; n < count; n++) {
    bytes.write(`${shard}:${seq}:${n} `, n * size);
    bytes.write('\n', (n + 1) * size - 1);
    ends[n] = (n + 1) * size;
  }
  const ref = { shard, seq, cursor: `c${seq}`, nextCursor: `c${seq + 1}` };
  return {
    ...ref,
    bytes: new Uint8Array(bytes),
    ends,
    ...EVERY_LOG_WHOLE,
  };
}

/** A receiver: keeps the bytes of every connection it ever had, in the order of their arrival. */
export class Receiver {
  readonly sockets: Socket[] = [];
  readonly received: Buffer[][] = [];
  readonly #server: Server;
  readonly #wakers = new Set<() => void>();

  private constructor(onSocket: (socket: Socket, index: number) => void, tls: TlsOptions | undefined) {
    const accept = (socket: Socket): void => {
      const index = this.sockets.push(socket) - 1;
      const chunks: Buffer[] = [];
      this.received.push(chunks);
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        this.#wake();
      });
      socket.on('close', () => this.#wake());
      onSocket(socket, index);
      this.#wake();
    };
    this.#server = tls === undefined ? createServer(accept) : createTlsServer(tls, accept);
    this.#server.on('tlsClientError', () => undefined);
  }

  static async listen(
    options: {
      readonly onSocket?: (socket: Socket, index: number) => void;
      readonly tls?: TlsOptions;
      readonly port?: number;
      readonly host?: string;
    } = {},
  ): Promise<Receiver> {
    const receiver = new Receiver(options.onSocket ?? (() => undefined), options.tls);
    receiver.#server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Bytes received over all connections. */
  get bytes(): number {
    return this.received.flat().reduce((sum, chunk) => sum + chunk.length, 0);
  }

  /** Whole frames of each connection, in order; the last may be cut only if the connection broke. */
  frames(): string[][] {
    return this.received.map((chunks) => {
      const lines = Buffer.concat(chunks).toString('latin1').split('\n');
      lines.pop();
      return lines.map((line) => line.split(' ')[0] ?? '');
    });
  }

  /** Resolves when `condition` holds; looked at whenever something arrives. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#wakers.add(resolve));
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #wake(): void {
    for (const wake of this.#wakers) wake();
    this.#wakers.clear();
  }
}

/** A {@link Receiver} that is closed after the test. */
export async function listening(options: Parameters<typeof Receiver.listen>[0] = {}): Promise<Receiver> {
  const made = await Receiver.listen(options);
  afterTest(() => made.close());
  return made;
}

/** A port of loopback nobody listens on. */
export async function freePort(): Promise<number> {
  const receiver = await Receiver.listen();
  const { port } = receiver;
  await receiver.close();
  return port;
}

/** The same messages as RELP's commands. */
export function commands(frames: FrameBatch): FrameBatch {
  const parts = Array.from(frames.ends, (_, index) => framed(frameAt(frames, index).slice(0, -1), RELP));
  let length = 0;
  const ends = Uint32Array.from(parts, (part) => (length += part.length));
  return { ...frames, bytes: new Uint8Array(Buffer.concat(parts)), ends };
}

export function expectedFrames(shard: number, batches: number, count = 10): string[] {
  return Array.from({ length: batches * count }, (_, n) => `${shard}:${Math.floor(n / count)}:${n % count}`);
}

/** The frames without those seen before: what must be the original sequence if nothing is lost and nothing out of order. */
export function firstSeen(frames: readonly string[][]): string[] {
  return [...new Set(frames.flat())];
}

export const soon = (ms: number): AbortSignal => AbortSignal.timeout(ms);

/** Looks again and again: for what no event tells. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(2);
}
