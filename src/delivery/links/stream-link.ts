import type { Socket } from 'node:net';
import { ForwarderError } from '../../errors/forwarder-error.js';
import type { Clock } from '../../flow/clock.js';
import type { Dialled } from './dial.js';
import { socketKey } from '../kernel/kernel-sockets.js';
import type { KernelView } from '../kernel/kernel-view.js';
import { StreamView, type StreamViewSettings } from '../kernel/stream-view.js';
import type { Link, LinkEnd } from './link.js';
import type { Endpoint } from '../delivery-settings.js';
import { otherLanguage } from '../transports/mix-up.js';
import { connectionError } from './socket-errors.js';

export interface StreamSettings extends StreamViewSettings {
  /** No more than this is to be on its way, not known to be acked. At least {@link sliceBytes}. */
  readonly maxUnackedBytes: number;
  /** One write. */
  readonly sliceBytes: number;
}

export interface StreamEvents {
  /** The link stops being open. */
  readonly onChange: () => void;
  /** The receiver says something. The bytes are the socket's, which reads on into them. */
  readonly onData?: (bytes: Buffer) => void;
}

type State =
  | { readonly is: 'open' }
  /** We sent FIN. */
  | { readonly is: 'ending' }
  /** `ended`: both sent FIN, ours first. */
  | LinkEnd;

/**
 * A TCP or TLS socket: frames go out as they are, and the kernel tells how far the bytes have come.
 *
 * `flushed` is exact because nothing else is queued when a write's callback fires; with TLS it counts ciphertext.
 */
export class StreamLink implements Link {
  readonly sliceEvents = Infinity;
  readonly address: string | undefined;
  readonly closed: Promise<LinkEnd>;
  readonly #stream: Socket;
  readonly #raw: Socket;
  readonly #endpoint: Endpoint;
  readonly #settings: StreamSettings;
  readonly #events: StreamEvents;
  readonly #view: StreamView;
  #state: State = { is: 'open' };
  #flushed: number;
  #received = 0;
  /** Tells the one outstanding write that it will never be done. */
  #failWrite: (() => void) | undefined;

  constructor(
    { stream, raw }: Dialled,
    endpoint: Endpoint,
    settings: StreamSettings,
    clock: Clock,
    events: StreamEvents,
  ) {
    this.address = raw.remoteAddress;
    this.#stream = stream;
    this.#raw = raw;
    this.#endpoint = endpoint;
    this.#settings = settings;
    this.#events = events;
    this.#flushed = raw.bytesWritten;
    this.#view = new StreamView(socketKey(raw), this, settings, clock.monotonic());
    this.closed = this.#live();
  }

  get kernel(): KernelView {
    return this.#view;
  }

  get open(): boolean {
    return this.#state.is === 'open';
  }

  get flushed(): number {
    return this.#flushed;
  }

  get acked(): number {
    return this.#view.acked;
  }

  get hasRoom(): boolean {
    const { maxUnackedBytes, sliceBytes } = this.#settings;
    return this.#view.blind || this.flushed - this.acked + sliceBytes <= maxUnackedBytes;
  }

  get sliceBytes(): number {
    return this.#settings.sliceBytes;
  }

  /** A syslog receiver has nothing to say, so its bytes are counted and thrown away. */
  get received(): number {
    return this.#received;
  }

  get isWriting(): boolean {
    return this.#failWrite !== undefined;
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
    this.#over({ is: 'lost', error, refusal: undefined });
    if (!this.#raw.destroyed) this.#raw.resetAndDestroy();
    this.#stream.destroy();
    this.#events.onChange();
  }

  leave(): void {
    if (this.#state.is === 'lost' || this.#state.is === 'ended') return;
    this.#over({ is: 'ended' });
    this.#stream.destroy();
    this.#raw.destroy();
  }

  /** Listens to the sockets until they are closed. */
  async #live(): Promise<LinkEnd> {
    this.#stream.on('data', this.#heard).on('end', this.#peerEnded).on('error', this.#failed);
    if (this.#raw !== this.#stream) this.#raw.on('error', this.#failed);
    const sockets = this.#raw === this.#stream ? [this.#raw] : [this.#raw, this.#stream];
    await Promise.all(sockets.map(closed));
    this.kill(this.#hungUp());
    this.#failWrite?.();
    return this.#state as LinkEnd;
  }

  /** Nothing that the sockets still tell changes how the link ended; who dialled them listens to their errors. */
  #over(end: LinkEnd): void {
    this.#state = end;
    this.#stream.off('data', this.#heard).off('end', this.#peerEnded).off('error', this.#failed);
    this.#raw.off('error', this.#failed);
  }

  readonly #failed = (error: unknown): void => this.kill(connectionError(error, this.#endpoint, 'connected'));

  readonly #heard = (chunk: Buffer): void => {
    const mistaken = this.#received === 0 ? otherLanguage(chunk, this.#endpoint) : undefined;
    this.#received += chunk.length;
    if (mistaken !== undefined) this.kill(mistaken);
    else this.#events.onData?.(chunk);
  };

  readonly #peerEnded = (): void => {
    if (this.#state.is !== 'ending') {
      this.kill(this.#hungUp());
      return;
    }
    this.leave();
    this.#events.onChange();
  };

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
