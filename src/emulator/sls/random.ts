/** Three hex digits of each number they can write. */
const HEX = Array.from({ length: 0x1000 }, (_, number) => number.toString(16).padStart(3, '0'));

/** A small seeded generator (mulberry32): the same seed gives the same logs on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 ≤ n < 2³². */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** 0 ≤ n < limit. */
  below(limit: number): number {
    return Math.floor((this.next() / 0x1_0000_0000) * limit);
  }

  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  pick<const T extends readonly [unknown, ...unknown[]]>(choices: T): T[number] {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  hex(digits: number): string {
    let text = '';
    while (text.length < digits) {
      const bits = this.next();
      text += (HEX[bits & 0xfff] ?? '') + (HEX[bits >>> 20] ?? '');
    }
    return text.slice(0, digits);
  }

  uuid(): string {
    const hex = this.hex(32);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  privateAddress(): string {
    return `10.${this.below(16)}.${this.below(256)}.${this.between(1, 254)}`;
  }

  publicAddress(): string {
    return `${this.pick([8, 39, 47, 59, 101, 106, 120, 203])}.${this.below(256)}.${this.below(256)}.${this.between(1, 254)}`;
  }
}

/** One seed out of several numbers, so that neighbours do not resemble each other. */
export function mixSeed(...parts: readonly number[]): number {
  return parts.reduce((seed, part) => Math.imul(seed ^ part, 0x9e3779b1) ^ (seed >>> 13), 0x2545f491);
}
