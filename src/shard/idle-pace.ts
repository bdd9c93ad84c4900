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
 * How long to wait at the tip of a shard before asking again. Most shards of most logstores are idle most of the time, and every question
 * costs: so the pause grows slowly when nothing has come for a minute, and is short again with the first event.
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

  /** Nothing came. @returns the pause, milliseconds */
  next(now: number): number {
    if (now - this.#dataAt > LATELY_MS) this.#pauseMs = Math.min(this.#pauseMs * GROWTH, this.#settings.idlePollMaxMs);
    return this.#pauseMs;
  }
}
