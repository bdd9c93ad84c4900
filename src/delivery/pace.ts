import type { Clock } from '../flow/clock.js';
import { RateMeter } from '../flow/rate-meter.js';
import { TokenBucket } from '../flow/token-bucket.js';

/** What a destination may be sent at most; undefined: no limit. */
export interface RateSettings {
  /** Events a second. */
  readonly eps: number | undefined;
  /** Events that may go at once after a pause. */
  readonly burst: number | undefined;
  readonly bytesPerSecond: number | undefined;
  /** Events a second instead of `eps` while a pipeline of this destination is behind. */
  readonly catchUpEps: number | undefined;
}

/** How much may go out next. */
export interface Ticket {
  readonly granted: boolean;
}

interface Waiting extends Ticket {
  granted: boolean;
  readonly events: number;
  readonly bytes: number;
  readonly onGranted: () => void;
}

/** A tenth of a second's worth: 1 % of ten seconds, and more than a busy event loop is late. */
const BURST_SECONDS = 0.1;
/** How often it is asked whether a pipeline is behind. */
const LOOK_MS = 1_000;

/**
 * Holds all connections of a destination to its rate: what is too much waits, nothing is dropped. First come, first served, so that a
 * connection with small batches can't starve one with large ones. Counts what goes out also where nothing is limited.
 */
export class Pace {
  /** No slice may hold more events, or (but for a single event) bytes, than this. */
  readonly sliceEvents: number;
  readonly sliceBytes: number;
  readonly #settings: RateSettings;
  readonly #clock: Clock;
  readonly #isBehind: () => boolean;
  readonly #meter: RateMeter;
  readonly #events: TokenBucket | undefined;
  readonly #bytes: TokenBucket | undefined;
  readonly #queue: Waiting[] = [];
  #eps: number | undefined;
  #lookAt = 0;
  #cancel: (() => void) | undefined;

  /** @param isBehind whether a pipeline of this destination is catching up. */
  constructor(settings: RateSettings, clock: Clock, isBehind: () => boolean) {
    const now = clock.monotonic();
    const { eps, catchUpEps = eps, bytesPerSecond } = settings;
    this.#settings = settings;
    this.#clock = clock;
    this.#isBehind = isBehind;
    this.#meter = new RateMeter(now);
    this.#eps = eps;
    if (eps !== undefined) this.#events = new TokenBucket(eps, this.#burst(eps), now);
    if (bytesPerSecond !== undefined)
      this.#bytes = new TokenBucket(bytesPerSecond, bytesPerSecond * BURST_SECONDS, now);
    // Half a bucket, so that the other half can fill while a timer is late.
    const least = Math.min(eps ?? Infinity, catchUpEps ?? Infinity);
    this.sliceEvents = Math.max(1, Math.floor(this.#burst(least) / 2));
    this.sliceBytes = ((bytesPerSecond ?? Infinity) * BURST_SECONDS) / 2;
  }

  /** Events a second, over the last ten seconds. */
  get usedEps(): number {
    return this.#meter.perSecond(this.#clock.monotonic());
  }

  /** Events a second that are allowed at present; undefined: any. */
  get limitEps(): number | undefined {
    return this.#eps;
  }

  /** @param onGranted called once the ticket is granted, unless that is at once. To be called again for every slice. */
  ask(events: number, bytes: number, onGranted: () => void): Ticket {
    const ticket: Waiting = { granted: false, events, bytes, onGranted };
    if (this.#events === undefined && this.#bytes === undefined) {
      this.#grant(ticket, this.#clock.monotonic());
      return ticket;
    }
    this.#queue.push(ticket);
    if (this.#queue.length === 1) this.#serve();
    return ticket;
  }

  /** Gives a ticket back that is no longer wanted; one that was granted is spent. */
  giveUp(ticket: Ticket): void {
    const at = this.#queue.findIndex((one) => one === ticket);
    if (at < 0) return;
    this.#queue.splice(at, 1);
    if (at === 0) this.#serve();
  }

  #serve(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const now = this.#clock.monotonic();
    this.#adapt(now);
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      const waitMs = this.#waitMs(first, now);
      if (waitMs > 0) {
        // No longer than until the limit may have changed; a slow one must not hold up what a raised one lets through.
        this.#cancel = this.#clock.timer(Math.min(Math.ceil(waitMs), LOOK_MS), () => this.#serve());
        return;
      }
      this.#queue.shift();
      this.#grant(first, now);
      first.onGranted();
    }
  }

  #grant(ticket: Waiting, now: number): void {
    ticket.granted = true;
    this.#meter.add(ticket.events, now);
    this.#events?.take(ticket.events, now);
    this.#bytes?.take(ticket.bytes, now);
  }

  #waitMs({ events, bytes }: Waiting, now: number): number {
    return Math.max(this.#events?.waitMs(events, now) ?? 0, this.#bytes?.waitMs(bytes, now) ?? 0);
  }

  #adapt(now: number): void {
    const { eps, catchUpEps } = this.#settings;
    if (this.#events === undefined || catchUpEps === undefined || now < this.#lookAt) return;
    this.#lookAt = now + LOOK_MS;
    const wanted = this.#isBehind() ? catchUpEps : eps;
    if (wanted === undefined || wanted === this.#eps) return;
    this.#eps = wanted;
    this.#events.setRate(wanted, this.#burst(wanted), now);
  }

  #burst(eps: number): number {
    return Math.max(1, this.#settings.burst ?? eps * BURST_SECONDS);
  }
}
