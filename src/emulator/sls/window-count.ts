/** A sum over windows of time that follow one another, and the most there was in one of them. */
export class WindowCount {
  readonly #windowMs: number;
  #window = 0;
  #sum = 0;
  #peak = 0;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  get peak(): number {
    return this.#peak;
  }

  /** The sum of the running window. @param now unix milliseconds */
  at(now: number): number {
    const window = Math.floor(now / this.#windowMs);
    if (window !== this.#window) {
      this.#window = window;
      this.#sum = 0;
    }
    return this.#sum;
  }

  /** @param now unix milliseconds */
  add(amount: number, now: number): void {
    this.#sum = this.at(now) + amount;
    this.#peak = Math.max(this.#peak, this.#sum);
  }
}
