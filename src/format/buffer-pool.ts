/**
 * Buffers that were used once and may be used again. A fresh multi-megabyte ArrayBuffer is zeroed page by page on first touch, and its
 * memory comes back only with a garbage collection; a used one costs nothing and keeps the resident set flat.
 */
export class BufferPool {
  readonly #free: ArrayBuffer[] = [];
  readonly #maxBytes: number;
  #bytes = 0;

  /** @param maxBytes how much may lie idle; what comes back beyond that is left to the garbage collector. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A buffer of at least `size` bytes, with whatever its last user left in it; undefined if none fits well. */
  take(size: number): ArrayBuffer | undefined {
    let best = -1;
    let bestBytes = size * MAX_SLACK;
    for (const [index, { byteLength }] of this.#free.entries()) {
      if (byteLength >= size && byteLength <= bestBytes) {
        best = index;
        bestBytes = byteLength;
      }
    }
    if (best < 0) return undefined;
    this.#bytes -= bestBytes;
    return this.#free.splice(best, 1)[0];
  }

  give(buffer: ArrayBuffer): void {
    if (buffer.byteLength === 0 || this.#bytes + buffer.byteLength > this.#maxBytes) return;
    this.#bytes += buffer.byteLength;
    this.#free.push(buffer);
  }
}

/** A small batch must not sit on a large buffer: its bytes count against the budget while it is in flight. */
const MAX_SLACK = 2;
