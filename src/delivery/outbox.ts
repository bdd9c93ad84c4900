import { ANSWERED } from './delivery-settings.js';
import { ForwarderError } from '../errors/forwarder-error.js';
import type { FrameBatch } from '../model/batch.js';
import type { RouteWait } from '../model/ports.js';
import { Remakes } from './remakes.js';
import { answeredBytes, REFERENCE, spanOf, type Claim, type Span } from './span.js';
import { SpanLedger, type SettleRule } from './span-ledger.js';
import { resent, settled, type Totals } from './totals.js';

/** A batch to be written, from the event at `from` on. */
export interface Begun {
  readonly frames: FrameBatch;
  readonly from: number;
  /** Events before this one were handed to a socket. To be told by who writes. */
  sent: number;
}

/**
 * The FIFO of one connection: every batch handed over and not yet settled, with the promise its sender waits for. Knows claims and
 * promises; where a batch stands is the ledger's business. A batch that has arrived is only a reference: if the connection is lost before the
 * proof, its keeper makes its frames again.
 */
export class Outbox {
  readonly #ledger: SpanLedger<Span>;
  readonly #isAnswered: boolean;
  readonly #totals: Totals;
  readonly #remakes: Remakes;
  #writing: { readonly span: Span; readonly begun: Begun } | undefined;
  #pendingBytes = 0;
  #unprovenEvents = 0;

