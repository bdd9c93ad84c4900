/**
 * The memory bound of one destination. Bytes are reserved *before* a pull and given back when its batch has arrived; the reservation stays open until
 * the batch is settled. Nothing downstream has a limit of its own, and everything there is first come, first served. So the order in which pulls
 * are let in here decides how much of the destination each pipeline gets. Pipelines are let in by weight (start-time fair queueing), and the pulls
 * of one pipeline strictly in order: many shards that want little can't starve one that wants much.
 *
 * What is asked for and not answered is bounded by source, in equal parts: a source that lets requests hang would hold all of it until they time out.
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
  readonly weight: number;
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

/** What is asked of one source and not answered. */
interface Asking {
  bytes: number;
}

interface Share {
  readonly weight: number;
  readonly asking: Asking;
  readonly waiters: Waiter[];
  /** Bytes let in so far, divided by the weight. */
  served: number;
}

/** A class, and not closures: there is one for each batch that is not settled, and an object with a getter of its own takes a kilobyte. */
class Granted implements Reservation {
  readonly #changed: (by: number, isOver: boolean) => void;
  readonly #share: Share;
  #bytes: number;
  /** Bytes that were asked for and are not answered. */
  #asked: number;
  #open = true;

  constructor(changed: (by: number, isOver: boolean) => void, share: Share, bytes: number) {
    this.#changed = changed;
    this.#share = share;
    this.#bytes = bytes;
    this.#asked = bytes;
    share.asking.bytes += bytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  correct(bytes: number): void {
    if (!this.#open) return;
    this.#share.served += (bytes - this.#bytes) / this.#share.weight;
    this.#answered();
    this.#hold(bytes);
  }

  giveBack(bytes: number): void {
    if (this.#open) this.#hold(Math.max(0, this.#bytes - bytes));
  }

  release(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#answered();
    this.#hold(0);
  }

  #answered(): void {
    this.#share.asking.bytes -= this.#asked;
    this.#asked = 0;
  }

  #hold(bytes: number): void {
    const by = bytes - this.#bytes;
    this.#bytes = bytes;
    this.#changed(by, !this.#open);
  }
}

export class ByteBudget {
  readonly limitBytes: number;
  readonly #limitCount: number;
  readonly #shares: Share[] = [];
  /** By source. */
  readonly #asking = new Map<string, Asking>();
  #reserved = 0;
  #open = 0;
  /** How far the share has come that was served last: one that comes back after a pause has no claim to what it did not want. */
  #turn = 0;
  /** Called when a reservation grows or shrinks. */
  readonly #changed = (by: number, isOver: boolean): void => {
    this.#reserved += by;
    if (isOver) this.#open -= 1;
    this.#admit();
  };

  /**
   * @param limitBytes more than 0.
   * @param limitCount so many reservations may be open at once, at least 1: what has given back its bytes and waits for proof takes memory too.
   */
  constructor(limitBytes: number, limitCount = Infinity) {
    this.limitBytes = limitBytes;
    this.#limitCount = limitCount;
  }

  get reservedBytes(): number {
    return this.#reserved;
  }

  get waiting(): number {
    return this.#shares.reduce((sum, { waiters }) => sum + waiters.length, 0);
  }

  /**
   * @param weight more than 0: while several wait, their bytes are let in in the ratio of their weights.
   * @param source name of where they come from.
   */
  share(weight: number, source = ''): BudgetShare {
    const asking = this.#asking.get(source) ?? { bytes: 0 };
    this.#asking.set(source, asking);
    const share: Share = { weight, asking, waiters: [], served: 0 };
    this.#shares.push(share);
    return { weight, reserve: (bytes, signal) => this.#reserve(share, bytes, signal) };
  }

  #reserve(share: Share, bytes: number, signal: AbortSignal): Promise<Reservation | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    if (share.waiters.length === 0) share.served = Math.max(share.served, this.#turn);
    const isFirst = share.waiters.length === 0 && this.#next() === undefined;
    if (isFirst && this.#mayAsk(share, bytes) && this.#fits(bytes)) return Promise.resolve(this.#grant(share, bytes));
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

  #mayAsk({ asking }: Share, bytes: number): boolean {
    if (this.#asking.size === 1 || asking.bytes === 0) return true;
    return asking.bytes + bytes <= this.limitBytes / this.#asking.size;
  }

  #fits(bytes: number): boolean {
    if (this.#open >= this.#limitCount) return false;
    return this.#reserved === 0 || this.#reserved + bytes <= this.limitBytes;
  }

  #grant(share: Share, bytes: number): Reservation {
    this.#turn = share.served;
    share.served += bytes / share.weight;
    this.#reserved += bytes;
    this.#open += 1;
    return new Granted(this.#changed, share, bytes);
  }

  #admit(): void {
    for (let share = this.#next(); share !== undefined; share = this.#next()) {
      const first = share.waiters[0];
      if (first === undefined || !this.#fits(first.bytes)) return;
      share.waiters.shift();
      first.admit(this.#grant(share, first.bytes));
    }
  }

  /** The waiting share that was let in least. Those of a source that may not be asked for more wait together, in the same order. */
  #next(): Share | undefined {
    const firsts = new Map<Asking, Share>();
    for (const share of this.#shares) {
      if (share.waiters.length === 0) continue;
      const first = firsts.get(share.asking);
      if (first === undefined || share.served < first.served) firsts.set(share.asking, share);
    }
    let least: Share | undefined;
    for (const share of firsts.values()) {
      const bytes = share.waiters[0]?.bytes ?? 0;
      if (this.#mayAsk(share, bytes) && (least === undefined || share.served < least.served)) least = share;
    }
    return least;
  }
}
