/**
 * The batches of one shard between pull and settled, and what follows from them: the watermark, the highest position with
 * everything before it settled. `track` hands out the one function that settles that entry, so nobody can settle another's; the
 * watermark is derived, never assigned.
 *
 *     settled  settled  open  settled  open
 *              ^ watermark
 */
interface Entry<T> {
  readonly position: T;
  settled: boolean;
}

export class InFlightWindow<T> {
  readonly #capacity: number;
  readonly #entries: Entry<T>[] = [];
  readonly #wakers = new Set<() => void>();
  #watermark: T | undefined;

  /** @param capacity how many batches may be in flight at once, at least 1. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Undefined until the first batch is settled. */
  get watermark(): T | undefined {
    return this.#watermark;
  }

  /** Where the first batch in flight ends; undefined if there is none. */
  get oldest(): T | undefined {
    return this.#entries[0]?.position;
  }

  /** Enters a batch that ends at `position`. The returned function settles it; calling it twice does nothing. */
  track(position: T): () => void {
    const entry: Entry<T> = { position, settled: false };
    this.#entries.push(entry);
    return () => {
      entry.settled = true;
      this.#advance();
    };
  }

  /** Resolves when another batch may enter, or when the signal aborts. */
  whenRoom(signal: AbortSignal): Promise<void> {
    return this.#when(() => this.#entries.length < this.#capacity, signal);
  }

  /** Resolves when nothing is in flight, or when the signal aborts. */
  whenEmpty(signal: AbortSignal): Promise<void> {
    return this.#when(() => this.#entries.length === 0, signal);
  }

  #advance(): void {
    for (let first = this.#entries[0]; first?.settled === true; first = this.#entries[0]) {
      this.#watermark = first.position;
      this.#entries.shift();
    }
    for (const wake of [...this.#wakers]) wake();
  }

  #when(condition: () => boolean, signal: AbortSignal): Promise<void> {
    if (condition() || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        if (!condition() && !signal.aborted) return;
        this.#wakers.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#wakers.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}
