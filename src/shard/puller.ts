import { asForwarderError, type ForwarderError } from '../errors/forwarder-error.js';
import { isShardQuota } from '../errors/quota.js';
import type { BudgetShare, Reservation } from '../flow/byte-budget.js';
import { Sleeper, type Clock } from '../flow/clock.js';
import type { LogSource, PullReply } from '../model/ports.js';
import { IdlePace } from './idle-pace.js';
import { PullSizer, type PullSize } from './pull-sizer.js';
import { QuotaPace } from './quota-pace.js';
import { untilDone } from '../flow/retry.js';
import {
  endCursor,
  expectsLittle,
  repliesWithout,
  stepped,
  type End,
  type Reading,
  type ReadingStep,
} from './reading-state.js';
import type { ShardSettings } from './shard-settings.js';
import type { ShardStats } from './shard-stats.js';

export interface PullerDeps {
  readonly shard: number;
  readonly source: LogSource;
  readonly budget: BudgetShare;
  readonly clock: Clock;
  readonly settings: ShardSettings;
  readonly stats: ShardStats;
  /** Most log groups to ask for now. */
  readonly mostGroups: () => number;
  /** Ends reading. */
  readonly signal: AbortSignal;
  /** The service answered a pull, with or without logs. */
  readonly onPulled: () => void;
  /** Told of every failed pull that is tried again. */
  readonly onError: (error: ForwarderError, pauseMs: number) => void;
}

/** One reply that moved the shard on, with the memory it holds. */
export interface Pulled {
  readonly cursor: string;
  readonly reply: PullReply;
  readonly reservation: Reservation;
  /** Log groups the service went through for it. */
  readonly scannedGroups: number;
  /** When (monotonic ms) the service said right before that there is nothing; undefined if it did not. */
  readonly emptyAt: number | undefined;
}

/** A reply of at least this many raw bytes was cut by the service's size limit, not by the end of the shard. */
const LARGE_REPLY = 1024 * 1024;
const FAIR_REPLY = 64 * 1024;
/** After one of so few bytes, and no more at once, the next is hardly larger. */
const LITTLE_REPLY = 16 * 1024;
/** So many empty replies in a row, and the shard is only watched until something comes. */
const IDLE_REPLIES = 3;
/** Well above what clocks differ by. */
const BEHIND_MS = 5000;

/**
 * Reads a shard forward: at once while data flows, a little later after a short reply, at the idle interval at the tip. Memory is
 * reserved before each request and given back when the request brings nothing, so a failing shard holds none while it waits.
 */
export class Puller {
  readonly #deps: PullerDeps;
  readonly #sizer: PullSizer;
  readonly #idle: IdlePace;
  readonly #quota = new QuotaPace();
  readonly #sleeper: Sleeper;
  #reading: Reading;
  #notBefore = 0;
  #waitsForRoom = false;

  constructor(deps: PullerDeps, cursor: string) {
    this.#deps = deps;
    this.#sizer = new PullSizer(deps.settings.maxPullBytes);
    this.#idle = new IdlePace(deps.settings, deps.clock.monotonic());
    this.#sleeper = new Sleeper(deps.clock, deps.signal);
    const position = deps.settings.end;
    const end: End = position === undefined ? { is: 'open' } : { is: 'asked', position };
    this.#reading = { cursor, ahead: { is: 'much' }, end };
  }

  /** Everything up to the end asked for was pulled. */
  get ended(): boolean {
    return this.#reading.end.is === 'reached';
  }

  /** The cursor at which reading ends; undefined if it does not, or before that was asked for. */
  get end(): string | undefined {
    return endCursor(this.#reading.end);
  }

  /** It waits for memory that others hold. */
  get waitsForRoom(): boolean {
    return this.#waitsForRoom;
  }

  /** No more will be written: the shard ends where it ends now. An end that was asked for before comes first. */
  endHere(): void {
    this.#step({ to: 'askedToEnd', position: 'end' });
  }

  /** When (monotonic ms) the service last said that there is nothing after our cursor; undefined while there is. */
  get tipAt(): number | undefined {
    const { ahead } = this.#reading;
    return ahead.is === 'nothing' ? ahead.at : undefined;
  }

  /** Where the next pull begins. */
  get cursor(): string {
    return this.#reading.cursor;
  }

  /** Goes on elsewhere: the cursor was expired. @returns where it stood. */
  jump(cursor: string): string {
    const before = this.#reading.cursor;
    this.#step({ to: 'jumped', cursor });
    return before;
  }

  /**
   * The next reply that moves the cursor.
   * @returns undefined when the signal aborted or the shard is {@link ended}.
   * @throws ForwarderError of class permanent (SLS_CURSOR_INVALID, SLS_SHARD_GONE).
   */
  async next(): Promise<Pulled | undefined> {
    const { clock, settings, signal, onError } = this.#deps;
    const pauseMs = (error: ForwarderError): number | undefined => this.#quotaPause(error);
    const retry = { clock, backoff: settings.retry, signal, onError, pauseMs };
    while (!this.ended) {
      const pulled = await untilDone(retry, () => this.#pull());
      if (pulled === undefined || signal.aborted) {
        pulled?.reservation.release();
        return undefined;
      }
      if (pulled.reply.nextCursor !== pulled.cursor) return pulled;
      pulled.reservation.release();
    }
    return undefined;
  }

  #step(step: ReadingStep): void {
    this.#reading = stepped(this.#reading, step);
  }

  async #pull(): Promise<Pulled | undefined> {
    const { shard, source, budget, clock, signal } = this.#deps;
    const { ahead, end, cursor } = this.#reading;
    if (repliesWithout(ahead) >= IDLE_REPLIES && end.is === 'open') await this.#watch();
    const now = clock.monotonic();
    await this.#sleeper.sleep(Math.max(this.#notBefore, this.#quota.notBefore(now)) - now);
    const asked = this.#sizer.next(this.#deps.mostGroups());
    this.#waitsForRoom = true;
    const reservation = await budget.reserve(asked.bytes, signal);
    this.#waitsForRoom = false;
    if (reservation === undefined) return undefined;
    const startedAt = clock.monotonic();
    try {
      await this.#findEnd();
      const reply = await source.pull(shard, cursor, asked.count, signal, {
        endCursor: this.end,
        expectsLittle: expectsLittle(ahead),
        held: (bytes) => {
          if (bytes > reservation.bytes) reservation.correct(bytes);
        },
      });
      reservation.correct(Math.max(reply.rawSize, reply.bodyLength));
      this.#deps.onPulled();
      const emptyAt = this.tipAt;
      const scannedGroups = this.#note(reply, cursor, asked, startedAt);
      return { cursor, reply, reservation, scannedGroups, emptyAt };
    } catch (thrown) {
      reservation.release();
      if (asForwarderError(thrown).code === 'SLS_PROTOCOL') this.#sizer.askLess(asked);
      this.#step({ to: 'failed' });
      throw thrown;
    }
  }

