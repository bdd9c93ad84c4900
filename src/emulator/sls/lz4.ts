/**
 * LZ4 raw blocks (lz4 block format description): no frame, no size prefix, as PullLogs and PutLogs use them. Written here
 * because the packages that compress are development tools of this project, never part of what it ships.
 */
const MIN_MATCH = 4;
/** The last match must start this far before the end, and the last bytes are always literals. */
const MATCH_START_LIMIT = 12;
const LAST_LITERALS = 5;
const MAX_OFFSET = 0xffff;
const HASH_BITS = 16;
/** Up to this many bytes a loop is quicker than a call into the runtime. */
const SHORT = 64;

/** Compresses greedily with one hash table. Any input gives a valid block, also an empty one. */
export function compressBlock(input: Uint8Array): Buffer {
  const source = new DataView(input.buffer, input.byteOffset, input.length);
  const block = new BlockWriter(input);
  const table = new Int32Array(1 << HASH_BITS);
  const lastStart = input.length - MATCH_START_LIMIT;
  let misses = 0;
  for (let at = 0; at <= lastStart;) {
    const word = source.getUint32(at, true);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    const candidate = (table[slot] ?? 0) - 1;
    table[slot] = at + 1;
    if (candidate < 0 || at - candidate > MAX_OFFSET || source.getUint32(candidate, true) !== word) {
      at += 1 + (misses++ >> 6);
      continue;
    }
    misses = 0;
    const length = matchLength(source, candidate, at);
    block.sequence(at, at - candidate, length);
    at += length;
  }
  return block.end();
}

function matchLength(source: DataView, candidate: number, at: number): number {
  const room = source.byteLength - LAST_LITERALS - at;
  let length = MIN_MATCH;
  while (length + 4 <= room && source.getUint32(candidate + length, true) === source.getUint32(at + length, true))
    length += 4;
  while (length < room && source.getUint8(candidate + length) === source.getUint8(at + length)) length++;
  return length;
}

class BlockWriter {
  readonly #input: Uint8Array;
  readonly #out: Buffer;
  #length = 0;
  /** Start of the literals not yet written. */
  #anchor = 0;

  constructor(input: Uint8Array) {
    this.#input = input;
    this.#out = Buffer.allocUnsafeSlow(input.length + Math.ceil(input.length / 255) + 16);
  }

  sequence(at: number, offset: number, length: number): void {
    this.#literals(at, Math.min(length - MIN_MATCH, 15));
    this.#out[this.#length++] = offset & 0xff;
    this.#out[this.#length++] = offset >>> 8;
    this.#more(length - MIN_MATCH);
    this.#anchor = at + length;
  }

  end(): Buffer {
    this.#literals(this.#input.length, 0);
    return this.#out.subarray(0, this.#length);
  }

  #literals(end: number, matchNibble: number): void {
    const count = end - this.#anchor;
    this.#out[this.#length++] = (Math.min(count, 15) << 4) | matchNibble;
    this.#more(count);
    if (count > SHORT) this.#out.set(this.#input.subarray(this.#anchor, end), this.#length);
    else for (let at = 0; at < count; at++) this.#out[this.#length + at] = this.#input[this.#anchor + at] ?? 0;
    this.#length += count;
  }

  /** The bytes that continue a length whose nibble is full. */
  #more(length: number): void {
    if (length < 15) return;
    let rest = length - 15;
    for (; rest >= 255; rest -= 255) this.#out[this.#length++] = 255;
    this.#out[this.#length++] = rest;
  }
}

/**
 * Inflates a block that must give exactly `size` bytes.
 * @throws RangeError when it does not, or when the block is corrupt
 */
export function decompressBlock(block: Uint8Array, size: number): Buffer {
  const source = new DataView(block.buffer, block.byteOffset, block.length);
  const out = Buffer.alloc(size);
  let at = 0;
  let length = 0;
  const lengthOf = (nibble: number): number => {
    let total = nibble;
    if (nibble === 15) for (let more = 255; more === 255; total += more) more = source.getUint8(at++);
    return total;
  };
  while (at < block.length) {
    const token = source.getUint8(at++);
    const literals = lengthOf(token >>> 4);
    if (at + literals > block.length) throw new RangeError('literals beyond the block');
    out.set(block.subarray(at, at + literals), length);
    at += literals;
    length += literals;
    if (at === block.length) break;
    const offset = source.getUint16(at, true);
    at += 2;
    const match = lengthOf(token & 15) + MIN_MATCH;
    if (offset === 0 || offset > length || length + match > size) throw new RangeError('match out of bounds');
    for (const end = length + match; length < end; length++) out[length] = out[length - offset] ?? 0;
  }
  if (length !== size) throw new RangeError(`block holds ${length} bytes, not ${size}`);
  return out;
}
