/** How long to wait before trying again: exponential, full jitter, honouring a server's hint. */
export interface BackoffSettings {
  readonly initialMs: number;
  readonly maxMs: number;
}

export class Backoff {
  readonly #settings: BackoffSettings;
  readonly #random: () => number;
  #attempt = 0;

  /** @param random uniform in [0, 1); a door so that tests own chance. */
  constructor(settings: BackoffSettings, random: () => number = Math.random) {
    this.#settings = settings;
    this.#random = random;
  }

  /** Failures since the last {@link reset}. */
  get attempts(): number {
    return this.#attempt;
  }

  /**
   * The next delay in milliseconds, uniform in (0, min(max, initial × 2^attempt)], but never below the server's hint.
   * Full jitter spreads a crowd best; the lower bound of a tenth keeps one client from hammering.
   */
  next(hintMs = 0): number {
    const { initialMs, maxMs } = this.#settings;
    const ceiling = Math.min(maxMs, initialMs * 2 ** Math.min(this.#attempt, 30));
    this.#attempt += 1;
    return Math.max(hintMs, ceiling / 10, this.#random() * ceiling);
  }

  reset(): void {
    this.#attempt = 0;
  }
}
