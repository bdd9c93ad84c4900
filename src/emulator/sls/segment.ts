/** A run of log groups encoded as one LogGroupList, with the replies already made of it. */
export interface Segment {
  /** All groups back to back; bytes once written never change. */
  readonly bytes: Uint8Array;
  /** End offset of each group. */
  readonly ends: readonly number[];
  readonly replies: ReplyCache;
}

/** Part of a segment: the groups `[from, to)`. */
export interface Slice {
  readonly segment: Segment;
  readonly from: number;
  readonly to: number;
}

/** Enough for a whole walk in small steps in two encodings. */
const KEPT_REPLIES = 48;

/** Compressed pull bodies by what was asked. The oldest go first. */
export class ReplyCache {
  readonly #bodies = new Map<string, Uint8Array>();

  get(key: string, make: () => Uint8Array): Uint8Array {
    const known = this.#bodies.get(key);
    if (known !== undefined) return known;
    const body = make();
    this.#bodies.set(key, body);
    const [oldest] = this.#bodies.keys();
    if (this.#bodies.size > KEPT_REPLIES && oldest !== undefined) this.#bodies.delete(oldest);
    return body;
  }
}

export function bytesOf({ segment, from, to }: Slice): Uint8Array {
  return segment.bytes.subarray(startOf(segment, from), startOf(segment, to));
}

export function startOf(segment: Segment, group: number): number {
  return segment.ends[group - 1] ?? 0;
}

/** Below this a reader gets exactly what it asks for: such replies are cheap to make. */
const EXACT_BELOW = 50;
const STEPS = [1000, 500, 250, 100, 50];

/**
 * Where a reply beginning at group `from` ends when `count` groups are asked for. Larger counts are cut at fixed places, so that
 * every reader walking a segment gets replies that others may have had made already. PullLogs promises at most `count` groups.
 */
export function replyEnd(from: number, count: number): number {
  if (count < EXACT_BELOW) return from + count;
  const step = STEPS.find((size) => size <= count) ?? EXACT_BELOW;
  return from - (from % step) + step;
}
