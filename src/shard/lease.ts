import type { Clock } from '../flow/clock.js';

/** A point in time on both clocks, milliseconds. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

const NEVER: Moment = { monotonic: Number.NEGATIVE_INFINITY, wall: Number.NEGATIVE_INFINITY };

/**
 * Our belief that the shards of the last heartbeat reply are ours, until the service would have given them away. Everything that
 * sends or commits asks `held()` first: after a stall of the process (SIGSTOP, a suspended VM, a blocked event loop) no timer of ours
 * has fired yet, but the clocks tell the truth. Both of them: the monotonic clock of Linux stops while a machine is suspended, and the wall clock
 * may be set back. Whichever says that the time is over is believed: a lease given up too soon costs duplicates of what is in flight.
 */
export class Lease {
  readonly #clock: Clock;
  #durationMs: number;
  #expires: Moment = NEVER;

  /** @param durationMs the group's heartbeat timeout. */
  constructor(clock: Clock, durationMs: number) {
    this.#clock = clock;
    this.#durationMs = durationMs;
  }

  held(): boolean {
    return this.remainingMs > 0;
  }

  /** Milliseconds until it runs out; 0 when it has. */
  get remainingMs(): number {
    const { monotonic, wall } = this.#expires;
    return Math.max(0, Math.min(monotonic - this.#clock.monotonic(), wall - this.#clock.now()));
  }

  /** To be asked right before a heartbeat is sent. */
  moment(): Moment {
    return { monotonic: this.#clock.monotonic(), wall: this.#clock.now() };
  }

  /** @param sent when the accepted heartbeat was *sent*: the service counts from when it received it, which is later. */
  renew(sent: Moment): void {
    this.#expires = { monotonic: sent.monotonic + this.#durationMs, wall: sent.wall + this.#durationMs };
  }

  /** From the next renewal on. */
  lastFor(ms: number): void {
    this.#durationMs = ms;
  }

  lose(): void {
    this.#expires = NEVER;
  }
}
