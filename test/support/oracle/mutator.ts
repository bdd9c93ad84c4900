/** Damaged inputs by the million: seeded, in place, without garbage. */

/** Bytes that mean something somewhere: lengths, tags, tokens, quotes, brackets, escapes. */
const MEANT = Uint8Array.from([
  ...[0, 1, 2, 0x0a, 0x0d, 0x12, 0x1a, 0x22, 0x25, 0x32, 0x7f, 0x80, 0xff, 0xf0, 0xc3, 0xe2],
  ...Array.from('"\\{}[]:,|=^ u0', (character) => character.charCodeAt(0)),
]);
const MOST_MUTATIONS = 5;

/** xorshift32. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  /** @returns 0 to below `limit`. */
  below(limit: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) % limit;
  }
}

export class Mutator {
  readonly #seeds: readonly Uint8Array[];
  readonly #random: Random;
  readonly #banned: number;
  readonly #buffer: Uint8Array;

  /** @param banned a byte that no input has. @param largest bytes of an input. */
  constructor(seeds: readonly Uint8Array[], random: Random, banned: number, largest: number) {
    this.#seeds = seeds.map((seed) => seed.slice(0, largest).map((byte) => (byte === banned ? 0x2d : byte)));
    this.#random = random;
    this.#banned = banned;
    this.#buffer = new Uint8Array(largest);
  }

  /** @returns a view that holds until the next call. */
  next(): Uint8Array {
    const random = this.#random;
    const seed = this.#pick();
    this.#buffer.set(seed);
    let length = seed.length;
    for (let left = random.below(MOST_MUTATIONS) + 1; left > 0; left--) length = this.#mutate(length);
    return this.#buffer.subarray(0, length);
  }

  #pick(): Uint8Array {
    return this.#seeds[this.#random.below(this.#seeds.length)] ?? this.#buffer;
  }

  #mutate(length: number): number {
    const random = this.#random;
    const buffer = this.#buffer;
    const at = random.below(length + 1);
    switch (random.below(7)) {
      case 0:
        return at;
      case 1:
        return this.#set(at, length, random.below(256));
      case 2:
        return this.#set(at, length, MEANT[random.below(MEANT.length)] ?? 0);
      case 3:
        return this.#set(at, length, (buffer[at] ?? 0) + random.below(3) - 1);
      case 4: {
        if (length === buffer.length) return length;
        buffer.copyWithin(at + 1, at, length);
        return this.#set(at, length + 1, MEANT[random.below(MEANT.length)] ?? 0);
      }
      case 5: {
        const removed = Math.min(random.below(8), length - at);
        buffer.copyWithin(at, at + removed, length);
        return length - removed;
      }
      default: {
        const other = this.#pick();
        const from = random.below(other.length + 1);
        const copied = Math.min(random.below(40), other.length - from, buffer.length - at);
        buffer.set(other.subarray(from, from + copied), at);
        return Math.max(length, at + copied);
      }
    }
  }

  #set(at: number, length: number, byte: number): number {
    if (at < length) this.#buffer[at] = (byte & 255) === this.#banned ? 0x2d : byte;
    return length;
  }
}
