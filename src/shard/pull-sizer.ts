/**
 * How much to ask for. PullLogs takes a count of log groups, our bound is in bytes: the sizer learns the bytes per group of its shard and
 * asks for what fits the reservation it proposes. It starts small and grows while replies come back full, so a thousand idle shards
 * that wake up together can't overrun the byte budget, and a busy one soon reads whole replies.
 */
export interface PullSize {
  /** Log groups to ask for, 1..1000. */
  readonly count: number;
  /** Bytes to reserve for the reply. */
  readonly bytes: number;
}

const MAX_COUNT = 1000;
const FIRST_BYTES = 256 * 1024;
const GROWTH = 4;

export class PullSizer {
  readonly #maxBytes: number;
  /** Bytes per log group; the first guess is generous because a group may hold thousands of logs. */
  #groupBytes = 16 * 1024;
  #wantBytes: number;
  /** Less than the service allows after a reply that was too large. */
  #mostGroups = MAX_COUNT;

  /** @param maxBytes the largest reply to ask for. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#wantBytes = Math.min(FIRST_BYTES, maxBytes);
  }

  /** @param most log groups to ask for. */
  next(most = MAX_COUNT): PullSize {
    const count = Math.max(1, Math.min(most, this.#mostGroups, Math.floor(this.#wantBytes / this.#groupBytes)));
    return { count, bytes: Math.min(this.#wantBytes, Math.ceil(count * this.#groupBytes)) };
  }

  /** The reply could not be used, perhaps because it is larger than we take: of log groups of 30 MB two are too many. */
  askLess(asked: PullSize): void {
    this.#mostGroups = Math.max(1, Math.floor(asked.count / 2));
  }

  /** @param asked what {@link next} said before this reply. */
  learn(asked: PullSize, logGroups: number, rawBytes: number): void {
    if (logGroups === 0) return;
    this.#mostGroups = Math.min(MAX_COUNT, this.#mostGroups * 2);
    this.#groupBytes = Math.max(1, rawBytes / logGroups);
    // The service may cut a reply a little short of the count for reasons of its own.
    const full = logGroups * 2 >= asked.count;
    this.#wantBytes = full
      ? Math.min(this.#maxBytes, this.#wantBytes * GROWTH)
      : Math.min(this.#maxBytes, Math.max(FIRST_BYTES, rawBytes * 2));
  }
}
