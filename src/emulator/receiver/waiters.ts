import { ForwarderError } from '../../errors/forwarder-error.js';
import type { Clock } from '../../flow/clock.js';
import type { Awaited, ReceiverStats } from './contract.js';

interface Waiter {
  readonly awaited: Awaited;
  readonly reached: (stats: ReceiverStats) => void;
  readonly missed: (error: ForwarderError) => void;
  readonly cancelTimer: () => void;
}

/** Those who wait for counts to be reached. */
export class Waiters {
  readonly #clock: Clock;
  readonly #stats: () => ReceiverStats;
  readonly #waiters = new Set<Waiter>();

  constructor(clock: Clock, stats: () => ReceiverStats) {
    this.#clock = clock;
    this.#stats = stats;
  }

  get size(): number {
    return this.#waiters.size;
  }

  add(awaited: Awaited, timeoutMs: number): Promise<ReceiverStats> {
    return new Promise((reached, missed) => {
      const cancelTimer = this.#clock.timer(timeoutMs, () => this.#miss(waiter, `within ${timeoutMs} ms`));
      const waiter: Waiter = { awaited, reached, missed, cancelTimer };
      this.#waiters.add(waiter);
    });
  }

  /** Something was counted. */
  check(has: (awaited: Awaited) => boolean): void {
    for (const waiter of this.#waiters) {
      if (!has(waiter.awaited)) continue;
      this.#remove(waiter);
      waiter.reached(this.#stats());
    }
  }

  /** The receiver stops. */
  abandon(): void {
    for (const waiter of this.#waiters) this.#miss(waiter, 'before it was stopped');
  }

  #miss(waiter: Waiter, when: string): void {
    this.#remove(waiter);
    const { events, bytes, connections, sequence } = this.#stats();
    const reached = { events, bytes, connections: connections.total, closed: connections.closed, ...sequence };
    const text = `the receiver did not get ${JSON.stringify(waiter.awaited)} ${when}, only ${JSON.stringify(reached)}`;
    waiter.missed(new ForwarderError('INTERNAL', text));
  }

  #remove(waiter: Waiter): void {
    this.#waiters.delete(waiter);
    waiter.cancelTimer();
  }
}
