import type { Clock } from '../flow/clock.js';
import type { Log } from '../model/log.js';
import { describeSkew } from './errors.js';

/** The service's Date has whole seconds and was a network trip under way. */
const NOTICEABLE_MS = 60_000;
/** A smaller difference is corrected and not reported. */
const WORTH_A_WARNING_MS = 5 * 60_000;
/** The service refuses more, so a reply to an accepted request that says more has somebody else's Date. */
const ACCEPTED_MS = 15 * 60_000;
/** How often accepted replies are looked at. */
const LOOK_MS = 60_000;

/** What time it is at the service, by the `Date` of its replies. */
export class ServiceTime {
  readonly #clock: Clock;
  readonly #log: Log;
  #offsetMs = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #isSaid = false;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** What is added to this machine's clock, milliseconds. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** The service's clock minus ours by the `Date` of a reply, undefined if it has none. */
  measure(date: string | undefined): number | undefined {
    const skewMs = Date.parse(date ?? '') - this.#clock.now();
    return Number.isFinite(skewMs) ? skewMs : undefined;
  }

  /** Follows the service's clock before it begins to refuse ours. @param usedMs the offset an accepted request was signed with. */
  follow(date: string | undefined, usedMs: number): void {
    const now = this.#clock.monotonic();
    if (now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    const skewMs = this.measure(date);
    if (skewMs === undefined || Math.abs(skewMs - usedMs) > ACCEPTED_MS) return;
    if (Math.abs(skewMs - this.#offsetMs) >= NOTICEABLE_MS) this.#set(skewMs);
  }

  /**
   * Takes over the service's clock after it refused ours.
   *
   * @param usedMs the offset the refused request was signed with.
   * @returns whether signing again can help.
   */
  correct(skewMs: number | undefined, usedMs: number): boolean {
    if (skewMs === undefined || Math.abs(skewMs - usedMs) < NOTICEABLE_MS) return false;
    if (Math.abs(skewMs - this.#offsetMs) >= NOTICEABLE_MS) this.#set(skewMs);
    return true;
  }

  #set(skewMs: number): void {
    this.#offsetMs = skewMs;
    if (Math.abs(skewMs) >= WORTH_A_WARNING_MS) {
      const line = `${describeSkew(skewMs)}: requests are signed with the corrected time; set the clock of this machine`;
      this.#log.warn({ skewMs }, line);
      this.#isSaid = true;
    } else if (this.#isSaid) {
      this.#log.info({ skewMs }, "this machine's clock agrees with the service's again");
      this.#isSaid = false;
    }
  }
}
