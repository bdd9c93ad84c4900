import type { Socket } from 'node:net';
import { ForwarderError } from '../../errors/forwarder-error.js';
import type { Clock } from '../../flow/clock.js';
import type { ConnectionStall } from '../../model/snapshot.js';
import type { Dialled } from './dial.js';
import { socketKey, type KernelSocket, type SocketKey } from '../kernel/kernel-sockets.js';
import type { Link } from './link.js';
import type { Endpoint } from '../settings.js';
import { otherLanguage } from '../transports/mix-up.js';
import { connectionError } from './socket-errors.js';
import { StallWatch, type StallLimits, type Verdict } from './stall-watch.js';

export interface StreamSettings extends StallLimits {
  /** No more than this can be in our kernel's send buffer. */
  readonly sendBufferBytes: number;
  readonly blindAckMs: number;
  /** No more than this is to be on its way, not known to be acked. At least {@link sliceBytes}. */
  readonly maxUnackedBytes: number;
  /** One write. */
  readonly sliceBytes: number;
}

/** If one look does not find the socket, it may be closing. */
const BLIND_LOOKS = 2;

type State =
  | { readonly is: 'open' }
  /** We sent FIN. */
  | { readonly is: 'ending' }
  /** Both sent FIN, ours first. */
  | { readonly is: 'ended' }
  | { readonly is: 'lost'; readonly error: ForwarderError };

/**
 * A TCP or TLS socket: frames go out as they are, and the kernel tells how far the bytes have come.
 *
 * `flushed` is exact because nothing else is queued when a write's callback fires; with TLS it counts ciphertext. `acked` is a lower bound:
 * whatever may race only makes it too low.
 */
export class StreamLink implements Link {
  readonly sliceEvents = Infinity;
  readonly refusal = undefined;
  readonly key: SocketKey | undefined;
  readonly address: string | undefined;
  readonly closed: Promise<void>;
  readonly #stream: Socket;
  readonly #raw: Socket;
  readonly #endpoint: Endpoint;
  readonly #settings: StreamSettings;
  readonly #onChange: () => void;
  readonly #watch: StallWatch;
  #state: State = { is: 'open' };
  #sendBufferBytes: number;
  #flushed: number;
  #flushedWhenAsked: number;
  #acked: number;
  #received = 0;
  #troubledAt = 0;
  #blind = false;
  /** Looks in a row that did not find this socket. */
  #missed = 0;
  #blindMark: { readonly flushed: number; readonly at: number };
  /** Tells the one outstanding write that it will never be done. */
  #failWrite: (() => void) | undefined;

  /** @param onChange called when the link stops being open. */
  constructor(
    { stream, raw }: Dialled,
    endpoint: Endpoint,
    settings: StreamSettings,
    clock: Clock,
    onChange: () => void,
  ) {
    this.key = socketKey(raw);
    this.address = raw.remoteAddress;
    this.#stream = stream;
    this.#raw = raw;
    this.#endpoint = endpoint;
    this.#settings = settings;
    this.#onChange = onChange;
    this.#sendBufferBytes = settings.sendBufferBytes;
    this.#flushed = raw.bytesWritten;
    this.#flushedWhenAsked = this.#flushed;
    this.#acked = this.#flushed;
    const now = clock.monotonic();
    this.#watch = new StallWatch(settings, now);
    this.#blindMark = { flushed: this.#flushed, at: now };
    this.closed = this.#attach();
  }

  get open(): boolean {
    return this.#state.is === 'open';
  }

  get ended(): boolean {
    return this.#state.is === 'ended';
  }

  get error(): ForwarderError | undefined {
    return this.#state.is === 'lost' ? this.#state.error : undefined;
  }

  get flushed(): number {
    return this.#flushed;
  }

