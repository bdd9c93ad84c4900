/** Between a name and its value, in whatever body format: `emu_seq=3-14`, `"emu_seq":"3-14"`, `emu_seq="3-14"`. */
const isGlue = (byte: number | undefined): boolean =>
  byte === 61 || byte === 34 || byte === 58 || byte === 32 || byte === 92;
const MAX_GLUE = 6;
const MAX_DIGITS = 15;
const DASH = 45;

/**
 * Finds one named content in message after message without making strings. Neighbouring messages are alike, so it looks first where it
 * found the name the last time.
 */
export class Mark {
  readonly #name: Buffer;
  /** Where the name was the last time, counted from the start of the message and from its end. */
  #fromStart = 0;
  #fromEnd = 0;
  #searched: Buffer | undefined;
  #nextAt = 0;
  #at = 0;

  constructor(name: string) {
    this.#name = Buffer.from(name, 'latin1');
  }

  /** @returns whether the name is in `bytes[start, end)`; then {@link number} reads its value. */
  find(bytes: Buffer, start: number, end: number): boolean {
    const at = this.#locate(bytes, start, end);
    this.#at = at + this.#name.length;
    if (this.#at >= end) return false;
    for (let left = MAX_GLUE; left > 0 && isGlue(bytes[this.#at]); left--) this.#at++;
    return true;
  }

  /** The digits where the mark stands, which then stands behind them and one dash; NaN if there are none. */
  number(bytes: Buffer, end: number): number {
    const from = this.#at;
    let value = 0;
    for (; this.#at < end && this.#at - from <= MAX_DIGITS; this.#at++) {
      const digit = (bytes[this.#at] ?? 0) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const digits = this.#at - from;
    if (bytes[this.#at] === DASH) this.#at++;
    return digits === 0 || digits > MAX_DIGITS ? NaN : value;
  }

  #locate(bytes: Buffer, start: number, end: number): number {
    const likely = start + this.#fromStart;
    if (likely < end && this.#isAt(bytes, likely)) return likely;
    const alsoLikely = end - this.#fromEnd;
    if (alsoLikely >= start && this.#isAt(bytes, alsoLikely)) return alsoLikely;
    const at = this.#search(bytes, start);
    if (at < end) {
      this.#fromStart = at - start;
      this.#fromEnd = end - at;
    }
    return at;
  }

  #isAt(bytes: Buffer, at: number): boolean {
    const name = this.#name;
    for (let i = 0; i < name.length; i++) if (bytes[at + i] !== name[i]) return false;
    return true;
  }

  /** First place from `from` on in the whole chunk: remembered, so that messages without the name cost no second search. */
  #search(bytes: Buffer, from: number): number {
    if (this.#searched !== bytes || this.#nextAt < from) {
      const at = bytes.indexOf(this.#name, from);
      this.#searched = bytes;
      this.#nextAt = at < 0 ? Infinity : at;
    }
    return this.#nextAt;
  }
}
