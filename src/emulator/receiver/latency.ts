import type { LatencyStats } from './contract.js';

/** Sixteen steps to every doubling: a percentile is right within 4 %. */
const STEPS = 16;
const SIZE = 40 * STEPS;

/** Delays in milliseconds in a fixed number of buckets. */
export class LatencyHistogram {
  readonly #buckets = new Float64Array(SIZE);
  #count = 0;
  #max = 0;

  add(ms: number): void {
    const delay = Math.max(0, ms);
    const bucket = Math.min(SIZE - 1, Math.round(Math.log2(delay + 1) * STEPS));
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count++;
    if (delay > this.#max) this.#max = delay;
  }

  stats(): LatencyStats {
    return { count: this.#count, p50: this.#percentile(0.5), p99: this.#percentile(0.99), max: this.#max };
  }

  #percentile(share: number): number {
    let left = this.#count * share;
    if (left === 0) return 0;
    const bucket = this.#buckets.findIndex((count) => (left -= count) <= 0);
    return Math.min(this.#max, Math.round(2 ** (bucket / STEPS) - 1));
  }
}
