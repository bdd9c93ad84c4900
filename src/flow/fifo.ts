/** An unbounded first-in-first-out hand-over between two loops. What bounds it stands upstream (window and byte budget). */
export class Fifo<T> {
  readonly #items: T[] = [];
  #closed = false;
  #wake: (() => void) | undefined;

  push(item: T): void {
    this.#items.push(item);
    this.#wake?.();
  }

  /** No more items will come; the reader sees those that are left, then undefined. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** The next item, or undefined once closed and empty. One reader at a time. */
  async shift(): Promise<T | undefined> {
    while (this.#items.length === 0 && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#items.shift();
  }
}
