/**
 * The global memory bound. Bytes are reserved *before* a pull and given back when its batch is settled; nothing downstream has a
 * limit of its own. Waiters are served strictly in order, so a shard that wants much is not starved by many that want little.
 */

/** What one batch holds of the budget. Exactly one `release` ends it; later ones do nothing. */
export interface Reservation {
  readonly bytes: number;
  /** Replaces the estimate by what is really held. Never waits: what is already in memory can't be refused, only the next pull can. */
  correct(bytes: number): void;
  release(): void;
}

interface Waiter {
  readonly bytes: number;
  readonly admit: (reservation: Reservation) => void;
}

export class ByteBudget {
  readonly limitBytes: number;
  readonly #waiters: Waiter[] = [];
  #reserved = 0;

  /** @param limitBytes more than 0. */
  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  get reservedBytes(): number {
    return this.#reserved;
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  /**
   * Waits for `bytes` of room. A request larger than the whole budget is admitted when nothing else is in flight.
   * @returns undefined when the signal aborts first.
   */
  reserve(bytes: number, signal: AbortSignal): Promise<Reservation | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    if (this.#waiters.length === 0 && this.#fits(bytes)) return Promise.resolve(this.#grant(bytes));
    return new Promise((resolve) => {
      const waiter: Waiter = {
        bytes,
        admit: (reservation) => {
          signal.removeEventListener('abort', giveUp);
          resolve(reservation);
        },
      };
      const giveUp = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        resolve(undefined);
        this.#admit();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiters.push(waiter);
    });
  }

  #fits(bytes: number): boolean {
    return this.#reserved === 0 || this.#reserved + bytes <= this.limitBytes;
  }

  #grant(bytes: number): Reservation {
    let held = bytes;
    let open = true;
    this.#reserved += held;
    const correct = (next: number): void => {
      if (!open) return;
      this.#reserved += next - held;
      held = next;
      this.#admit();
    };
    return {
      get bytes() {
        return held;
      },
      correct,
      release: () => {
        correct(0);
        open = false;
      },
    };
  }

  #admit(): void {
    for (let first = this.#waiters[0]; first !== undefined && this.#fits(first.bytes); first = this.#waiters[0]) {
      this.#waiters.shift();
      first.admit(this.#grant(first.bytes));
    }
  }
}
