import type { Region } from '../model/format-task.js';

/** Regions begin and end at multiples of it: a page, so few are alike in size and none is aligned badly. */
const GRAIN = 4096;

/** More than is ever in flight on a machine of any size; V8 bounds what one view can reach at 4 GiB. */
const MAX_BYTES = 2 ** 30;

/**
 * The memory into which the formatter threads write frames: one block that all threads share, lent out in regions. Nothing of it is V8's to
 * count or collect (ADR 0016). Its pages are the kernel's until they are first written to, and the lowest region that fits is lent first, so
 * it takes no more of the machine than was once in use at the same time.
 */
export class Arena {
  readonly buffer: SharedArrayBuffer;
  /** What is not lent, by position; no two touch. */
  readonly #free: Region[] = [];
  readonly #lent = new Set<Region>();

  /** @param bytes of the whole; 0: nothing can be lent. */
  constructor(bytes: number) {
    const size = bytes === 0 ? 0 : grains(Math.min(bytes, MAX_BYTES));
    this.buffer = new SharedArrayBuffer(size);
    if (size > 0) this.#free.push({ at: 0, size });
  }

  /** At least `bytes`, with whatever their last user left in them; undefined if there is no room in one piece. */
  take(bytes: number): Region | undefined {
    const size = grains(bytes);
    const index = this.#free.findIndex((free) => free.size >= size);
    const free = this.#free[index];
    if (free === undefined) return undefined;
    const region = { at: free.at, size };
    const rest = { at: free.at + size, size: free.size - size };
    this.#free.splice(index, 1, ...(rest.size > 0 ? [rest] : []));
    this.#lent.add(region);
    return region;
  }

  /** Takes back what {@link take} gave, once; a second time does nothing, because somebody else may have it by then. */
  give(region: Region): void {
    if (!this.#lent.delete(region)) return;
    const next = this.#free.findIndex(({ at }) => at > region.at);
    const index = next < 0 ? this.#free.length : next;
    const [before, after] = [this.#free[index - 1], this.#free[index]];
    const joinsBefore = before !== undefined && endOf(before) === region.at;
    const joinsAfter = after?.at === endOf(region);
    const at = joinsBefore ? before.at : region.at;
    const end = joinsAfter ? endOf(after) : endOf(region);
    this.#free.splice(index - Number(joinsBefore), Number(joinsBefore) + Number(joinsAfter), { at, size: end - at });
  }
}

function endOf({ at, size }: Region): number {
  return at + size;
}

function grains(bytes: number): number {
  return Math.ceil(Math.max(1, bytes) / GRAIN) * GRAIN;
}
