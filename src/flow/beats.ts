import type { Clock } from './clock.js';

interface Beat<Item> {
  readonly items: Set<Item>;
  readonly cancel: () => void;
}

/** Things that are due at times which many of them share: one timer a time, and all of a time at once. */
export class Beats<Item> {
  readonly #clock: Clock;
  readonly #due: (items: readonly Item[]) => void;
  readonly #beats = new Map<number, Beat<Item>>();

  constructor(clock: Clock, due: (items: readonly Item[]) => void) {
    this.#clock = clock;
    this.#due = due;
  }

  /** @param at monotonic ms */
  add(at: number, item: Item): void {
    const known = this.#beats.get(at);
    if (known !== undefined) {
      known.items.add(item);
      return;
    }
    const items = new Set([item]);
    const cancel = this.#clock.timer(Math.max(0, at - this.#clock.monotonic()), () => {
      this.#beats.delete(at);
      this.#due([...items]);
    });
    this.#beats.set(at, { items, cancel });
  }

  /** What is not to come any more; nothing where it has come already. A time without anything left has no timer that would hold the process. */
  remove(item: Item): void {
    for (const [at, { items, cancel }] of this.#beats) {
      if (!items.delete(item) || items.size > 0) continue;
      this.#beats.delete(at);
      cancel();
    }
  }
}
