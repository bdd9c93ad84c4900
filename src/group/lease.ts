import type { Clock } from '../flow/clock.js';

/**
 * Our belief that the shards of the last heartbeat reply are ours, until the service would have given them away. Everything that
 * sends or commits asks `held()` first: after a stall of the process (SIGSTOP, a suspended VM, a blocked event loop) no timer of ours
 * has fired yet, but the clock tells the truth.
 */
export class Lease {
  readonly #clock: Clock;
  readonly #durationMs: number;
  #expiresAt = Number.NEGATIVE_INFINITY;

  /** @param durationMs the group's heartbeat timeout. */
  constructor(clock: Clock, durationMs: number) {
    this.#clock = clock;
    this.#durationMs = durationMs;
  }

  held(): boolean {
    return this.#clock.monotonic() < this.#expiresAt;
  }

  /** Milliseconds until it runs out; 0 when it has. */
  get remainingMs(): number {
    return Math.max(0, this.#expiresAt - this.#clock.monotonic());
  }

  /** @param sentAt when the accepted heartbeat was *sent* (monotonic): the service counts from when it received it, which is later. */
  renew(sentAt: number): void {
    this.#expiresAt = sentAt + this.#durationMs;
  }

  lose(): void {
    this.#expiresAt = Number.NEGATIVE_INFINITY;
  }
}
