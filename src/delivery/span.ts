import type { BatchRef, FrameBatch } from '../model/batch.js';
import type { Keeper, PutAside, Weighted } from '../model/ports.js';
import type { ForwarderError } from '../errors/forwarder-error.js';

/** What all batches of one route have in common, and whether it may still send. */
export interface Claim {
  /** False once the lease of the shard is lost: asked right before a batch is begun on a socket, be it for the first time or again. */
  readonly fence: () => boolean;
  readonly putAside?: PutAside | undefined;
  /** Takes frames back when they have arrived, and makes them again; without it they are held until they are settled. */
  readonly keeper?: Keeper | undefined;
  /** Nothing of it may be begun any more. */
  over: boolean;
  /** Batches handed over and not settled. */
  open: number;
  /** Those of them that were never wholly written. */
  unwritten: number;
  readonly onWritten?: (() => void) | undefined;
  /** What it is a part of when the rate is divided; without it, of itself. */
  readonly share?: Weighted | undefined;
}

/** What is left of a batch here. */
type Held =
  | {
      readonly is: 'frames';
      readonly frames: FrameBatch;
      /** … as they were handed over. */ readonly given: FrameBatch;
    }
  /** It has arrived, and its frames were given back. */
  | { readonly is: 'reference' }
  /** They are being made again. */
  | { readonly is: 'wanted' };

export const REFERENCE: Held = { is: 'reference' };

/** A batch handed over to a connection and not yet settled. */
export interface Span {
  readonly ref: BatchRef;
  bytes: number;
  events: number;
  readonly claim: Claim;
  readonly resolve: () => void;
  readonly reject: (error: ForwarderError) => void;
  /** When it was handed over, monotonic milliseconds. */
  readonly at: number;
  held: Held;
  /** So many of its events, from the first on, are answered (RELP): they are not sent again. */
  answered: number;
  /** Its frames were made again. */
  readonly isRemade: boolean;
  /** It was never wholly written. */
  isUnwritten: boolean;
  /** So many of its events, from the first on, may have reached a receiver. */
  sent: number;
}

/** Member by member: of an object made by spreading V8 keeps a description for each one, as large as the object. */
export function spanOf(
  frames: FrameBatch,
  rest: Omit<Span, 'ref' | 'bytes' | 'events' | 'held' | 'answered' | 'isUnwritten'>,
): Span {
  const { shard, seq, cursor, nextCursor } = frames;
  const { claim, resolve, reject, at, isRemade, sent } = rest;
  return {
    ref: { shard, seq, cursor, nextCursor },
    bytes: frames.bytes.length,
    events: frames.ends.length,
    claim,
    resolve,
    reject,
    at,
    held: { is: 'frames', frames, given: frames },
    answered: 0,
    isRemade,
    isUnwritten: !isRemade,
    sent,
  };
}

/** Bytes of its frames that are not sent again. */
export function answeredBytes({ held, answered }: Span): number {
  return held.is === 'frames' && answered > 0 ? (held.frames.ends[answered - 1] ?? 0) : 0;
}
