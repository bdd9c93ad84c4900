import type { Guarantee } from './settings.js';

export interface SettleRule {
  readonly guarantee: Guarantee;
  readonly settleTimeMs: number;
  readonly settleBytes: number;
}

const LONGEST_WAIT = 10;

interface Entry<T> {
  readonly span: T;
  /** Offset of the span's last byte in the connection's byte stream (with TLS: of its ciphertext). */
  end: number;
  writtenAt: number;
  ackedAt: number;
}

/**
 * The frame batches (*spans*) of one connection in the order in which they were handed over, and how far each has come. Pure: offsets and
 * times come from outside.
 *
 *     settled and gone | acked … | written … | (being written) waiting …
 *                      ^ 0       ^ #acked    ^ #written
 *
 * - *written*: our kernel took all of it. Lost if anything happens to the connection.
 * - *acked*: the peer's kernel has it. Lost if the receiver dies before it has read its receive buffer.
 * - *settled*: acked, and then either `settleBytes` further bytes were acked (the receiver must have made room for them by reading), or it
 *   stayed acked on a healthy connection for `settleTimeMs`; for twice as long as the ack itself took if that is more, because a receiver
 *   slow to ack is slow to read; but for no more than ten times `settleTimeMs`, or the end of a long stall would bring another wait.
 * - *relp*: the receiver itself has answered; what is acked is settled.
 *
 * After a loss everything not settled goes back to waiting, oldest first.
 */
export class SpanLedger<T> {
  readonly #rule: SettleRule;
  #entries: Entry<T>[] = [];
  #written = 0;
  #acked = 0;
  #ackedOffset = 0;

  constructor(rule: SettleRule) {
    this.#rule = rule;
  }

  /** Spans not yet settled. */
  get size(): number {
    return this.#entries.length;
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

  /** Nothing is written that is not settled. */
  get nothingOut(): boolean {
    return this.#written === 0;
  }

  find(matches: (span: T) => boolean): T | undefined {
    return this.#entries.find(({ span }) => matches(span))?.span;
  }

  push(span: T): void {
    this.#entries.push({ span, end: 0, writtenAt: 0, ackedAt: 0 });
  }

  /** {@link next} is wholly written and ends at `end`. */
  written(end: number, now: number): void {
    const entry = this.#entries[this.#written];
    if (entry === undefined) return;
    entry.end = end;
    entry.writtenAt = now;
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
   * Takes out what is settled by now.
   * @param troubledAt when the connection was last seen not to be healthy; Infinity: it is lost, time settles nothing any more.
   */
  settle(now: number, troubledAt: number): T[] {
    let count = 0;
    while (count < this.#eligible && this.#isSettled(count, now, troubledAt)) count += 1;
    return this.#take(count);
  }

  /** The receiver answered our FIN with its own: it has read everything it acked. */
  settleAcked(): T[] {
    return this.#take(this.#eligible);
  }

  /** The connection is gone and with it its byte stream: everything starts anew, on another one. */
  rewind(): void {
    this.#written = 0;
    this.#acked = 0;
    this.#ackedOffset = 0;
  }

  /** Takes out the spans that match, wherever they are. */
  drop(matches: (span: T) => boolean): T[] {
    const dropped: T[] = [];
    const kept: Entry<T>[] = [];
    let [written, acked] = [0, 0];
    this.#entries.forEach((entry, index) => {
      if (matches(entry.span)) {
        dropped.push(entry.span);
        return;
      }
      kept.push(entry);
      if (index < this.#written) written += 1;
      if (index < this.#acked) acked += 1;
    });
    this.#entries = kept;
    this.#written = written;
    this.#acked = acked;
    return dropped;
  }

  get #eligible(): number {
    return this.#rule.guarantee === 'written' ? this.#written : this.#acked;
  }

  #isSettled(index: number, now: number, troubledAt: number): boolean {
    const entry = this.#entries[index];
    if (entry === undefined) return false;
    if (this.#rule.guarantee !== 'settled') return true;
    if (this.#ackedOffset - entry.end >= this.#rule.settleBytes) return true;
    const { settleTimeMs } = this.#rule;
    const needed = Math.min(Math.max(settleTimeMs, 2 * (entry.ackedAt - entry.writtenAt)), LONGEST_WAIT * settleTimeMs);
    return now - Math.max(entry.ackedAt, troubledAt) >= needed;
  }

  #take(count: number): T[] {
    this.#written = Math.max(0, this.#written - count);
    this.#acked = Math.max(0, this.#acked - count);
    return this.#entries.splice(0, count).map((entry) => entry.span);
  }
}
