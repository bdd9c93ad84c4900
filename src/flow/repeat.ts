import { sleep, type Clock } from './clock.js';

export interface RepeatSettings {
  readonly clock: Clock;
  /** From the end of one turn to the next. */
  readonly intervalMs: number;
  /** `later`: the first turn comes after an interval. */
  readonly first: 'now' | 'later';
}

/** Does something again and again, one turn at a time, until it is stopped. */
export class Repeat {
  readonly #settings: RepeatSettings;
  readonly #turn: (signal: AbortSignal) => Promise<void>;
  readonly #ended = new AbortController();
  #running: Promise<void> = Promise.resolve();

  /** @param turn must not fail; the signal tells it to leave. */
  constructor(settings: RepeatSettings, turn: (signal: AbortSignal) => Promise<void>) {
    this.#settings = settings;
    this.#turn = turn;
  }

  start(): void {
    this.#running = this.#run(this.#ended.signal);
  }

  /** Resolves when the turn under way, if there is one, is over. */
  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, intervalMs, first } = this.#settings;
    if (first === 'later') await sleep(clock, intervalMs, signal);
    while (!signal.aborted) {
      await this.#turn(signal);
      await sleep(clock, intervalMs, signal);
    }
  }
}
