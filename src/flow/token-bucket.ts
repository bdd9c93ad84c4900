/**
 * A token bucket: fills at `perSecond` up to `burst`, starts full. Over any `t` seconds it gives at most `burst + perSecond × t`. Pure: the
 * time comes from outside, in milliseconds of a clock that never jumps.
 */
export class TokenBucket {
  #perSecond: number;
  #burst: number;
  #tokens: number;
  #at: number;

  /** @param burst at least what is usually taken at once. */
  constructor(perSecond: number, burst: number, now: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now;
  }

  /** From `now` on it fills at another rate, up to another level. */
  setRate(perSecond: number, burst: number, now: number): void {
    this.#fill(now);
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /**
   * Milliseconds until `count` may be taken; 0 means now. What is larger than the bucket may go when that is full, and leaves a debt:
   * it can't be cut, and must not wait without end.
   */
  waitMs(count: number, now: number): number {
    this.#fill(now);
    const missing = Math.min(count, this.#burst) - this.#tokens;
    return missing <= 0 ? 0 : (missing / this.#perSecond) * 1_000;
  }

  take(count: number, now: number): void {
    this.#fill(now);
    this.#tokens -= count;
  }

  #fill(now: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1_000) * this.#perSecond);
    this.#at = now;
  }
}
