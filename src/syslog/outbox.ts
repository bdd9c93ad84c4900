import { ForwarderError } from '../errors/forwarder-error.js';
import type { BatchRef, FrameBatch } from '../model/batch.js';
import type { Keeper, PutAside } from '../model/ports.js';
import { SpanLedger, type SettleRule } from './span-ledger.js';
import type { Totals } from './totals.js';

/** What all batches of one route have in common. */
export interface Lease {
  /** False once the lease is lost: asked right before a batch is begun on a socket, be it for the first time or again. */
  readonly fence: () => boolean;
  readonly putAside?: PutAside | undefined;
  /** Takes frames back when they have arrived, and makes them again; without it they are held until they are settled. */
  readonly keeper?: Keeper | undefined;
  /** Nothing of it may be begun any more. */
  over: boolean;
  /** Batches handed over and not settled. */
  open: number;
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

interface Span {
  readonly ref: BatchRef;
  bytes: number;
  events: number;
  readonly lease: Lease;
  readonly resolve: () => void;
  readonly reject: (error: ForwarderError) => void;
  /** When it was handed over, monotonic milliseconds. */
  readonly at: number;
  held: Held;
  /** Its frames were made again. */
  readonly isRemade: boolean;
  /** Bytes of it may have reached a receiver. */
  begun: boolean;
}

/** The frames of a batch that are made again may take so many bytes beside the byte budget, on each connection, or those of a single batch. */
const REMADE_BYTES = 8 * 1024 * 1024;

/**
 * The FIFO of one connection: every batch handed over and not yet settled, with the promise its sender waits for. Knows leases and
 * promises; where a batch stands is the ledger's business. A batch that has arrived is only a reference: if the connection is lost before the
 * proof, its keeper makes its frames again.
 */
export class Outbox {
  readonly #ledger: SpanLedger<Span>;
  readonly #totals: Totals;
  readonly #poke: () => void;
  #writing: Span | undefined;
  #pendingBytes = 0;
  #unprovenEvents = 0;
  #remadeBytes = 0;

  /** @param poke called when frames that were made again are here. */
  constructor(rule: SettleRule, totals: Totals, poke: () => void) {
    this.#ledger = new SpanLedger(rule);
    this.#totals = totals;
    this.#poke = poke;
  }

  /** Bytes of frames that are held here. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Events handed over and not settled. */
  get unprovenEvents(): number {
    return this.#unprovenEvents;
  }

  get empty(): boolean {
    return this.#ledger.size === 0;
  }

  get allWritten(): boolean {
    return this.#ledger.next === undefined;
  }

  get allAcked(): boolean {
    return this.#ledger.allAcked;
  }

  get quiet(): boolean {
    return this.#ledger.quiet;
  }

  get nothingOut(): boolean {
    return this.#ledger.nothingOut;
  }

