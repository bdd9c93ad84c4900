import type { RouteWait } from '../model/ports.js';
import type { Guarantee } from './delivery-settings.js';

type Stage = RouteWait['stage'];

/** When a batch has arrived, and when that is proven. */
export interface SettleRule {
  readonly guarantee: Guarantee;
  /** Memory horizon: how long a batch stays acked before its frames may be given back … */
  readonly holdMs: number;
  /** … or how many bytes must be acked behind it. */
  readonly holdBytes: number;
  /** Proof horizon: how long a batch stays acked on a healthy connection before it is settled … */
  readonly proofMs: number;
  /** … or how many bytes must be acked behind it. */
  readonly proofBytes: number;
}

const LONGEST_WAIT = 10;
/** Entries at the front that are gone are cut off once there are so many. */
const COMPACT_AT = 1024;

interface Entry<T> {
  readonly span: T;
  /** Where the span begins in the connection's byte stream (with TLS: in its ciphertext), and where it ends. */
  start: number;
  end: number;
  writtenAt: number;
  ackedAt: number;
}

/**
 * The batches (*spans*) of one connection in the order in which they were handed over, and how far each has come. Pure: offsets and
 * times come from outside.
 *
 *     settled and gone | arrived … | acked … | written … | (being written) waiting …
 *                      ^ #head     ^ #arrived ^ #acked   ^ #written
 *
 * - *written*: our kernel took all of it. It is lost if anything happens to the connection.
 * - *acked*: the peer's kernel has it. It is lost if the receiver dies before it has read its receive buffer.
 * - *arrived*: acked, and then either `holdBytes` further bytes were acked, or it stayed acked on a healthy connection for `holdMs`. A receiver
 *   that is slow to ack is slow to read: if twice the time to the ack is longer, that counts, but at most ten times `holdMs`.
 *   Its frames are not held in memory any more. This is believed, not proven.
 * - *settled*: proven. With the guarantee `settled`: acked, and then either `proofBytes` further bytes were acked, or it stayed acked on a
 *   healthy connection for `proofMs`, on a connection that has proven itself. With `written`, `acked` and `relp`: as soon as it is that.
 *
 * After a loss everything that is not settled goes back to waiting, oldest first.
 */
export class SpanLedger<T> {
  readonly #rule: SettleRule;
  #entries: Entry<T>[] = [];
  /** Indexes of the first entry that is not settled, not arrived, not acked, not written. */
  #head = 0;
  #arrived = 0;
  #acked = 0;
  #written = 0;
  #writtenOffset = 0;
  #ackedOffset = 0;

  constructor(rule: SettleRule) {
    this.#rule = rule;
  }

  /** Spans not yet settled. */
  get size(): number {
    return this.#entries.length - this.#head;
  }

  /** The oldest span that is not wholly written on this connection. */
  get next(): T | undefined {
    return this.#entries[this.#written]?.span;
  }

  /** Everything handed over so far is acked. */
  get allAcked(): boolean {
    return this.#acked === this.#entries.length;
  }

  /** Everything written so far is acked. */
  get quiet(): boolean {
    return this.#acked === this.#written;
  }

