import type { Clock } from '../flow/clock.js';
import type { Log } from '../model/log.js';
import { describeSkew } from './errors.js';

/** The service accepts 15 minutes; its Date has whole seconds and was a network trip under way. */
const NOTICEABLE_MS = 60_000;

/** What time it is at the service: ours, until the service has refused it once. */
export class ServiceTime {
  readonly #clock: Clock;
  readonly #log: Log;
  #offsetMs = 0;

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

  /**
   * Takes over the service's clock after it refused ours.
   *
   * @param usedMs the offset the refused request was signed with.
   * @returns whether signing again can help.
   */
  correct(skewMs: number | undefined, usedMs: number): boolean {
    if (skewMs === undefined || Math.abs(skewMs - usedMs) < NOTICEABLE_MS) return false;
    if (Math.abs(skewMs - this.#offsetMs) >= NOTICEABLE_MS) {
      this.#offsetMs = skewMs;
      const line = `${describeSkew(skewMs)}: requests are signed with the corrected time; set the clock of this machine`;
      this.#log.warn({ skewMs }, line);
    }
    return true;
  }
}
