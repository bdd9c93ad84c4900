import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../src/flow/clock.js';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. Monotonic and wall time differ by a fixed offset, as they do in life. */
export class ManualClock implements Clock {
  readonly #timers = new Set<Timer>();
  readonly #wallOffset: number;
  #time = 1_000;
  #order = 0;

  /** @param startsAt wall time at which it begins, unix milliseconds. */
  constructor(startsAt = 1_700_000_001_000) {
    this.#wallOffset = startsAt - this.#time;
  }

  now(): number {
    return this.#time + this.#wallOffset;
  }

  monotonic(): number {
    return this.#time;
  }

  timer(ms: number, callback: () => void): () => void {
    const timer = { at: this.#time + Math.max(0, ms), order: this.#order++, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers not yet fired or cancelled. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves time on, firing what is due in order; between two timers everything that is ready to run runs. */
  async advance(ms: number): Promise<void> {
    const end = this.#time + ms;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#time = Math.max(this.#time, next.at);
      this.#timers.delete(next);
      next.callback();
      await settle();
    }
    this.#time = end;
    await settle();
  }

  /** Time passes without any timer firing: a stopped process, a suspended machine. */
  freeze(ms: number): void {
    this.#time += ms;
  }

  /** After {@link freeze}: all timers that are late fire before anything else is heard, as in a process that wakes. */
  wake(): void {
    for (let next = this.#next(this.#time); next !== undefined; next = this.#next(this.#time)) {
      this.#timers.delete(next);
      next.callback();
    }
  }

  #next(end: number): Timer | undefined {
    const due = [...this.#timers].filter((timer) => timer.at <= end);
    return due.sort((a, b) => a.at - b.at || a.order - b.order)[0];
  }
}

/** Lets every promise that can settle do so. */
export async function settle(turns = 3): Promise<void> {
  for (let left = turns; left > 0; left--) await turn();
}
