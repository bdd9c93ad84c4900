/**
 * The memory bound of one destination. Bytes are reserved *before* a pull and given back when its batch is settled; nothing downstream has a limit
 * of its own. Because everything behind it is first come, first served, who is let in here decides who gets how much of the destination: those
 * that wait are let in by weight (start-time fair queueing), those of one share strictly in order, so a shard that wants much is not starved by
 * many that want little.
 */

/** What one batch holds of the budget. Exactly one `release` ends it; later ones do nothing. */
export interface Reservation {
  readonly bytes: number;
  /** Replaces the estimate by what is really held. Never waits: what is already in memory can't be refused, only the next pull can. */
  correct(bytes: number): void;
  /** Gives a part of it back before the end. */
  giveBack(bytes: number): void;
  release(): void;
}

/** A pipeline's way into the budget. */
export interface BudgetShare {
  /**
   * Waits for `bytes` of room. A request larger than the whole budget is admitted when nothing else is in flight.
   * @returns undefined when the signal aborts first.
   */
  reserve(bytes: number, signal: AbortSignal): Promise<Reservation | undefined>;
}

interface Waiter {
  readonly bytes: number;
  readonly admit: (reservation: Reservation) => void;
}

interface Share {
  readonly weight: number;
  readonly waiters: Waiter[];
  /** Bytes let in so far, divided by the weight. */
  served: number;
}

export class ByteBudget {
  readonly limitBytes: number;
  readonly #shares: Share[] = [];
  #reserved = 0;
  /** How far the share has come that was served last: one that comes back after a pause has no claim to what it did not want. */
  #turn = 0;

  /** @param limitBytes more than 0. */
  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  get reservedBytes(): number {
    return this.#reserved;
  }

  get waiting(): number {
    return this.#shares.reduce((sum, { waiters }) => sum + waiters.length, 0);
  }

  /** @param weight more than 0: while several wait, their bytes are let in in the ratio of their weights. */
  share(weight: number): BudgetShare {
    const share: Share = { weight, waiters: [], served: 0 };
    this.#shares.push(share);
    return { reserve: (bytes, signal) => this.#reserve(share, bytes, signal) };
  }

  #reserve(share: Share, bytes: number, signal: AbortSignal): Promise<Reservation | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    if (share.waiters.length === 0) share.served = Math.max(share.served, this.#turn);
    if (this.waiting === 0 && this.#fits(bytes)) return Promise.resolve(this.#grant(share, bytes));
    return new Promise((resolve) => {
      const waiter: Waiter = {
        bytes,
        admit: (reservation) => {
          signal.removeEventListener('abort', giveUp);
          resolve(reservation);
        },
      };
      const giveUp = (): void => {
        share.waiters.splice(share.waiters.indexOf(waiter), 1);
        resolve(undefined);
        this.#admit();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      share.waiters.push(waiter);
    });
  }

  #fits(bytes: number): boolean {
    return this.#reserved === 0 || this.#reserved + bytes <= this.limitBytes;
  }

  #grant(share: Share, bytes: number): Reservation {
    let held = bytes;
    let open = true;
    this.#turn = share.served;
    share.served += bytes / share.weight;
    this.#reserved += bytes;
    const hold = (next: number): void => {
      this.#reserved += next - held;
      held = next;
      this.#admit();
    };
    return {
      get bytes() {
        return held;
      },
      correct: (next) => {
        if (!open) return;
        share.served += (next - held) / share.weight;
        hold(next);
      },
      giveBack: (bytes) => {
        if (open) hold(Math.max(0, held - bytes));
      },
      release: () => {
        if (open) hold(0);
        open = false;
      },
    };
  }

  #admit(): void {
    for (let share = this.#next(); share !== undefined; share = this.#next()) {
      const first = share.waiters[0];
      if (first === undefined || !this.#fits(first.bytes)) return;
      share.waiters.shift();
      first.admit(this.#grant(share, first.bytes));
    }
  }

  /** Of those that wait, the one that was let in least. */
  #next(): Share | undefined {
    return this.#shares
      .filter(({ waiters }) => waiters.length > 0)
      .reduce<Share | undefined>(
        (least, one) => (least === undefined || one.served < least.served ? one : least),
        undefined,
      );
  }
}
