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
  /** Whose limits these are: those of all processes together, of which each has a part, or those of each process. */
  readonly share: 'group' | 'process';
}

/** No limit. */
export const UNLIMITED: RateSettings = {
  eps: undefined,
  burst: undefined,
  bytesPerSecond: undefined,
  catchUpEps: undefined,
  share: 'group',
};

/** Who sends to a destination. Asked once a second. */
export interface Senders {
  /** Whether a pipeline of this destination is catching up; see `catchUpEps`. */
  readonly isBehind: () => boolean;
  /** What part of the limits is ours with `share: group`, 0 to 1. */
  readonly part: () => number;
}

/** One process that sends alone, and is not only up to date. */
export const ALONE: Senders = { isBehind: () => true, part: () => 1 };

export interface PaceDeps extends Senders {
  readonly clock: Clock;
  /** Another part is ours than before. */
  readonly onPart: (inForce: PartInForce) => void;
}

/** A part of the limits, and what it allows. */
export interface PartInForce {
  readonly part: number;
  readonly eps: number | undefined;
  readonly bytesPerSecond: number | undefined;
}

/** For the log. */
export function partInWords({ part, eps, bytesPerSecond }: PartInForce): string {
  const limits = [
    ...(eps === undefined ? [] : [`${round(eps)} events`]),
    ...(bytesPerSecond === undefined ? [] : [`${round(bytesPerSecond)} bytes`]),
  ];
  return `at most ${limits.join(' and ')} a second: ${round(part * 100)} % of the rate, as this process holds that part of the shards (rate.share: group)`;
}

/** One decimal is enough for a reader. */
const round = (value: number): number => Math.round(value * 10) / 10;

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

/** What was sent so far. */
interface Written {
  readonly writtenBytes: number;
  readonly writtenEvents: number;
}

/** Of an event, before any was sent. */
const USUAL_BYTES = 512;
/** A tenth of a second's worth: 1 % of ten seconds, and more than a busy event loop is late. */
const BURST_SECONDS = 0.1;
/** How often it is asked whether a pipeline is behind. */
const LOOK_MS = 1_000;

/**
 * Holds all connections of a destination to its rate: what is too much waits, nothing is dropped. First come, first served, so that a
 * connection with small batches can't starve one with large ones. Counts what goes out also where nothing is limited.
 */
export class Pace {
  readonly #settings: RateSettings;
  readonly #deps: PaceDeps;
  readonly #clock: Clock;
  readonly #meter: RateMeter;
  readonly #events: TokenBucket | undefined;
  readonly #bytes: TokenBucket | undefined;
  readonly #queue: Waiting[] = [];
  #part: number;
  #eps: number | undefined;
  #sliceEvents = Infinity;
  #sliceBytes = Infinity;
  #lookAt = 0;
  #cancel: (() => void) | undefined;

  constructor(settings: RateSettings, deps: PaceDeps) {
    const now = deps.clock.monotonic();
    const { eps, bytesPerSecond } = settings;
    this.#settings = settings;
    this.#deps = deps;
    this.#clock = deps.clock;
    this.#meter = new RateMeter(now);
    // With a part that is not known yet nothing goes.
    this.#part = settings.share === 'group' ? 0 : 1;
    this.#eps = eps;
    if (eps !== undefined) this.#events = new TokenBucket(eps * this.#part, this.#burst(eps), now);
    if (bytesPerSecond !== undefined)
      this.#bytes = new TokenBucket(bytesPerSecond * this.#part, bytesPerSecond * BURST_SECONDS * this.#part, now);
    this.#setLimits(now);
  }

  /** No slice may hold more events, or (but for a single event) bytes, than this. */
  get sliceEvents(): number {
    return this.#sliceEvents;
  }

  get sliceBytes(): number {
    return this.#sliceBytes;
  }

  /** Events a second, over the last ten seconds. */
  get usedEps(): number {
    return this.#meter.perSecond(this.#clock.monotonic());
  }

  /** What is allowed at present: the part of the limits, and events a second (undefined: any). */
  inForce(): PartInForce {
    this.#adapt(this.#clock.monotonic());
    const { bytesPerSecond } = this.#settings;
    const part = this.#part;
    const times = (limit: number | undefined): number | undefined => limit && limit * part;
    return { part, eps: times(this.#eps), bytesPerSecond: times(bytesPerSecond) };
  }

  /** Events that may go in a second; where bytes are limited, so many of average size. Undefined: any. */
  eventsPerSecond({ writtenBytes, writtenEvents }: Written): number | undefined {
    const { eps, bytesPerSecond } = this.inForce();
    const size = writtenEvents === 0 ? USUAL_BYTES : writtenBytes / writtenEvents;
    const most = Math.min(eps ?? Infinity, (bytesPerSecond ?? Infinity) / size);
    return most === Infinity ? undefined : most;
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
    if (this.#part === 0) return Infinity;
    return Math.max(this.#events?.waitMs(events, now) ?? 0, this.#bytes?.waitMs(bytes, now) ?? 0);
  }

  #adapt(now: number): void {
    if ((this.#events === undefined && this.#bytes === undefined) || now < this.#lookAt) return;
    this.#lookAt = now + LOOK_MS;
    const { eps, catchUpEps, share } = this.#settings;
    const { isBehind, part, onPart } = this.#deps;
    const [ours, wanted] = [share === 'group' ? part() : 1, catchUpEps !== undefined && isBehind() ? catchUpEps : eps];
    if (ours === this.#part && wanted === this.#eps) return;
    const isOther = ours !== this.#part;
    [this.#part, this.#eps] = [ours, wanted];
    this.#setLimits(now);
    if (isOther) onPart(this.inForce());
  }

  #setLimits(now: number): void {
    const { bytesPerSecond, eps, catchUpEps = eps } = this.#settings;
    if (this.#eps !== undefined) this.#events?.setRate(this.#eps * this.#part, this.#burst(this.#eps), now);
    // Half a bucket, so that the other half can fill while a timer is late.
    if (eps !== undefined && catchUpEps !== undefined)
      this.#sliceEvents = Math.max(1, Math.floor(this.#burst(Math.min(eps, catchUpEps)) / 2));
    if (bytesPerSecond === undefined) return;
    const bytes = bytesPerSecond * this.#part;
    this.#bytes?.setRate(bytes, bytes * BURST_SECONDS, now);
    this.#sliceBytes = (bytes * BURST_SECONDS) / 2;
  }

  #burst(eps: number): number {
    return Math.max(1, (this.#settings.burst ?? eps * BURST_SECONDS) * this.#part);
  }
}
