/** Which three bytes of a text assembly/searches.ts looks for first: those whose lower halves the logs at hand have least of. */

import { offsetOf, sizeOf } from './records.js';

const BYTES = 3;

/** How much of a batch is looked at, and the least that tells what is rare in logs. */
const SAMPLE_BYTES = 65_536;
const LEAST_SAMPLE_BYTES = 2048;

/** Where a Search of the kernel has its needles, and what the logs are looked through for. */
export interface EncodedSearch {
  readonly texts: readonly Uint8Array[];
  readonly needlesAt: number;
  readonly masksAt: number;
}

/** Chooses the bytes from the first batch that is large enough, and again from later batches, less and less often. */
export class NeedleChooser {
  readonly #searches: readonly EncodedSearch[];
  #samples = 0;

  constructor(searches: readonly EncodedSearch[]) {
    this.#searches = searches;
  }

  /** @param raw a decompressed batch. @param write changes the plan in the kernel's memory. */
  learn(raw: Uint8Array, write: (address: number, bytes: Uint8Array) => void): void {
    if (this.#searches.length === 0 || raw.length < LEAST_SAMPLE_BYTES) return;
    this.#samples += 1;
    if (!isPowerOfTwo(this.#samples)) return;
    const counts = countTriples(raw.subarray(0, SAMPLE_BYTES));
    for (const { texts, needlesAt, masksAt } of this.#searches) {
      const offsets = texts.map((text) => rarestOffset(text, counts));
      for (const [i, offset] of offsets.entries()) {
        write(
          needlesAt + i * sizeOf('Needle') + offsetOf('Needle', 'offset'),
          new Uint8Array(Uint32Array.of(offset).buffer),
        );
      }
      write(masksAt, masksOf(texts, offsets));
    }
  }
}

const isPowerOfTwo = (n: number): boolean => (n & (n - 1)) === 0;

/** The three tables for needles with these offsets: of 16 bytes each, by the lower half of a byte. */
export function masksOf(texts: readonly Uint8Array[], offsets: readonly number[]): Uint8Array {
  const masks = new Uint8Array(16 * BYTES);
  for (const [i, text] of texts.entries()) {
    for (let place = 0; place < BYTES; place++) {
      const byte = text[(offsets[i] ?? 0) + place];
      for (let low = 0; low < 16; low++) {
        // Behind a short text there may be anything.
        if (byte === undefined || low === (byte & 15))
          masks[place * 16 + low] = (masks[place * 16 + low] ?? 0) | (1 << i);
      }
    }
  }
  return masks;
}

/** How often three neighbouring bytes have these lower halves. */
function countTriples(sample: Uint8Array): Uint32Array {
  const counts = new Uint32Array(1 << (4 * BYTES));
  let triple = 0;
  for (const byte of sample) {
    triple = nextTriple(triple, byte);
    counts[triple] = (counts[triple] ?? 0) + 1;
  }
  return counts;
}

const nextTriple = (triple: number, byte: number): number => ((triple << 4) | (byte & 15)) & 0xfff;

/** Where a text has the three bytes that are rarest by these counts; 0 where it is shorter. */
function rarestOffset(text: Uint8Array, counts: Uint32Array): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  let triple = 0;
  for (const [i, byte] of text.entries()) {
    triple = nextTriple(triple, byte);
    const count = counts[triple] ?? 0;
    if (i < BYTES - 1 || count >= least) continue;
    least = count;
    best = i - (BYTES - 1);
  }
  return best;
}