  async #findEnd(): Promise<void> {
    const { shard, source, signal } = this.#deps;
    const { end } = this.#reading;
    if (end.is === 'asked') this.#step({ to: 'endFound', cursor: await source.getCursor(shard, end.position, signal) });
  }

  #quotaPause(error: ForwarderError): number | undefined {
    if (!isShardQuota(error)) return undefined;
    return Math.max(this.#quota.refused(this.#deps.clock.monotonic()), error.retryAfterMs ?? 0);
  }

  /** At a shard that is idle: returns when a pull may bring something. */
  async #watch(): Promise<void> {
    const { shard, source, clock, signal, settings, stats } = this.#deps;
    const onEmpty = (): number | undefined => {
      const now = clock.monotonic();
      stats.pulls += 1;
      stats.stages.pull.observe(now - this.#notBefore);
      this.#step({ to: 'stillEmpty', at: now });
      this.#notBefore = this.#idle.next(now);
      return this.#reading.end.is === 'open' ? this.#notBefore : undefined;
    };
    await source.watch(shard, this.cursor, { at: this.#notBefore, onEmpty, signal });
    // Whoever comes back after that time has asked.
    if (clock.monotonic() >= this.#notBefore) this.#notBefore += settings.minPullIntervalMs;
  }

  /** @returns log groups the service went through. */
  #note(reply: PullReply, cursor: string, asked: PullSize, startedAt: number): number {
    const { stats, settings } = this.#deps;
    const now = this.#deps.clock.monotonic();
    stats.pulls += 1;
    stats.pulledBytes += reply.bodyLength;
    stats.rawBytes += reply.rawSize;
    stats.logGroups += reply.logGroups;
    stats.stages.pull.observe(now - startedAt);
    // With a query: what is scanned is what the count bounds, and more than comes of it.
    const { logGroups, bytes } = reply.scanned ?? { logGroups: reply.logGroups, bytes: reply.rawSize };
    this.#sizer.learn(asked, logGroups, bytes);
    this.#quota.gave(bytes, now);
    stats.scannedGroups += logGroups;
    const { nextCursor } = reply;
    let next = startedAt;
    if (nextCursor === cursor) {
      this.#step({ to: 'foundEmpty', at: now });
      next = this.#idle.next(now);
    } else {
      this.#idle.woke(now);
      const hasMore = this.#hasMore(reply, asked);
      this.#step({
        to: 'replied',
        nextCursor,
        ahead: !hasMore && reply.bodyLength <= LITTLE_REPLY ? 'little' : 'much',
      });
      if (!hasMore) next += settings.idlePollMs / 4;
    }
    this.#notBefore = Math.max(next, startedAt + settings.minPullIntervalMs);
    return logGroups;
  }

  /**
   * Whether the next pull will find much at once. A full reply says so; but the service also cuts replies where it likes, so one of
   * some size from the past is as good. Small ones from now are a trickle, better gathered for a moment.
   */
  #hasMore({ logGroups, rawSize, scanned, cursorTime }: PullReply, asked: PullSize): boolean {
    const bytes = scanned?.bytes ?? rawSize;
    if ((scanned?.logGroups ?? logGroups) >= asked.count || bytes >= LARGE_REPLY) return true;
    const behindMs = cursorTime === undefined ? 0 : this.#deps.clock.now() - cursorTime * 1000;
    // A reply without events that moved on had its events filtered out.
    return (bytes >= FAIR_REPLY || logGroups === 0) && behindMs > BEHIND_MS;
  }
}
