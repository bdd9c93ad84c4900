import type { Socket } from 'node:net';
import type { Clock } from '../../flow/clock.js';
import type { ReceiverMode } from './contract.js';
import { Framer, type FrameSink } from './framer.js';
import type { Tally } from './tally.js';

/** How often a slow receiver reads a little, milliseconds. */
const DRIP_MS = 20;

export interface ConnectionSettings {
  readonly clock: Clock;
  readonly maxFrameBytes: number;
  readonly tally: () => Tally;
  /** Bytes per second of `slow` that fall to one connection. */
  readonly share: (bytesPerSecond: number) => number;
  /** Something was counted. */
  readonly counted: () => void;
  /** Begins the handshake of a TLS connection. */
  readonly handshake: ((raw: Socket) => void) | undefined;
}

/** One accepted socket. Reads it as the mode says. */
export class ReceiverConnection {
  readonly #raw: Socket;
  readonly #settings: ConnectionSettings;
  readonly #framer: Framer;
  #mode: ReceiverMode = { kind: 'hang' };
  /** What messages are read from; undefined until the TLS handshake is over. */
  #stream: Socket | undefined;
  #shaking = false;
  /** Ended by us: whatever still comes is not looked at. */
  #over = false;
  /** Bytes of this connection since the mode was set. */
  #seen = 0;
  /** Read from the socket, not yet looked at: a slow receiver. */
  #rest: Buffer | undefined;
  /** What the peer did since, in order. */
  #afterRest: (() => void)[] = [];
  #cancelDrip: () => void = () => undefined;

  /** @param raw paused and never read before. */
  constructor(raw: Socket, settings: ConnectionSettings, onClose: (failed: boolean) => void) {
    this.#raw = raw;
    this.#settings = settings;
    const sink: FrameSink = {
      frame: (bytes, start, end, framing) => settings.tally().frame(bytes, start, end, framing),
      flaw: (kind) => settings.tally().flaw(kind),
    };
    this.#framer = new Framer(sink, settings.maxFrameBytes);
    let failed = false;
    raw.on('error', () => (failed = true));
    raw.on('close', () => this.#whenRead(() => onClose(failed)));
    if (settings.handshake === undefined) this.open(raw);
  }

  /** Messages come from this stream. */
  open(stream: Socket): void {
    this.#stream = stream;
    stream.pause();
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => this.#onData(chunk));
    stream.on('end', () =>
      this.#whenRead(() => {
        this.#framer.end();
        this.#settings.counted();
      }),
    );
    this.enter(this.#mode);
  }

  /** The one door to a mode. */
  enter(mode: ReceiverMode): void {
    this.#mode = mode;
    this.#seen = 0;
    if (this.#over) return;
    this.#cancelDrip();
    if (mode.kind === 'refusing' || (mode.kind === 'resetting' && mode.afterBytes === 0)) this.reset();
    else if (mode.kind === 'fin' && mode.afterBytes === 0) this.finish();
    else if (mode.kind === 'stalled' || mode.kind === 'hang') this.#stream?.pause();
    else this.#read();
    if (mode.kind !== 'hang') this.#shake();
  }

  reset(): void {
    this.#forget();
    this.#raw.resetAndDestroy();
  }

  /** Closes as a process does that ends. */
  finish(): void {
    this.#forget();
    this.#stream?.pause();
    (this.#stream ?? this.#raw).destroySoon();
  }

  #forget(): void {
    this.#over = true;
    this.#cancelDrip();
    this.#rest = undefined;
    this.#settle();
  }

  #whenRead(action: () => void): void {
    this.#afterRest.push(action);
    this.#settle();
  }

  #settle(): void {
    if (this.#rest !== undefined) return;
    for (const action of this.#afterRest.splice(0)) action();
  }

  #shake(): void {
    if (this.#shaking || !this.#raw.writable) return;
    this.#shaking = true;
    this.#settings.handshake?.(this.#raw);
  }

  #read(): void {
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest !== undefined) this.#onData(rest);
    // A slow receiver goes on when its timer says so.
    if (rest === undefined || this.#mode.kind !== 'slow') this.#stream?.resume();
    this.#settle();
  }

  #onData(chunk: Buffer): void {
    if (this.#over) return;
    const mode = this.#mode;
    switch (mode.kind) {
      case 'normal':
        this.#take(chunk);
        return;
      case 'slow':
        this.#drip(chunk, mode.bytesPerSecond);
        return;
      case 'resetting':
        this.#take(chunk.subarray(0, mode.afterBytes - this.#seen));
        if (this.#seen >= mode.afterBytes) this.reset();
        return;
      case 'fin':
        this.#take(chunk.subarray(0, mode.afterBytes - this.#seen));
        if (this.#seen >= mode.afterBytes) this.finish();
        return;
      case 'stalled':
      case 'hang':
      case 'refusing':
        this.#rest = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    }
  }

  #drip(chunk: Buffer, bytesPerSecond: number): void {
    const share = Math.max(1, Math.round((this.#settings.share(bytesPerSecond) * DRIP_MS) / 1_000));
    this.#stream?.pause();
    this.#take(chunk.subarray(0, share));
    this.#rest = share < chunk.length ? chunk.subarray(share) : undefined;
    this.#cancelDrip = this.#settings.clock.timer(DRIP_MS, () => this.#read());
  }

  #take(chunk: Buffer): void {
    this.#seen += chunk.length;
    this.#settings.tally().read(chunk.length);
    const sound = this.#framer.push(chunk);
    this.#settings.counted();
    if (!sound) this.reset();
  }
}