  push(frames: FrameBatch, lease: Lease, at: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#push({ ...spanOf(frames), lease, resolve, reject, at, isRemade: false, begun: false });
    });
  }

  /**
   * Begins the next batch whose lease still holds; undefined when there is none, or when its frames have to be made again first: then that is
   * begun, and poke says when to ask again.
   */
  begin(): FrameBatch | undefined {
    for (let span = this.#ledger.next; span !== undefined; span = this.#ledger.next) {
      if (span.lease.over || !span.lease.fence()) {
        this.abandon(span.lease);
        continue;
      }
      if (span.held.is === 'frames') return this.#begin(span, span.held.frames);
      this.#remakeSome();
      return undefined;
    }
    return undefined;
  }

  /** The batch begun last is wholly in our kernel and ends at `end` in the connection's byte stream. */
  written(end: number, now: number): void {
    const span = this.#writing;
    if (span === undefined) return;
    this.#writing = undefined;
    this.#totals.writtenBytes += span.bytes;
    this.#totals.stages.written.observe(now - span.at);
    this.#ledger.written(end, now);
    if (span.lease.over) this.abandon(span.lease);
  }

  /** Gives back what has arrived and settles what is proven, now that everything before `ackedOffset` is acked. */
  advance(ackedOffset: number, now: number, troubledAt: number, isTrusted: boolean): void {
    this.#acked(ackedOffset, now);
    this.#ledger.arrive(now, troubledAt, (span) => this.#giveBack(span));
    this.#settled(this.#ledger.settle(now, troubledAt, isTrusted), now);
  }

  /** The connection is lost: settles what the bytes acked on it prove. */
  lose(ackedOffset: number, now: number, isTrusted: boolean): void {
    this.#acked(ackedOffset, now);
    this.#settled(this.#ledger.settle(now, Infinity, isTrusted), now);
    this.rewind();
  }

  /** The receiver is known to have read everything. */
  settleAll(now: number): void {
    this.#acked(Infinity, now);
    this.#settled(this.#ledger.settleAcked(), now);
  }

  /** The connection is gone: what is not settled will be written again, oldest first. */
  rewind(): void {
    this.#writing = undefined;
    this.#ledger.rewind();
    this.#drop(({ lease }) => lease.over);
  }

  /** The batch a frame lies in. */
  find(frame: Uint8Array): { readonly frames: FrameBatch; readonly index: number; readonly lease: Lease } | undefined {
    const span = this.#ledger.find(({ held }) => held.is === 'frames' && holds(held.frames.bytes, frame));
    if (span?.held.is !== 'frames') return undefined;
    const { frames } = span.held;
    const index = frames.ends.indexOf(frame.byteOffset + frame.length - frames.bytes.byteOffset);
    return index < 0 ? undefined : { frames, index, lease: span.lease };
  }

  /** To be called with nothing of it on its way: what is written next of this batch is what now stands for it. */
  replace(frames: FrameBatch, next: FrameBatch): void {
    const span = this.#ledger.find(({ held }) => held.is === 'frames' && held.frames === frames);
    if (span === undefined) return;
    this.#left(span);
    span.held = { is: 'frames', frames: next, given: span.held.is === 'frames' ? span.held.given : next };
    [span.bytes, span.events] = [next.bytes.length, next.ends.length];
    this.#entered(span);
  }

  /** Gives up what is here of this lease. Of the batch being written the rest is still written: half a frame would spoil the next. */
  abandon(lease: Lease): void {
    lease.over = true;
    this.#drop((span) => span.lease === lease && span !== this.#writing);
  }

  /** Gives up everything. The socket must be closed: whoever waits gets the bytes back. */
  abandonAll(): void {
    this.#drop(() => true);
  }

  /** Hands everything to another connection. To be called with the socket closed and rewound. */
  moveTo(other: Outbox): void {
    for (const span of this.#ledger.drop(() => true)) {
      this.#left(span);
      // Frames that are on their way to this connection come too late for it, and go back.
      if (span.held.is === 'wanted') span.held = { is: 'reference' };
      other.#push(span);
    }
  }

  #push(span: Span): void {
    this.#ledger.push(span);
    this.#entered(span);
  }

  #begin(span: Span, frames: FrameBatch): FrameBatch {
    if (span.begun) this.#totals.resentEvents += span.events;
    span.begun = true;
    this.#writing = span;
    return frames;
  }

  /** Asks for the frames of the next references, as many as there is room for. */
  #remakeSome(): void {
    for (const span of this.#ledger.waiting()) {
      if (span.held.is === 'frames' && !span.isRemade) return;
      if (this.#remadeBytes > 0 && this.#remadeBytes + span.bytes > REMADE_BYTES) return;
      if (span.held.is === 'reference') void this.#remake(span);
    }
  }

  async #remake(span: Span): Promise<void> {
    const { keeper } = span.lease;
    span.held = { is: 'wanted' };
    this.#remadeBytes += span.bytes;
    const parts = (await keeper?.again(span.ref)) ?? [];
    this.#remadeBytes -= span.bytes;
    if (parts.length > 0 && this.#ledger.find((one) => one === span) !== undefined) this.#remade(span, parts);
    else for (const part of parts) keeper?.arrived(part);
    this.#poke();
  }

  /** The service may cut the range in another way this time: then several batches stand in the place of one, of which the last tells the sender. */
  #remade(span: Span, parts: readonly FrameBatch[]): void {
    const quiet = { resolve: () => undefined, reject: () => undefined };
    const others = parts.map((part, i) => ({
      ...span,
      ...spanOf(part),
      ...(i === parts.length - 1 ? undefined : quiet),
      isRemade: true,
    }));
    this.#ledger.replace(span, others);
    this.#left(span);
    for (const other of others) this.#entered(other);
  }

  #acked(offset: number, now: number): void {
    this.#ledger.acked(offset, now, ({ at }) => this.#totals.stages.acked.observe(now - at));
  }

  #giveBack(span: Span): void {
    const { keeper } = span.lease;
    if (keeper === undefined || span.held.is !== 'frames') return;
    if (!keeper.arrived(span.held.given)) return;
    this.#unhold(span);
    span.held = { is: 'reference' };
  }

  #settled(spans: readonly Span[], now: number): void {
    for (const span of spans) {
      this.#totals.stages.settled.observe(now - span.at);
      this.#totals.settledBytes += span.bytes;
      this.#totals.settledEvents += span.events;
      this.#giveBack(span);
      this.#left(span);
      span.resolve();
    }
  }

  #drop(matches: (span: Span) => boolean): void {
    for (const span of this.#ledger.drop(matches)) {
      this.#giveBack(span);
      this.#left(span);
      span.reject(abandoned());
    }
  }

  /** It is in the ledger now. */
  #entered(span: Span): void {
    this.#unprovenEvents += span.events;
    span.lease.open += 1;
    if (span.held.is !== 'frames') return;
    this.#pendingBytes += span.bytes;
    if (span.isRemade) this.#remadeBytes += span.bytes;
  }

  /** Its frames are not held here any more. */
  #unhold(span: Span): void {
    if (span.held.is !== 'frames') return;
    this.#pendingBytes -= span.bytes;
    if (span.isRemade) this.#remadeBytes -= span.bytes;
  }

  /** It is not in the ledger any more. */
  #left(span: Span): void {
    this.#unprovenEvents -= span.events;
    span.lease.open -= 1;
    this.#unhold(span);
  }
}

function spanOf(frames: FrameBatch): Pick<Span, 'ref' | 'bytes' | 'events' | 'held'> {
  const { shard, seq, cursor, nextCursor } = frames;
  return {
    ref: { shard, seq, cursor, nextCursor },
    bytes: frames.bytes.length,
    events: frames.ends.length,
    held: { is: 'frames', frames, given: frames },
  };
}

function holds({ buffer, byteOffset, length }: Uint8Array, frame: Uint8Array): boolean {
  return buffer === frame.buffer && frame.byteOffset >= byteOffset && frame.byteOffset < byteOffset + length;
}

export function abandoned(): ForwarderError {
  return new ForwarderError('ABANDONED', 'given up before it was delivered; its next reader gets it again');
}
