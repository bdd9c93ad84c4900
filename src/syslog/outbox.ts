import { ForwarderError } from '../errors/forwarder-error.js';
import type { FrameBatch } from '../model/batch.js';
import type { PutAside } from '../model/ports.js';
import { SpanLedger, type SettleRule } from './span-ledger.js';
import type { Totals } from './totals.js';

/** What all batches of one route have in common. */
export interface Lease {
  /** False once the lease is lost: asked right before a batch is begun on a socket, be it for the first time or again. */
  readonly fence: () => boolean;
  readonly putAside?: PutAside | undefined;
  /** Nothing of it may be begun any more. */
  over: boolean;
}

interface Span {
  frames: FrameBatch;
  readonly lease: Lease;
  readonly resolve: () => void;
  readonly reject: (error: ForwarderError) => void;
  /** When it was handed over, monotonic milliseconds. */
  readonly at: number;
  /** Bytes of it may have reached a receiver. */
  begun: boolean;
}

/**
 * The FIFO of one connection: every batch handed over and not yet settled, with the promise its sender waits for. Knows leases and
 * promises; where a batch stands is the ledger's business.
 */
export class Outbox {
  readonly #ledger: SpanLedger<Span>;
  readonly #totals: Totals;
  #writing: Span | undefined;
  #pendingBytes = 0;

  constructor(rule: SettleRule, totals: Totals) {
    this.#ledger = new SpanLedger(rule);
    this.#totals = totals;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
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
      this.#ledger.push({ frames, lease, resolve, reject, at, begun: false });
      this.#pendingBytes += frames.bytes.length;
    });
  }

  /** Begins the next batch whose lease still holds; undefined when there is none. */
  begin(): FrameBatch | undefined {
    for (let span = this.#ledger.next; span !== undefined; span = this.#ledger.next) {
      if (!span.lease.over && span.lease.fence()) return this.#begin(span);
      this.abandon(span.lease);
    }
    return undefined;
  }

  /** The batch begun last is wholly in our kernel and ends at `end` in the connection's byte stream. */
  written(end: number, now: number): void {
    const span = this.#writing;
    if (span === undefined) return;
    this.#writing = undefined;
    this.#totals.writtenBytes += span.frames.bytes.length;
    this.#totals.stages.written.observe(now - span.at);
    this.#ledger.written(end, now);
    if (span.lease.over) this.abandon(span.lease);
  }

  /** Settles what may be settled now that everything before `ackedOffset` is acked. */
  advance(ackedOffset: number, now: number, troubledAt: number): void {
    this.#acked(ackedOffset, now);
    this.#settled(this.#ledger.settle(now, troubledAt), now);
  }

  /** The receiver has read everything: it answered our FIN, sent after everything was acked, with its own. */
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
    const span = this.#ledger.find(({ frames }) => holds(frames.bytes, frame));
    if (span === undefined) return undefined;
    const { frames, lease } = span;
    const index = frames.ends.indexOf(frame.byteOffset + frame.length - frames.bytes.byteOffset);
    return index < 0 ? undefined : { frames, index, lease };
  }

  /** To be called with nothing of it on its way: what is written next of this batch is what now stands for it. */
  replace(frames: FrameBatch, next: FrameBatch): void {
    const span = this.#ledger.find((one) => one.frames === frames);
    if (span === undefined) return;
    span.frames = next;
    this.#pendingBytes += next.bytes.length - frames.bytes.length;
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

  #begin(span: Span): FrameBatch {
    if (span.begun) this.#totals.resentEvents += span.frames.ends.length;
    span.begun = true;
    this.#writing = span;
    return span.frames;
  }

  #acked(offset: number, now: number): void {
    this.#ledger.acked(offset, now, ({ at }) => this.#totals.stages.acked.observe(now - at));
  }

  #settled(spans: readonly Span[], now: number): void {
    for (const { frames, at, resolve } of spans) {
      this.#totals.stages.settled.observe(now - at);
      this.#pendingBytes -= frames.bytes.length;
      this.#totals.settledBytes += frames.bytes.length;
      this.#totals.settledEvents += frames.ends.length;
      resolve();
    }
  }

  #drop(matches: (span: Span) => boolean): void {
    for (const { frames, reject } of this.#ledger.drop(matches)) {
      this.#pendingBytes -= frames.bytes.length;
      reject(abandoned());
    }
  }
}

/** Batches share a buffer. */
function holds({ buffer, byteOffset, length }: Uint8Array, frame: Uint8Array): boolean {
  return buffer === frame.buffer && frame.byteOffset >= byteOffset && frame.byteOffset < byteOffset + length;
}

export function abandoned(): ForwarderError {
  return new ForwarderError('ABANDONED', 'given up before it was delivered; its next reader gets it again');
}
