import type { HistogramSnapshot } from '../model/snapshot.js';
import type { Clock } from './clock.js';

/** Upper bounds, milliseconds: what a batch does in a fraction of a millisecond as well as what a stalled receiver makes of it. */
export const BUCKETS_MS = [
  ...[0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500],
  ...[1_000, 2_500, 5_000, 10_000, 30_000, 60_000],
] as const;

/** Counts durations in fixed buckets. For what happens once a batch: an observation is a short search and two additions. */
export class Histogram {
  readonly #counts = new Array<number>(BUCKETS_MS.length + 1).fill(0);
  #sumMs = 0;

  /** @param ms below 0, as clocks may have it, counts as 0. */
  observe(ms: number): void {
    const found = BUCKETS_MS.findIndex((bound) => ms <= bound);
    const bucket = found < 0 ? BUCKETS_MS.length : found;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sumMs += Math.max(0, ms);
  }

  /** Counts how long the work took from now on, if it succeeds; settles as it does. */
  async time<Result>(clock: Clock, work: Promise<Result>): Promise<Result> {
    const startedAt = clock.monotonic();
    const result = await work;
    this.observe(clock.monotonic() - startedAt);
    return result;
  }

  add(other: Histogram): void {
    other.#counts.forEach((count, bucket) => (this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count));
    this.#sumMs += other.#sumMs;
  }

  snapshot(): HistogramSnapshot {
    return { counts: [...this.#counts], sumMs: this.#sumMs };
  }
}
