import { words, type RecordName, type Extent, type Values } from './records.js';

const ALIGNMENT = 16;
/** The kernel reads text 16 bytes at a time. */
const SLACK = 16;

/** Chunks of data, each at its final address. */
export class DataSegment {
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

  /** @returns its address. */
  record<R extends RecordName>(record: R, values: Values<R>): number {
    return this.words(words(record, values));
  }

  /** Records of one kind, back to back. @returns address and number. */
  list<R extends RecordName>(record: R, values: readonly Values<R>[]): Extent {
    return [this.words(values.flatMap((one) => words(record, one))), values.length];
  }

  /** @returns address and number. */
  addresses(values: readonly number[]): Extent {
    return [this.words(values), values.length];
  }

  /** @returns address and length. */
  text(value: string): Extent {
    const data = new TextEncoder().encode(value);
    return [this.put(data), data.length];
  }

  /** @returns address and number of Texts. */
  texts(values: readonly string[]): Extent {
    return this.list(
      'Text',
      values.map((value) => ({ text: this.text(value) })),
    );
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
