import type { Socket } from 'node:net';
import { ForwarderError } from '../../errors/forwarder-error.js';
import { systemClock, type Clock } from '../../flow/clock.js';
import { formatAddress, parseListenAddress, type ListenAddress } from './listen-address.js';
import { ReceiverConnection } from './receiver-connection.js';
import type { Awaited, ReceiverHandle, ReceiverMode, ReceiverOptions, ReceiverStats } from './contract.js';
import { listenTcp, listenUdp, type Listener } from './listener.js';
import { Tally } from './tally.js';
import { TlsHandshakes } from './tls-handshakes.js';
import { Waiters } from './waiters.js';

const DEFAULT_MAX_FRAME_BYTES = 1 << 20;
const DEFAULT_KEEP = 16;
const NORMAL: ReceiverMode = { kind: 'normal' };

/** A syslog receiver on the calling thread's own event loop. */
export class SyslogReceiver implements ReceiverHandle {
  readonly #options: ReceiverOptions;
  readonly #clock: Clock;
  readonly #maxFrameBytes: number;
  readonly #tls: TlsHandshakes | undefined;
  readonly #connections = new Set<ReceiverConnection>();
  readonly #waiters: Waiters;
  #address: ListenAddress;
  #tally: Tally;
  #listener: Listener | undefined;
  #mode: ReceiverMode = NORMAL;
  #change: Promise<void> = Promise.resolve();
  #total = 0;
  #closed = 0;
  #failed = 0;
  #stopped = false;

  /** Listens. Rejects with USAGE or LISTEN_FAILED. */
  static async start(options: ReceiverOptions, clock: Clock = systemClock): Promise<SyslogReceiver> {
    const receiver = new SyslogReceiver(options, clock);
    const mode = options.mode ?? NORMAL;
    receiver.#checkMode(mode);
    await receiver.#listen();
    await receiver.setMode(mode);
    return receiver;
  }

  private constructor(options: ReceiverOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#address = parseListenAddress(options.listen ?? 'tcp://127.0.0.1:0');
    this.#maxFrameBytes = options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES;
    this.#tally = this.#newTally();
    this.#waiters = new Waiters(clock, () => this.#now());
    if (this.#address.transport === 'tls') {
      if (options.tls === undefined)
        throw new ForwarderError('USAGE', 'a tls:// receiver needs a certificate and its key');
      this.#tls = new TlsHandshakes(options.tls, () => this.#waiters.check((awaited) => this.#has(awaited)));
    }
  }

  get url(): string {
    return formatAddress(this.#address);
  }

  get port(): number {
    return this.#address.port;
  }

  stats(): Promise<ReceiverStats> {
    return Promise.resolve(this.#now());
  }

  async setMode(mode: ReceiverMode): Promise<void> {
    this.#checkMode(mode);
    // One after the other: opening the port takes a while, and nobody may close or open it meanwhile.
    const change = this.#change.then(() => this.#enter(mode));
    this.#change = change.catch(() => undefined);
    await change;
  }

  async #enter(mode: ReceiverMode): Promise<void> {
    this.#mode = mode;
    for (const connection of this.#connections) connection.enter(mode);
    if (mode.kind === 'refusing') this.#closePort();
    else await this.#listen();
  }

  waitFor(awaited: Awaited, timeoutMs: number): Promise<ReceiverStats> {
    const waiting = this.#waiters.add(awaited, timeoutMs);
    this.#counted();
    return waiting;
  }

  last(count: number): Promise<readonly string[]> {
    return Promise.resolve(this.#tally.last(count));
  }

  reset(): Promise<void> {
    this.#tally = this.#newTally();
    this.#tls?.reset();
    this.#total = this.#connections.size;
    this.#closed = 0;
    this.#failed = 0;
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#change;
    this.#closePort();
    for (const connection of this.#connections) connection.finish();
    this.#waiters.abandon();
  }

  #checkMode(mode: ReceiverMode): void {
    if (this.#address.transport !== 'udp' || mode.kind === 'normal' || mode.kind === 'refusing') return;
    throw new ForwarderError('USAGE', `mode ${mode.kind} needs connections: a udp:// receiver has normal and refusing`);
  }

  async #listen(): Promise<void> {
    if (this.#listener !== undefined || this.#stopped) return;
    this.#listener =
      this.#address.transport === 'udp'
        ? await listenUdp(this.#address, (datagram) => this.#onDatagram(datagram))
        : await listenTcp(this.#address, (socket) => this.#onSocket(socket));
    this.#address = { ...this.#address, port: this.#listener.port };
  }

  #closePort(): void {
    this.#listener?.close();
    this.#listener = undefined;
  }

  #onDatagram(datagram: Buffer): void {
    this.#tally.read(datagram.length);
    this.#tally.frame(datagram, 0, datagram.length, 'datagram');
    this.#counted();
  }

  #onSocket(raw: Socket): void {
    this.#total++;
    const tls = this.#tls;
    const connection: ReceiverConnection = new ReceiverConnection(
      raw,
      {
        clock: this.#clock,
        maxFrameBytes: this.#maxFrameBytes,
        tally: () => this.#tally,
        share: (bytesPerSecond) => bytesPerSecond / this.#connections.size,
        counted: () => this.#counted(),
        handshake: tls && ((socket) => tls.begin(socket, (stream) => connection.open(stream))),
      },
      (failed) => this.#onClose(connection, failed),
    );
    this.#connections.add(connection);
    connection.enter(this.#mode);
    this.#counted();
  }

  #onClose(connection: ReceiverConnection, failed: boolean): void {
    this.#connections.delete(connection);
    this.#closed++;
    if (failed) this.#failed++;
    this.#counted();
  }

  #counted(): void {
    if (this.#waiters.size > 0) this.#waiters.check((awaited) => this.#has(awaited));
  }

  #has(awaited: Awaited): boolean {
    const { connections = 0, closed = 0, tlsFailures = 0 } = awaited;
    if (this.#total < connections || this.#closed < closed || (this.#tls?.failures ?? 0) < tlsFailures) return false;
    return this.#tally.has(awaited);
  }

  #newTally(): Tally {
    return new Tally({
      tracking: this.#options.tracking ?? 'sequence',
      latency: this.#options.latency ?? false,
      keep: this.#options.keep ?? DEFAULT_KEEP,
      now: () => this.#clock.now(),
    });
  }

  #now(): ReceiverStats {
    return {
      url: this.url,
      mode: this.#mode,
      connections: { now: this.#connections.size, total: this.#total, closed: this.#closed, failed: this.#failed },
      tls: this.#tls?.stats() ?? { versions: {}, failures: 0, lastFailure: undefined },
      ...this.#tally.stats(),
    };
  }
}
