/**
 * Body buffers that were used once and may be used again. A fresh multi-megabyte ArrayBuffer is zeroed page by page on first touch, and V8 collects
 * its heap soon. Without reuse it collected a heap of 15 MB ten times a second: a third of all CPU. A used buffer costs nothing and keeps
 * the resident set flat.
 *
 * The buffers are resizable, although nobody resizes them while they are in use. Such a buffer has pages of its own; on the C heap it would
 * fragment (35 MB). Resizing it to nothing returns the pages at once and not at the next collection (100 MB and more waited for it).
 */
export class BufferPool {
  /** Idle buffers by size; every size is one of {@link sizeClass}. */
  readonly #idle = new Map<number, ArrayBuffer[]>();
  readonly #maxIdleBytes: number;
  #idleBytes = 0;

  /** @param maxIdleBytes how much may lie idle. */
  constructor(maxIdleBytes: number) {
    this.#maxIdleBytes = maxIdleBytes;
  }

  get idleBytes(): number {
    return this.#idleBytes;
  }

  /** A buffer of at least `size` bytes with whatever its last user left in it, and of at most about twice as many, so that small bodies do not sit on large ones. */
  take(size: number): ArrayBuffer {
    const fitting = sizeClass(size);
    for (const candidate of [fitting, sizeClass(fitting + 1), 2 * fitting]) {
      const used = this.#idle.get(candidate)?.pop();
      if (used === undefined) continue;
      this.#idleBytes -= candidate;
      return used;
    }
    return new ArrayBuffer(fitting, { maxByteLength: fitting });
  }

  /** Takes one of its own buffers back; others are left to the collector. Beyond the bound one of the size that lies idle most gives its memory up, so that the pool follows the traffic. */
  give(buffer: ArrayBuffer): void {
    const size = buffer.byteLength;
    if (!buffer.resizable || size === 0) return;
    const buffers = this.#idle.get(size);
    if (buffers === undefined) this.#idle.set(size, [buffer]);
    else buffers.push(buffer);
    this.#idleBytes += size;
    while (this.#idleBytes > this.#maxIdleBytes) this.#dropOne();
  }

  #dropOne(): void {
    const bytesOf = ([size, { length }]: [number, ArrayBuffer[]]): number => size * length;
    const [size, buffers] = [...this.#idle].reduce((most, other) => (bytesOf(other) > bytesOf(most) ? other : most));
    buffers.pop()?.resize(0);
    this.#idleBytes -= size;
  }
}

const SMALLEST = 4096;

/** The next of 4096 × 1, 1.5, 2, 3, 4, 6, 8 …: few sizes, so that used buffers fit, and at most half as much again as asked for. */
export function sizeClass(size: number): number {
  let power = SMALLEST;
  while (power < size) power *= 2;
  const between = (power / 4) * 3;
  return between >= size && between > SMALLEST ? between : power;
}