  /** The oldest span that is not wholly acked, and how many of its bytes are; undefined where that is none of them. */
  get partlyAcked(): { readonly span: T; readonly bytes: number } | undefined {
    const entry = this.#entries[this.#acked];
    const start = this.#acked < this.#written ? entry?.start : this.#writtenOffset;
    if (entry === undefined || start === undefined || this.#ackedOffset <= start) return undefined;
    return { span: entry.span, bytes: this.#ackedOffset - start };
  }

  /** Nothing is written that is not settled. */
  get nothingOut(): boolean {
    return this.#written === this.#head;
  }

  find(matches: (span: T) => boolean): T | undefined {
    for (let i = this.#head; i < this.#entries.length; i++) {
      const span = this.#entries[i]?.span;
      if (span !== undefined && matches(span)) return span;
    }
    return undefined;
  }

  /** The oldest span that matches, and how far it has come. */
  oldest(matches: (span: T) => boolean): { readonly span: T; readonly stage: Stage } | undefined {
    for (let i = this.#head; i < this.#entries.length; i++) {
      const span = this.#entries[i]?.span;
      if (span !== undefined && matches(span)) return { span, stage: this.#stageOf(i) };
    }
    return undefined;
  }

  /** The spans that wait, oldest first. */
  *waiting(): Generator<T, void> {
    for (let i = this.#written; i < this.#entries.length; i++) {
      const entry = this.#entries[i];
      if (entry !== undefined) yield entry.span;
    }
  }

  push(span: T): void {
    this.#entries.push(entryOf(span));
  }

  /** Puts others in the place of a span that waits. */
  replace(span: T, others: readonly T[]): void {
    const at = this.#entries.findIndex((entry, i) => i >= this.#written && entry.span === span);
    if (at >= 0) this.#entries.splice(at, 1, ...others.map(entryOf));
  }

  /** {@link next} is wholly written and ends at `end`. */
  written(end: number, now: number): void {
    const entry = this.#entries[this.#written];
    if (entry === undefined) return;
    entry.start = this.#writtenOffset;
    entry.end = end;
    entry.writtenAt = now;
    this.#writtenOffset = end;
    this.#written += 1;
  }

  /** The peer's kernel has everything before `offset`. An offset lower than an earlier one says nothing new. @param seen told of each span acked by it. */
  acked(offset: number, now: number, seen?: (span: T) => void): void {
    this.#ackedOffset = Math.max(this.#ackedOffset, offset);
    while (this.#acked < this.#written) {
      const entry = this.#entries[this.#acked];
      if (entry === undefined || entry.end > this.#ackedOffset) return;
      entry.ackedAt = now;
      seen?.(entry.span);
      this.#acked += 1;
    }
  }

  /**
   * Tells of each span that has arrived by now and was not told of before.
   * @param troubledAt when the connection was last seen not to be healthy.
   */
  arrive(now: number, troubledAt: number, seen: (span: T) => void): void {
    for (; this.#arrived < this.#acked; this.#arrived++) {
      const entry = this.#entries[this.#arrived];
      if (entry === undefined || !this.#hasArrived(entry, now, troubledAt)) return;
      seen(entry.span);
    }
  }

  /**
   * Takes out what is settled by now.
   * @param troubledAt as for {@link arrive}.
   * @param isTrusted the connection has proven itself: only then time and bytes prove anything.
   */
  settle(now: number, troubledAt: number, isTrusted: boolean): T[] {
    const from = this.#head;
    while (
      this.#head < this.#eligible &&
      (this.#hasProof(this.#head, isTrusted) || this.#hasWaited(this.#head, now, troubledAt, isTrusted))
    )
      this.#head += 1;
    return this.#taken(from);
  }

  /** The connection is lost, and time says nothing any more: takes out what needs none. */
  settleLost(isTrusted: boolean): T[] {
    const from = this.#head;
    while (this.#head < this.#eligible && this.#hasProof(this.#head, isTrusted)) this.#head += 1;
    return this.#taken(from);
  }

  /** The receiver is known to have read everything that was written. @param seen as for {@link acked}. */
  settleWritten(now: number, seen?: (span: T) => void): T[] {
    const from = this.#head;
    this.acked(this.#writtenOffset, now, seen);
    this.#head = this.#eligible;
    return this.#taken(from);
  }

  /** The connection is gone and with it its byte stream: everything starts again on another one. */
  rewind(): void {
    this.#arrived = this.#acked = this.#written = this.#head;
    this.#ackedOffset = this.#writtenOffset = 0;
  }

  /** Takes out the spans that match, wherever they are. */
  drop(matches: (span: T) => boolean): T[] {
    const dropped: T[] = [];
    const kept: Entry<T>[] = [];
    let [arrived, acked, written] = [0, 0, 0];
    for (let i = this.#head; i < this.#entries.length; i++) {
      const entry = this.#entries[i];
      if (entry === undefined) continue;
      if (matches(entry.span)) {
        dropped.push(entry.span);
        continue;
      }
      kept.push(entry);
      if (i < this.#arrived) arrived += 1;
      if (i < this.#acked) acked += 1;
      if (i < this.#written) written += 1;
    }
    [this.#entries, this.#head] = [kept, 0];
    [this.#arrived, this.#acked, this.#written] = [arrived, acked, written];
    return dropped;
  }

  get #eligible(): number {
    return this.#rule.guarantee === 'written' ? this.#written : this.#acked;
  }

  #hasArrived(entry: Entry<T>, now: number, troubledAt: number): boolean {
    const { holdMs, holdBytes } = this.#rule;
    if (this.#ackedOffset - entry.end >= holdBytes) return true;
    const needed = Math.min(Math.max(holdMs, 2 * (entry.ackedAt - entry.writtenAt)), LONGEST_WAIT * holdMs);
    return now - Math.max(entry.ackedAt, troubledAt) >= needed;
  }

  #stageOf(index: number): Stage {
    if (index >= this.#written) return 'waiting';
    if (index >= this.#acked) return 'written';
    return index < this.#arrived ? 'arrived' : 'acked';
  }

  /** The guarantee asks for no more, or enough bytes are acked behind it. */
  #hasProof(index: number, isTrusted: boolean): boolean {
    const entry = this.#entries[index];
    if (entry === undefined) return false;
    const { guarantee, proofBytes } = this.#rule;
    if (guarantee !== 'settled') return true;
    return isTrusted && this.#ackedOffset - entry.end >= proofBytes;
  }

  #hasWaited(index: number, now: number, troubledAt: number, isTrusted: boolean): boolean {
    const entry = this.#entries[index];
    if (entry === undefined) return false;
    return isTrusted && now - Math.max(entry.ackedAt, troubledAt) >= this.#rule.proofMs;
  }

  /** The spans from `from` to the head, and their room. */
  #taken(from: number): T[] {
    const spans = this.#entries.slice(from, this.#head).map(({ span }) => span);
    this.#arrived = Math.max(this.#arrived, this.#head);
    this.#acked = Math.max(this.#acked, this.#head);
    this.#written = Math.max(this.#written, this.#head);
    if (this.#head >= COMPACT_AT || this.#head === this.#entries.length) this.#compact();
    return spans;
  }

  #compact(): void {
    this.#entries.splice(0, this.#head);
    this.#arrived -= this.#head;
    this.#acked -= this.#head;
    this.#written -= this.#head;
    this.#head = 0;
  }
}

function entryOf<T>(span: T): Entry<T> {
  return { span, start: 0, end: 0, writtenAt: 0, ackedAt: 0 };
}
