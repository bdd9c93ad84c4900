import type { ConnectionStall } from '../../model/snapshot.js';
import type { KernelView } from './kernel-view.js';
import type { KernelSocket, SocketKey } from './kernel-sockets.js';
import { StallWatch, type PeerState, type StallLimits } from './stall-watch.js';

export interface StreamViewSettings extends StallLimits {
  /** No more than this can be in our kernel's send buffer. */
  readonly sendBufferBytes: number;
  readonly blindAckMs: number;
}

/** How far a writer has come. */
export interface Writer {
  readonly isWriting: boolean;
  /** Bytes of the connection that our kernel has taken. */
  readonly flushed: number;
}

/** If one look does not find the socket, it may be closing. */
const BLIND_LOOKS = 2;

/** Finds out what of a TCP socket's bytes the peer's kernel has. `acked` is a lower bound: whatever may race only makes it too low. */
export class StreamView implements KernelView {
  readonly key: SocketKey | undefined;
  readonly #writer: Writer;
  readonly #blindAckMs: number;
  readonly #watch: StallWatch;
  #sendBufferBytes: number;
  #flushedWhenAsked: number;
  #acked: number;
  #troubledAt = 0;
  #blind = false;
  /** Looks in a row that did not find this socket. */
  #missed = 0;
  #blindMark: { readonly flushed: number; readonly at: number };

  /** @param now monotonic milliseconds; what `writer` has flushed until then is acked. */
  constructor(key: SocketKey | undefined, writer: Writer, settings: StreamViewSettings, now: number) {
    const { flushed } = writer;
    this.key = key;
    this.#writer = writer;
    this.#blindAckMs = settings.blindAckMs;
    this.#sendBufferBytes = settings.sendBufferBytes;
    this.#watch = new StallWatch(settings, now);
    this.#flushedWhenAsked = flushed;
    this.#acked = flushed;
    this.#blindMark = { flushed, at: now };
  }

  get acked(): number {
    return Math.max(this.#acked, this.#writer.flushed - this.#sendBufferBytes);
  }

  get busy(): boolean {
    return this.#writer.isWriting || this.#writer.flushed > this.#acked;
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

  /** Our kernel can't hold all that was written since: at least everything before is acked. */
  flows(): boolean {
    const { flushed } = this.#writer;
    const written = flushed - this.#flushedWhenAsked;
    this.#flushedWhenAsked = flushed;
    const flows = written > this.#sendBufferBytes;
    if (flows) this.#watch.moved();
    return flows;
  }

  sample(): (now: number, row: KernelSocket | undefined) => PeerState {
    const { flushed } = this.#writer;
    return (now, row) => this.#look(now, flushed, row);
  }

  #look(now: number, flushed: number, row: KernelSocket | undefined): PeerState {
    if (row === undefined) this.#lookBlindly(now);
    else this.#lookAt(flushed, row);
    if (!this.busy) {
      this.#watch.rest(now);
      return 'fine';
    }
    const state = this.#watch.look(now, flushed, row);
    if (row?.probing === true || this.#watch.movedAt < now) this.#troubledAt = now;
    return state;
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
    if (now - this.#blindMark.at < this.#blindAckMs) return;
    this.#acked = Math.max(this.#acked, this.#blindMark.flushed);
    this.#blindMark = { flushed: this.#writer.flushed, at: now };
  }
}
