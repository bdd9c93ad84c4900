const SECONDS = 10;

/** How many a second, on average over the last ten whole seconds. Pure: the time comes from outside, in milliseconds. */
export class RateMeter {
  readonly #counts = new Float64Array(SECONDS + 1);
  #second: number;

  constructor(now: number) {
    this.#second = Math.floor(now / 1_000);
  }

  add(count: number, now: number): void {
    this.#turn(now);
    const slot = this.#second % this.#counts.length;
    this.#counts[slot] = (this.#counts[slot] ?? 0) + count;
  }

  perSecond(now: number): number {
    this.#turn(now);
    const current = this.#counts[this.#second % this.#counts.length] ?? 0;
    return (this.#counts.reduce((sum, count) => sum + count, 0) - current) / SECONDS;
  }

  /** Clears the slots of the seconds that began since the last call. */
  #turn(now: number): void {
    const second = Math.floor(now / 1_000);
    for (let next = Math.max(this.#second + 1, second - SECONDS); next <= second; next++) {
      this.#counts[next % this.#counts.length] = 0;
    }
    this.#second = second;
  }
}
