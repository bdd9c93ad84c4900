/** The last few messages, kept as places in the chunks they came in: nothing is copied until somebody asks. */
export class RecentMessages {
  readonly #size: number;
  readonly #bytes: Buffer[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #next = 0;

  constructor(size: number) {
    this.#size = size;
  }

  add(bytes: Buffer, start: number, end: number): void {
    if (this.#size === 0) return;
    const slot = this.#next;
    this.#bytes[slot] = bytes;
    this.#starts[slot] = start;
    this.#ends[slot] = end;
    this.#next = slot + 1 === this.#size ? 0 : slot + 1;
  }

  /** The last `count` as text, oldest first. */
  last(count: number): string[] {
    const texts = this.#bytes.map((bytes, slot) => bytes.toString('utf8', this.#starts[slot], this.#ends[slot]));
    const inOrder = texts.length < this.#size ? texts : [...texts.slice(this.#next), ...texts.slice(0, this.#next)];
    return count <= 0 ? [] : inOrder.slice(-count);
  }
}
