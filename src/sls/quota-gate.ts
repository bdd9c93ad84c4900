import { ForwarderError } from '../errors/forwarder-error.js';
import { Backoff } from '../flow/backoff.js';
import type { Clock } from '../flow/clock.js';

const PAUSES = { initialMs: 1000, maxMs: 30_000 };

/**
 * Holds back all pulls of a project for a while once the service has refused one for the project's quota: asking with every shard would only use up
 * more of it. What is held back fails at once, without a request, and says how long to wait, so that nobody holds memory meanwhile.
 */
export class QuotaGate {
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #random: () => number;
  #shutAt = 0;
  #shutMs = 0;

  /** @param random uniform in [0, 1) */
  constructor(clock: Clock, random: () => number = Math.random) {
    this.#clock = clock;
    this.#backoff = new Backoff(PAUSES, random);
    this.#random = random;
  }

  /** Pulls are held back. */
  get isShut(): boolean {
    return this.#leftMs > 0;
  }

  /** @throws ForwarderError SLS_QUOTA while pulls are held back */
  check(what: string): void {
    const leftMs = this.#leftMs;
    if (leftMs <= 0) return;
    // Not all at once afterwards.
    const retryAfterMs = leftMs + this.#random() * this.#shutMs;
    throw new ForwarderError('SLS_QUOTA', `${what}: held back, the service limits this project`, { retryAfterMs });
  }

  /** The service refused one. Refusals of what was under way then are no news. @param startedAt monotonic ms */
  refused(startedAt: number, hintMs: number | undefined): void {
    if (startedAt < this.#shutAt || this.#leftMs > 0) return;
    this.#shutAt = this.#clock.monotonic();
    this.#shutMs = this.#backoff.next(hintMs);
  }

  /** The service answered one that was asked after all that. @param startedAt monotonic ms */
  passed(startedAt: number): void {
    if (this.#shutMs === 0 || startedAt < this.#shutAt + this.#shutMs) return;
    this.#shutMs = 0;
    this.#backoff.reset();
  }

  get #leftMs(): number {
    return this.#shutMs === 0 ? 0 : this.#shutAt + this.#shutMs - this.#clock.monotonic();
  }
}
