/**
 * The batches of one shard between pull and settled, and what follows from them: how far everything has arrived, and the watermark, the
 * highest position with everything before it settled. `track` hands out the one entry to move, so nobody can move
 * another's; both positions are derived, never assigned.
 *
 *     settled  settled  open  settled  open
 *              ^ watermark
 */
/** How one batch in flight goes on. Calling either twice does nothing. */
export interface InFlightEntry {
  /** It needs no memory any more: it is believed to be delivered. */
  arrived(): void;
  /** It is proven to be delivered. */
  settle(): void;
}

/** A class, and not closures: there may be tens of thousands of them. */
class Entry<T> implements InFlightEntry {
  readonly position: T;
  readonly #moved: (what: 'arrived' | 'settled') => void;
  hasArrived = false;
  isSettled = false;

  constructor(position: T, moved: (what: 'arrived' | 'settled') => void) {
    this.position = position;
    this.#moved = moved;
  }

  arrived(): void {
    if (this.hasArrived) return;
    this.hasArrived = true;
    this.#moved('arrived');
  }

  settle(): void {
    this.isSettled = true;
    if (this.hasArrived) this.#moved('settled');
    else this.arrived();
  }
}

export class InFlightWindow<T> {
  readonly #capacity: number;
  readonly #entries: Entry<T>[] = [];
  readonly #wakers = new Set<() => void>();
  /** How many entries from the front have arrived. */
  #arrivedCount = 0;
  #heldCount = 0;
  #watermark: T | undefined;
  #arrived: T | undefined;
  readonly #moved = (what: 'arrived' | 'settled'): void => {
    if (what === 'arrived') this.#heldCount -= 1;
    this.#advance();
  };

  /** @param capacity how many batches may be held in memory at once, at least 1. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Batches that are not settled. */
  get size(): number {
    return this.#entries.length;
  }

  /** Batches that are not settled and have not arrived. */
  get held(): number {
    return this.#heldCount;
  }

  /** Undefined until the first batch is settled. */
  get watermark(): T | undefined {
    return this.#watermark;
  }

  /** The highest position with everything before it arrived: at or behind the watermark. Undefined until the first batch has arrived. */
  get arrived(): T | undefined {
    return this.#arrived;
  }

  /** Where the first batch ends that is not settled; undefined if there is none. */
  get first(): T | undefined {
    return this.#entries[0]?.position;
  }

  /** Where the first batch ends that has not arrived; undefined if there is none. */
  get oldest(): T | undefined {
    return this.#entries[this.#arrivedCount]?.position;
  }

  /** Enters a batch that ends at `position`. */
  track(position: T): InFlightEntry {
    const entry = new Entry(position, this.#moved);
    this.#entries.push(entry);
    this.#heldCount += 1;
    return entry;
  }

  /** Resolves when another batch may enter, or when the signal aborts. */
  whenRoom(signal: AbortSignal): Promise<void> {
    return this.#when(() => this.#heldCount < this.#capacity, signal);
  }

  /** Resolves when everything has arrived, or when the signal aborts. */
  whenArrived(signal: AbortSignal): Promise<void> {
    return this.#when(() => this.#heldCount === 0, signal);
  }

  /** Resolves when nothing is in flight, or when the signal aborts. */
  whenEmpty(signal: AbortSignal): Promise<void> {
    return this.#when(() => this.#entries.length === 0, signal);
  }

  #advance(): void {
    for (
      let next = this.#entries[this.#arrivedCount];
      next?.hasArrived === true;
      next = this.#entries[this.#arrivedCount]
    ) {
      this.#arrived = next.position;
      this.#arrivedCount += 1;
    }
    for (let first = this.#entries[0]; first?.isSettled === true; first = this.#entries[0]) {
      this.#watermark = first.position;
      this.#arrivedCount -= 1;
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