  get acked(): number {
    return Math.max(this.#acked, this.#flushed - this.#sendBufferBytes);
  }

  get hasRoom(): boolean {
    const { maxUnackedBytes, sliceBytes } = this.#settings;
    return this.#blind || this.flushed - this.acked + sliceBytes <= maxUnackedBytes;
  }

  get sliceBytes(): number {
    return this.#settings.sliceBytes;
  }

  /** A syslog receiver has nothing to say, so its bytes are counted and thrown away. */
  get received(): number {
    return this.#received;
  }

  get busy(): boolean {
    return this.#failWrite !== undefined || this.#flushed > this.#acked;
  }

  get blind(): boolean {
    return this.#blind;
  }

  get stall(): ConnectionStall | undefined {
    return this.busy ? this.#watch.stall : undefined;
  }

  get troubledAt(): number {
    return this.#troubledAt;
  }

  write(slice: Uint8Array): Promise<boolean> {
    return new Promise((resolve) => {
      this.#failWrite = () => resolve(false);
      this.#stream.write(slice, (error) => {
        if (error) return;
        this.#failWrite = undefined;
        this.#flushed = this.#raw.bytesWritten;
        resolve(true);
      });
    });
  }

  /** With TLS, close_notify goes before the FIN; what the receiver still sends is read until its own FIN. */
  end(): void {
    if (!this.open) return;
    this.#state = { is: 'ending' };
    this.#stream.end();
  }

  /** RST, so that nothing our kernel still holds arrives after it was sent again elsewhere. */
  kill(error: ForwarderError): void {
    if (this.#state.is === 'lost' || this.#state.is === 'ended') return;
    this.#state = { is: 'lost', error };
    if (!this.#raw.destroyed) this.#raw.resetAndDestroy();
    this.#stream.destroy();
    this.#onChange();
  }

  leave(): void {
    this.#state = { is: 'ended' };
    this.#stream.destroy();
    this.#raw.destroy();
  }

  /** Our kernel can't hold all that was written since: at least everything before is acked. */
  flows(): boolean {
    const written = this.#flushed - this.#flushedWhenAsked;
    this.#flushedWhenAsked = this.#flushed;
    const flows = written > this.#sendBufferBytes;
    if (flows) this.#watch.moved();
    return flows;
  }

  sample(): (now: number, row: KernelSocket | undefined) => Verdict {
    const flushed = this.#flushed;
    return (now, row) => this.#look(now, flushed, row);
  }

  #look(now: number, flushed: number, row: KernelSocket | undefined): Verdict {
    if (row === undefined) this.#lookBlindly(now);
    else this.#lookAt(flushed, row);
    if (!this.busy) {
      this.#watch.rest(now);
      return 'fine';
    }
    const verdict = this.#watch.look(now, flushed, row);
    if (row?.probing === true || this.#watch.movedAt < now) this.#troubledAt = now;
    return verdict;
  }

  #lookAt(flushed: number, row: KernelSocket): void {
    this.#blind = false;
    this.#missed = 0;
    this.#acked = Math.max(this.#acked, flushed - row.unackedBytes);
    // Somebody has raised tcp_wmem since we read it.
    if (row.unackedBytes > this.#sendBufferBytes) this.#sendBufferBytes = 2 * row.unackedBytes;
  }

  #lookBlindly(now: number): void {
    this.#missed += 1;
    if (this.#missed < BLIND_LOOKS) return;
    this.#blind = true;
    if (now - this.#blindMark.at < this.#settings.blindAckMs) return;
    this.#acked = Math.max(this.#acked, this.#blindMark.flushed);
    this.#blindMark = { flushed: this.#flushed, at: now };
  }

  #attach(): Promise<void> {
    const failed = (error: unknown): void => this.kill(connectionError(error, this.#endpoint, 'connected'));
    this.#stream.on('data', (chunk: Buffer) => this.#heard(chunk));
    this.#stream.on('end', () => this.#peerEnded());
    this.#stream.on('error', failed);
    if (this.#raw !== this.#stream) this.#raw.on('error', failed);
    const sockets = this.#raw === this.#stream ? [this.#raw] : [this.#raw, this.#stream];
    return Promise.all(sockets.map((socket) => closed(socket))).then(() => {
      this.kill(this.#hungUp());
      this.#failWrite?.();
    });
  }

  #heard(chunk: Buffer): void {
    const mistaken = this.#received === 0 ? otherLanguage(chunk, this.#endpoint) : undefined;
    this.#received += chunk.length;
    if (mistaken !== undefined) this.kill(mistaken);
  }

  #peerEnded(): void {
    if (this.#state.is !== 'ending') {
      this.kill(this.#hungUp());
      return;
    }
    this.leave();
    this.#onChange();
  }

  #hungUp(): ForwarderError {
    return new ForwarderError('CONNECTION_ENDED', `${this.#endpoint.text}: the receiver closed the connection`);
  }
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}
