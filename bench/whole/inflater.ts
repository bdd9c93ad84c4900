import { readFileSync } from 'node:fs';

interface Exports {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
  inflate(body: number, bodyLength: number, raw: number, rawLength: number): void;
  count(raw: number, rawLength: number): number;
}

const PAGE = 65_536;
const SLACK = 4_096;

/** The kernel's LZ4, the look that counts logs, and nothing else of it. */
export class Inflater {
  readonly #exports: Exports;
  readonly #raw: number;
  readonly #packed: number;
  readonly #memory: Uint8Array;

  /** @param maxBytes of a body, compressed or not. */
  constructor(maxBytes: number) {
    const wasm = readFileSync(new URL('../../workers/kernel/kernel.wasm', import.meta.url));
    const fault = (): void => {
      throw new Error('a prepared body does not inflate');
    };
    const host = { emit: fault, count: fault, reject: fault, matches: fault, fault };
    this.#exports = new WebAssembly.Instance(new WebAssembly.Module(wasm), { host }).exports as unknown as Exports;
    this.#raw = this.#exports.heapBase();
    this.#packed = this.#raw + maxBytes + SLACK;
    this.#exports.memory.grow(Math.ceil((this.#packed + maxBytes + SLACK) / PAGE));
    this.#memory = new Uint8Array(this.#exports.memory.buffer);
  }

  inflate(body: Uint8Array, rawSize: number): void {
    this.#memory.set(body, this.#packed);
    this.#exports.inflate(this.#packed, body.length, this.#raw, rawSize);
  }

  /** The logs in what the last inflate left. */
  count(rawSize: number): number {
    return this.#exports.count(this.#raw, rawSize);
  }

  /** What the last inflate left; overwritten by the next. */
  rawOf(rawSize: number): Uint8Array {
    return this.#memory.subarray(this.#raw, this.#raw + rawSize);
  }
}
