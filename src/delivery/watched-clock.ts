import type { Clock } from '../flow/clock.js';

/** Somebody looks at least this often while anything waits for proof. */
const LONGEST_MS = 2_000;
/** However little time proves something: beats are further apart than nothing. */
const LEAST_MS = 500;

/**
 * A clock whose monotonic time runs only while somebody looks. When a process was stopped, or its event loop blocked, its timers fire before
 * it hears what its sockets have met meanwhile: time that passed unwatched proves nothing. So of the time between two looks no more counts than
 * there should be.
 */
export class WatchedClock implements Clock {
  readonly now: Clock['now'];
  readonly timer: Clock['timer'];
  readonly #clock: Clock;
  readonly #longestMs: number;
  #watchedMs: number;
  #seenAt: number;

  /** @param proofMs how much watched time proves something, milliseconds: one gap counts for no more than half of it. */
  constructor(clock: Clock, proofMs: number) {
    this.now = () => clock.now();
    this.timer = (ms, callback, options) => clock.timer(ms, callback, options);
    this.#clock = clock;
    this.#longestMs = Math.min(LONGEST_MS, Math.max(LEAST_MS, proofMs / 2));
    this.#watchedMs = this.#seenAt = clock.monotonic();
  }

  monotonic(): number {
    return this.#watchedMs + Math.min(this.#clock.monotonic() - this.#seenAt, this.#longestMs);
  }

  /** Somebody looks now. */
  seen(): void {
    this.#watchedMs = this.monotonic();
    this.#seenAt = this.#clock.monotonic();
  }
}