  /** @param poke called when frames that were made again are here. */
  constructor(rule: SettleRule, totals: Totals, poke: () => void) {
    this.#ledger = new SpanLedger(rule);
    this.#isAnswered = rule.guarantee === ANSWERED;
    this.#totals = totals;
    this.#remakes = new Remakes({
      ledger: this.#ledger,
      giveBack: (span) => this.#giveBack(span),
      replaced: (span, others) => this.#replaced(span, others),
      poke,
    });
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

  push(frames: FrameBatch, claim: Claim, at: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#push(spanOf(frames, { claim, resolve, reject, at, isRemade: false, sent: 0 }));
    });
  }

  /**
   * Begins the next batch whose claim still holds; undefined when there is none, or when its frames have to be made again first: then that is
   * begun, and poke says when to ask again.
   */
  begin(): Begun | undefined {
    for (let span = this.#ledger.next; span !== undefined; span = this.#ledger.next) {
      if (span.claim.over || !span.claim.fence()) {
        this.abandon(span.claim);
        continue;
      }
      if (span.held.is === 'frames') return this.#begin(span, span.held.frames);
      this.#remakes.begin();
      return undefined;
    }
    return undefined;
  }

  /** The batch begun last is wholly in our kernel and ends at `end` in the connection's byte stream. */
  written(end: number, now: number): void {
    const span = this.#sent();
    if (span === undefined) return;
    this.#totals.writtenEvents += span.events - span.answered;
    this.#totals.writtenBytes += span.bytes - answeredBytes(span);
    this.#totals.stages.written.observe(now - span.at);
    this.#ledger.written(end, now);
    if (span.isUnwritten) this.#noteWritten(span);
    if (span.claim.over) this.abandon(span.claim);
  }

  /** Gives back what has arrived and settles what is proven, now that everything before `ackedOffset` is acked. */
  advance(ackedOffset: number, now: number, troubledAt: number, isTrusted: boolean): void {
    this.#acked(ackedOffset, now);
    this.#ledger.arrive(now, troubledAt, (span) => this.#giveBack(span));
    this.#settled(this.#ledger.settle(now, troubledAt, isTrusted), now);
  }

  /** The connection is lost: settles what the bytes acked on it prove; of a batch that is answered in part only the rest is sent again. */
  lose(ackedOffset: number, now: number, isTrusted: boolean): void {
    this.#acked(ackedOffset, now);
    this.#settled(this.#ledger.settleLost(isTrusted), now);
    if (this.#isAnswered) this.#noteAnswered();
    this.rewind();
  }

  /** The receiver is known to have read everything that was written. */
  settleAll(now: number): void {
    this.#settled(this.#ledger.settleWritten(now, this.#seen(now)), now);
  }

  /** The connection is gone: what is not settled will be written again, oldest first. */
  rewind(): void {
    this.#sent();
    this.#ledger.rewind();
    this.#drop(({ claim }) => claim.over);
  }

  /** The oldest batch of this claim, and how far it has come; undefined when there is none. */
  oldest(claim: Claim): Pick<RouteWait, 'seq' | 'stage'> | undefined {
    const found = this.#ledger.oldest((span) => span.claim === claim);
    return found && { seq: found.span.ref.seq, stage: found.stage };
  }

  /** The batch a frame lies in. */
  find(frame: Uint8Array): { readonly frames: FrameBatch; readonly index: number; readonly claim: Claim } | undefined {
    const span = this.#ledger.find(({ held }) => held.is === 'frames' && holds(held.frames.bytes, frame));
    if (span?.held.is !== 'frames') return undefined;
    const { frames } = span.held;
    const index = frames.ends.indexOf(frame.byteOffset + frame.length - frames.bytes.byteOffset);
    return index < 0 ? undefined : { frames, index, claim: span.claim };
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

  /** Gives up what is here of this claim. Of the batch being written the rest is still written: half a frame would spoil the next. */
  abandon(claim: Claim): void {
    claim.over = true;
    this.#drop((span) => span.claim === claim && span !== this.#writing?.span);
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
      if (span.held.is === 'wanted') span.held = REFERENCE;
      other.#push(span);
    }
  }

  #push(span: Span): void {
    this.#ledger.push(span);
    this.#entered(span);
  }

  #begin(span: Span, frames: FrameBatch): Begun {
    const begun = { frames, from: span.answered, sent: span.answered };
    this.#writing = { span, begun };
    return begun;
  }

  /** Counts what was written again of the batch begun last, which is not written any more. */
  #sent(): Span | undefined {
    const { span, begun } = this.#writing ?? {};
    this.#writing = undefined;
    if (span === undefined || begun === undefined) return undefined;
    resent(this.#totals, Math.max(0, Math.min(begun.sent, span.sent) - begun.from));
    span.sent = Math.max(span.sent, begun.sent);
    return span;
  }

  #noteAnswered(): void {
    const { span, bytes } = this.#ledger.partlyAcked ?? {};
    if (span?.held.is !== 'frames') return;
    const { ends } = span.held.frames;
    const to = answeredBytes(span) + (bytes ?? 0);
    while ((ends[span.answered] ?? Infinity) <= to) span.answered += 1;
  }

  #replaced(span: Span, others: readonly Span[]): void {
    this.#ledger.replace(span, others);
    this.#left(span);
    for (const other of others) this.#entered(other);
  }

  #acked(offset: number, now: number): void {
    this.#ledger.acked(offset, now, this.#seen(now));
  }

  /** What to do with each batch that is found to be acked. */
  #seen(now: number): (span: Span) => void {
    return (span) => {
      this.#totals.stages.acked.observe(now - span.at);
      // Its room goes to the next: after one loss, another soon is seldom, and then it is made once more.
      if (span.isRemade) this.#giveBack(span);
    };
  }

  #giveBack(span: Span): void {
    const { keeper } = span.claim;
    if (keeper === undefined || span.held.is !== 'frames') return;
    if (!keeper.arrived(span.held.given)) return;
    this.#unhold(span);
    span.held = REFERENCE;
  }

  #settled(spans: readonly Span[], now: number): void {
    for (const span of spans) {
      this.#totals.stages.settled.observe(now - span.at);
      settled(this.#totals, span.events, span.bytes);
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
    span.claim.open += 1;
    if (span.isUnwritten) span.claim.unwritten += 1;
    if (span.held.is !== 'frames') return;
    this.#pendingBytes += span.bytes;
    if (span.isRemade) this.#remakes.heldBytes += span.bytes;
  }

  /** Its frames are not held here any more. */
  #unhold(span: Span): void {
    if (span.held.is !== 'frames') return;
    this.#pendingBytes -= span.bytes;
    if (span.isRemade) this.#remakes.heldBytes -= span.bytes;
  }

  /** It is not in the ledger any more. */
  #left(span: Span): void {
    this.#unprovenEvents -= span.events;
    span.claim.open -= 1;
    this.#unhold(span);
    if (span.isUnwritten) this.#noteWritten(span);
  }

  /** It no longer waits to be written for the first time. */
  #noteWritten(span: Span): void {
    span.isUnwritten = false;
    span.claim.unwritten -= 1;
    span.claim.onWritten?.();
  }
}

function holds({ buffer, byteOffset, length }: Uint8Array, frame: Uint8Array): boolean {
  return buffer === frame.buffer && frame.byteOffset >= byteOffset && frame.byteOffset < byteOffset + length;
}

export function abandoned(): ForwarderError {
  return new ForwarderError('ABANDONED', 'given up before it was delivered; its next reader gets it again');
}
