import type { Clock } from '../../flow/clock.js';

/** The service's clock: the machine's, moved by as much as one wants to see clients cope with. */
export class ServiceClock implements Clock {
  skewMs: number;
  readonly #clock: Clock;

  constructor(clock: Clock, skewMs: number) {
    this.#clock = clock;
    this.skewMs = skewMs;
  }

  now(): number {
    return this.#clock.now() + this.skewMs;
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  timer(ms: number, callback: () => void, options?: { readonly unref?: boolean }): () => void {
    return this.#clock.timer(ms, callback, options);
  }
}
