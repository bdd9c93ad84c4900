import type { Socket } from 'node:net';
import { ForwarderError } from '../errors/forwarder-error.js';
import type { Clock } from '../flow/clock.js';
import type { Dialled } from './dial.js';
import { socketKey, type KernelSocket, type SocketKey } from './kernel-sockets.js';
import type { Endpoint } from './settings.js';
import { connectionError } from './socket-errors.js';
import { StallWatch, type StallLimits, type Verdict } from './stall-watch.js';

export interface LinkSettings extends StallLimits {
  /** No more than this can be in our kernel's send buffer. */
  readonly sendBufferBytes: number;
  readonly blindAckMs: number;
}

type State =
  | { readonly is: 'open' }
  /** We sent FIN. */
  | { readonly is: 'ending' }
  /** Both sent FIN, ours first. */
  | { readonly is: 'ended' }
  | { readonly is: 'lost'; readonly error: ForwarderError };

/**
 * One socket from connect to close: writes one slice at a time, and knows how far the bytes have come.
 *
 * `flushed` (our kernel has it) is exact because nothing else is queued when a write's callback fires; with TLS it counts ciphertext.
 * `acked` is a lower bound: whatever may race only makes it too low.
 */
export class Link {
  readonly key: SocketKey | undefined;
  /** Resolves when the socket is closed and Node holds none of our bytes any more. */
  readonly closed: Promise<void>;
  readonly #stream: Socket;
  readonly #raw: Socket;
  readonly #endpoint: Endpoint;
  readonly #settings: LinkSettings;
  readonly #onChange: () => void;
  readonly #watch: StallWatch;
  #state: State = { is: 'open' };
  #sendBufferBytes: number;
  #flushed: number;
  #acked: number;
  #received = 0;
  #troubledAt = 0;
  #blind = false;
  #blindMark: { readonly flushed: number; readonly at: number };
  /** Tells the one outstanding write that it will never be done. */
  #failWrite: (() => void) | undefined;

  /** @param onChange called when the link stops being open. */
  constructor(
    { stream, raw }: Dialled,
    endpoint: Endpoint,
    settings: LinkSettings,
    clock: Clock,
    onChange: () => void,
  ) {
    this.key = socketKey(raw);
    this.#stream = stream;
    this.#raw = raw;
    this.#endpoint = endpoint;
    this.#settings = settings;
    this.#onChange = onChange;
    this.#sendBufferBytes = settings.sendBufferBytes;
    this.#flushed = raw.bytesWritten;
    this.#acked = this.#flushed;
    const now = clock.monotonic();
    this.#watch = new StallWatch(settings, now);
    this.#blindMark = { flushed: this.#flushed, at: now };
    this.closed = this.#attach();
  }

  get open(): boolean {
    return this.#state.is === 'open';
  }

  /** The receiver answered our FIN with its own. */
  get ended(): boolean {
    return this.#state.is === 'ended';
  }

  get error(): ForwarderError | undefined {
    return this.#state.is === 'lost' ? this.#state.error : undefined;
  }

  /** Bytes of this connection that our kernel has taken. */
  get flushed(): number {
    return this.#flushed;
  }

  /** Of those, bytes that the peer's kernel surely has. */
  get acked(): number {
    return Math.max(this.#acked, this.#flushed - this.#sendBufferBytes);
  }

  /** Bytes the receiver has sent us: a syslog receiver has nothing to say, so they are counted and thrown away. */
  get received(): number {
    return this.#received;
  }

  /** Something is under way that may or may not arrive. */
  get busy(): boolean {
    return this.#failWrite !== undefined || this.#flushed > this.#acked;
  }

  /** The kernel does not tell what is acked. */
  get blind(): boolean {
    return this.#blind;
  }

  /** When the receiver was last seen not to take what it should. */
  get troubledAt(): number {
    return this.#troubledAt;
  }

  /**
   * Hands one slice to the kernel. One at a time; the bytes must not change before it resolves, nor, if it is false, before {@link closed}.
   * @returns false when the link was lost first (and is closed by then).
   */
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

  /** Sends FIN (with TLS close_notify before it); what the receiver still sends is read until its own FIN. */
  end(): void {
    if (!this.open) return;
    this.#state = { is: 'ending' };
    this.#stream.end();
  }

  /** Ends it now. RST, so that nothing our kernel still holds arrives after it was sent again elsewhere. */
  kill(error: ForwarderError): void {
    if (this.#state.is === 'lost' || this.#state.is === 'ended') return;
    this.#state = { is: 'lost', error };
    if (!this.#raw.destroyed) this.#raw.resetAndDestroy();
    this.#stream.destroy();
    this.#onChange();
  }

  /** Nothing is left to settle and the receiver does not close its side. */
  leave(): void {
    this.#state = { is: 'ended' };
    this.#stream.destroy();
    this.#raw.destroy();
  }

  /**
   * What the kernel's table says.
   * @param flushed {@link flushed} as it was *before* the table was read.
   * @param row undefined where the table has no such socket.
   */
  look(now: number, flushed: number, row: KernelSocket | undefined): Verdict {
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
    this.#acked = Math.max(this.#acked, flushed - row.unackedBytes);
    // Somebody has raised tcp_wmem since we read it.
    if (row.unackedBytes > this.#sendBufferBytes) this.#sendBufferBytes = 2 * row.unackedBytes;
  }

  #lookBlindly(now: number): void {
    this.#blind = true;
    if (now - this.#blindMark.at < this.#settings.blindAckMs) return;
    this.#acked = Math.max(this.#acked, this.#blindMark.flushed);
    this.#blindMark = { flushed: this.#flushed, at: now };
  }

  #attach(): Promise<void> {
    const failed = (error: unknown): void => this.kill(connectionError(error, this.#endpoint, 'connected'));
    this.#stream.on('data', (chunk: Buffer) => (this.#received += chunk.length));
    this.#stream.on('end', () => this.#peerEnded());
    this.#stream.on('error', failed);
    if (this.#raw !== this.#stream) this.#raw.on('error', failed);
    const sockets = this.#raw === this.#stream ? [this.#raw] : [this.#raw, this.#stream];
    return Promise.all(sockets.map((socket) => closed(socket))).then(() => {
      this.kill(this.#hungUp());
      this.#failWrite?.();
    });
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
