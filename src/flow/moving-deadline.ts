import type { Clock } from './clock.js';

const UNREF = { unref: true };

/** Calls back when a deadline has passed that mostly moves on before. One timer for many moves: when it fires it looks when that would be by now. */
export class MovingDeadline {
  readonly #clock: Clock;
  readonly #at: () => number;
  readonly #onPassed: () => void;
  #timer: { readonly cancel: () => void; readonly at: number } | undefined;

  /** @param at the deadline as it stands, monotonic ms. */
  constructor(clock: Clock, at: () => number, onPassed: () => void) {
    this.#clock = clock;
    this.#at = at;
    this.#onPassed = onPassed;
  }

  /** To be called when it begins, and when it may have come nearer. */
  watch(): void {
    const at = this.#at();
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.cancel();
    const cancel = this.#clock.timer(Math.max(0, at - this.#clock.monotonic()), () => this.#look(), UNREF);
    this.#timer = { cancel, at };
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #look(): void {
    this.#timer = undefined;
    if (this.#clock.monotonic() < this.#at()) this.watch();
    else this.#onPassed();
  }
}
