import type { ForwarderError } from '../../errors/forwarder-error.js';
import type { KernelView } from '../kernel/kernel-view.js';

/** An event a receiver would not take, as it seems. */
export interface Refusal {
  /** Where it lies in the batch that was written. */
  readonly frame: Uint8Array;
  readonly said: string;
  /** After so many of the same event there is no doubt, and what is full or restarting would have taken it. */
  readonly limit: number;
  /** What is to be said then. */
  readonly error: ForwarderError;
}

/** A link that broke, or was given up. */
export interface LostLink {
  readonly is: 'lost';
  readonly error: ForwarderError;
  /** … where that seems to be because of one event. */
  readonly refusal: Refusal | undefined;
}

/** How a link ended; `ended`: we said goodbye, and the receiver did too or we no longer wait for that. */
export type LinkEnd = { readonly is: 'ended' } | LostLink;

/** One socket from connect to close, whatever it speaks: takes one slice of frames at a time, and knows how far the bytes have come. */
export interface Link {
  /** The receiver's. */
  readonly address: string | undefined;
  /** What our kernel tells of the socket; undefined where that says nothing of the receiver. */
  readonly kernel: KernelView | undefined;
  readonly open: boolean;
  /** Resolves when the socket is closed and Node holds none of our bytes any more. */
  readonly closed: Promise<LinkEnd>;
  /** Bytes of this connection that our kernel has taken. */
  readonly flushed: number;
  /** Of those, bytes the receiver surely has: its kernel, or with RELP itself. */
  readonly acked: number;
  /** Bytes the receiver has sent us. */
  readonly received: number;
  /** Another slice may be written. */
  readonly hasRoom: boolean;
  /** A slice holds no more events than this, and no more bytes unless it is a single event. */
  readonly sliceEvents: number;
  readonly sliceBytes: number;
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
}
