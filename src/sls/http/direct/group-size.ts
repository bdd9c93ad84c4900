const FIRST = 4;
const MOST = 64;
/** A poll waits no longer than this for those before it on its connection, or hardly. */
const SOON_MS = 10;
const LATE_MS = 40;

/**
 * How many requests may wait behind each other on one connection. It is many if the service answers within milliseconds, and none if it is slow:
 * no answer may come noticeably later than over a connection of its own.
 */
export class GroupSize {
  #size = FIRST;

  get now(): number {
    return this.#size;
  }

  /** @param spreadMs between the first and the last answer to a group. */
  answered(asked: number, spreadMs: number): void {
    if (spreadMs > LATE_MS) this.#size = Math.max(1, Math.floor(asked / 2));
    else if (spreadMs <= SOON_MS && asked === this.#size) this.#size = Math.min(2 * asked, MOST);
  }

  /** The service ended a connection before it had answered all. */
  cutShort(): void {
    this.#size = 1;
  }
}
