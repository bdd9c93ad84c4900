import { KernelFault } from './fault.js';

/** Room for the next guess to be a little wrong. */
const HEADROOM = 1.06;

const WORD = 4;

export interface OutputSettings {
  /** Memory to write into, if it turns out to be large enough; begins at a multiple of 4 in its buffer. */
  readonly memory: Uint8Array | undefined;
  readonly events: number;
  readonly rawSize: number;
  /** Bytes of frames to expect. */
  readonly expected: number;
  /** Bytes of frames beyond which the batch is refused. */
  readonly limit: number;
}

/**
 * The memory that takes the frames as the kernel hands them out: frames from the front, their end offsets at the very back.
 * The events are counted beforehand, so only the size of the frames is a guess; where that fails, a larger buffer of our own takes over.
 */
export class Output {
  /** Frames there is room for the ends of. A log can be several. */
  #room: number;
  readonly #rawSize: number;
  readonly #limit: number;
  #bytes: Uint8Array;
  #ends: Uint32Array;
  #length = 0;
  #frames = 0;

  constructor({ memory, events, rawSize, expected, limit }: OutputSettings) {
    this.#room = events;
    this.#rawSize = rawSize;
    this.#limit = limit;
    const enough = memory !== undefined && memory.length >= this.#sizeFor(0);
    [this.#bytes, this.#ends] = this.#lay(enough ? memory : new Uint8Array(this.#sizeFor(expected)));
  }

  get length(): number {
    return this.#length;
  }

  /** @param consumed bytes of the raw batch that led to all output so far. */
  append(bytes: Uint8Array, ends: Uint32Array, consumed: number): void {
    this.#reserve(bytes.length, ends.length, consumed);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    this.#ends.set(ends, this.#frames);
    this.#frames += ends.length;
  }

  /** Writes the octet count of the message that is the last in the buffer; its place was guessed `reserved` bytes long. */
  writeCount(start: number, reserved: number, messageLength: number): void {
    const count = `${messageLength} `;
    const moved = count.length - reserved;
    if (moved > 0) this.#reserve(moved, 0, this.#rawSize);
    this.#bytes.copyWithin(start + count.length, start + reserved, this.#length);
    new TextEncoder().encodeInto(count, this.#bytes.subarray(start));
    this.#length += moved;
  }

  /** The frames there are, which may be fewer than the logs, or more. */
  finish(): { bytes: Uint8Array; ends: Uint32Array } {
    return { bytes: this.#bytes.subarray(0, this.#length), ends: this.#ends.subarray(0, this.#frames) };
  }

  #sizeFor(frames: number): number {
    return (Math.ceil(frames / WORD) + this.#room) * WORD;
  }

  #lay(memory: Uint8Array): [Uint8Array, Uint32Array] {
    const endsAt = (Math.floor(memory.length / WORD) - this.#room) * WORD;
    return [memory.subarray(0, endsAt), new Uint32Array(memory.buffer, memory.byteOffset + endsAt, this.#room)];
  }

  #reserve(more: number, frames: number, consumed: number): void {
    const needed = this.#length + more;
    const isShort = this.#frames + frames > this.#room;
    if (needed > this.#limit) throw new KernelFault('size-limit', consumed);
    if (needed <= this.#bytes.length && !isShort) return;
    if (isShort) this.#room = 2 * (this.#frames + frames);
    const guess = needed * Math.max(1, this.#rawSize / Math.max(1, consumed)) * HEADROOM;
    const grown = this.#lay(new Uint8Array(this.#sizeFor(Math.min(guess, this.#limit))));
    grown[0].set(this.#bytes.subarray(0, this.#length));
    grown[1].set(this.#ends.subarray(0, this.#frames));
    [this.#bytes, this.#ends] = grown;
  }
}
