const ALIGNMENT = 16;
/** The kernel reads text 16 bytes at a time. */
const SLACK = 16;

/** Chunks of data, each at its final address. */
export class Arena {
  readonly #base: number;
  readonly #chunks: { at: number; data: Uint8Array }[] = [];
  #size = 0;

  /** @param base where the bytes will lie, a multiple of 16. */
  constructor(base: number) {
    this.#base = base;
  }

  words(values: readonly number[]): number {
    return this.put(new Uint8Array(Uint32Array.from(values).buffer));
  }

  /** @returns address and length. */
  text(value: string): [number, number] {
    const data = new TextEncoder().encode(value);
    return [this.put(data), data.length];
  }

  /** @returns address and number of texts. */
  texts(values: readonly string[]): [number, number] {
    return [this.words(values.flatMap((value) => this.text(value))), values.length];
  }

  put(data: Uint8Array): number {
    const at = this.#size;
    this.#chunks.push({ at, data });
    this.#size = Math.ceil((at + data.length + SLACK) / ALIGNMENT) * ALIGNMENT;
    return this.#base + at;
  }

  /** Room the kernel writes to. */
  reserve(size: number): number {
    return this.put(new Uint8Array(size));
  }

  /** Writes words where room was reserved for them. */
  fill(address: number, values: readonly number[]): void {
    this.#chunks.push({ at: address - this.#base, data: new Uint8Array(Uint32Array.from(values).buffer) });
  }

  bytes(): Uint8Array {
    const all = new Uint8Array(this.#size);
    for (const { at, data } of this.#chunks) all.set(data, at);
    return all;
  }
}
