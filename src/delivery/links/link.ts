import type { ForwarderError } from '../../errors/forwarder-error.js';
import type { ConnectionStall } from '../../model/snapshot.js';
import type { KernelSocket, SocketKey } from '../kernel/kernel-sockets.js';
import type { Verdict } from './stall-watch.js';

/** An event a receiver would not take, as it seems. */
export interface Refusal {
  /** Where it lies in the batch that was written. */
  readonly frame: Uint8Array;
  readonly said: string;
  /** After so many of the same event there is no doubt, and what is full or restarting would have taken it. */
  readonly limit: number;
  /** What is to be said then. */
  readonly verdict: ForwarderError;
}

/** One socket from connect to close, whatever it speaks: takes one slice of frames at a time, and knows how far the bytes have come. */
export interface Link {
  /** Where the kernel's table tells of it; undefined where there is nothing to look up. */
  readonly key: SocketKey | undefined;
  /** The receiver's. */
  readonly address: string | undefined;
  /** Resolves when the socket is closed and Node holds none of our bytes any more. */
  readonly closed: Promise<void>;
  readonly open: boolean;
  /** The receiver answered our end with its own. */
  readonly ended: boolean;
  /** Why it was lost. */
  readonly error: ForwarderError | undefined;
  /** … where that seems to be because of one event. */
  readonly refusal: Refusal | undefined;
  /** Bytes of this connection that our kernel has taken. */
  readonly flushed: number;
  /** Of those, bytes the receiver surely has: its kernel, or with RELP itself. */
  readonly acked: number;
  /** Another slice may be written. */
  readonly hasRoom: boolean;
  /** A slice holds no more events than this, and no more bytes unless it is a single event. */
  readonly sliceEvents: number;
  readonly sliceBytes: number;
  /** Bytes the receiver has sent us. */
  readonly received: number;
  /** Something is under way that may or may not arrive. */
  readonly busy: boolean;
  /** There is no way to learn what is acked. */
  readonly blind: boolean;
  /** How the receiver was last seen not to take anything. */
  readonly stall: ConnectionStall | undefined;
  /** When the receiver was last seen not to take what it should. */
  readonly troubledAt: number;
  /**
   * Hands whole frames to the kernel, one call at a time; the bytes must not change before it resolves, nor, if it is false, before
   * {@link closed}.
   * @param ends where each frame ends, counted from `start` bytes before the first of `bytes`.
   * @returns false when the link was lost first (and is closed by then).
   */
  write(bytes: Uint8Array, ends: Uint32Array, start: number): Promise<boolean>;
  /** Says goodbye; what the receiver still sends is read until it does so too. */
  end(): void;
  /** Ends it now, so that nothing our kernel still holds arrives after it was sent again elsewhere. */
  kill(error: ForwarderError): void;
  /** Nothing is left to settle and the receiver does not close its side. */
  leave(): void;
  /**
   * Whether so much has moved since this was last asked that a look at the kernel's table, which costs 4 ms of CPU, would tell little: what was
   * written before is acked, and the receiver alive.
   */
  flows(): boolean;
  /**
   * To be called *before* the kernel's table is read.
   * @returns what to call with the socket's row in that table; undefined where it has none.
   */
  sample(): (now: number, row: KernelSocket | undefined) => Verdict;
}
