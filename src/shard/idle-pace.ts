export interface IdlePaceSettings {
  /** Pause at the tip of a shard that has had data lately. */
  readonly idlePollMs: number;
  /** Longest pause, for a shard that has had none for long. */
  readonly idlePollMaxMs: number;
}

/** A shard without data for so long has no event anybody waits for by the tenth of a second. */
const LATELY_MS = 60_000;
const GROWTH = 1.1;

/**
 * When to ask again at the tip of a shard. Most shards of most logstores are idle most of the time, and every question costs: so the pause grows
 * slowly when nothing has come for a minute, and is short again with the first event.
 *
 * All shards ask at the same beats of the clock: 64 questions one behind the other wake the process once instead of 64 times, which halves what
 * each costs.
 */
export class IdlePace {
  readonly #settings: IdlePaceSettings;
  #pauseMs: number;
  #dataAt: number;

  /** @param now monotonic milliseconds */
  constructor(settings: IdlePaceSettings, now: number) {
    this.#settings = settings;
    this.#pauseMs = settings.idlePollMs;
    this.#dataAt = now;
  }

  /** Something came. */
  woke(now: number): void {
    this.#dataAt = now;
    this.#pauseMs = this.#settings.idlePollMs;
  }

  /** Nothing came. @returns when to ask again, monotonic milliseconds */
  next(now: number): number {
    const { idlePollMs, idlePollMaxMs } = this.#settings;
    if (now - this.#dataAt > LATELY_MS) this.#pauseMs = Math.min(this.#pauseMs * GROWTH, idlePollMaxMs);
    return Math.floor((now + this.#pauseMs) / idlePollMs) * idlePollMs;
  }
}
