/**
 * Where the strings of a JSON text begin and end. Quotes are found for 64 bytes at a time, ahead of whoever follows the text, so that a
 * string costs a look into this index, whatever its length; what is in strings is checked on the way.
 */

const QUOTE: i8 = 0x22;
const BACKSLASH: i8 = 0x5c;
const SPACE: i8 = 0x20;
const BLOCK: usize = 64;
/** Bytes of text looked at before anyone asks for more. */
const CHUNK: usize = 4096;
/** Bytes of an address. */
export const WORD: usize = 4;

/** Addresses of quotes: of at most a chunk, one before it, and three written beyond. */
const index = memory.data(WORD * (CHUNK + 4), 16);

@unmanaged
class Quotes {
  /** Of the index: the next one to be asked for, and the end of those that are known. */
  next: usize;
  known: usize;
  /** The bytes looked at have none from 0x80, and no escape of a surrogate, which may lack the other half … */
  plain: bool;
  /** … and inside strings neither control characters nor escapes that don't exist. */
  sound: bool;
}

/** Only this file writes it. */
export const quotes = changetype<Quotes>(memory.data(offsetof<Quotes>(), 16));

/** The part of the text not looked at yet. */
let rest: usize = 0;
let end: usize = 0;
/** It begins inside a string (1 or 0), and with characters up to here that a backslash belongs to. */
let inside: u32 = 0;
let escapedTo: usize = 0;

export function beginQuotes(from: usize, to: usize): void {
  quotes.next = index;
  quotes.known = index;
  rest = from;
  end = to;
  inside = 0;
  escapedTo = 0;
  quotes.plain = true;
  quotes.sound = true;
}

/** @returns behind the string that begins with the next quote, or 0 where it does not end. */
export function nextString(): usize {
  if (quotes.known - quotes.next < 2 * WORD && !findMore()) return 0;
  const next = quotes.next + 2 * WORD;
  quotes.next = next;
  return load<u32>(next - WORD) + 1;
}

/** Those before this one were looked at. */
export function passTo(at: usize): void {
  quotes.next = at;
}

function findMore(): bool {
  let to = index;
  if (quotes.next < quotes.known) {
    store<u32>(to, load<u32>(quotes.next));
    to += WORD;
  }
  while (to - index < 2 * WORD && rest < end) to = findIn(to);
  quotes.next = index;
  quotes.known = to;
  return to - index >= 2 * WORD;
}

/** Adds the quotes of the next chunk to the index. @returns behind them. */
function findIn(to: usize): usize {
  const chunkEnd = min(rest + CHUNK, end);
  const quote = i8x16.splat(QUOTE);
  const backslash = i8x16.splat(BACKSLASH);
  const space = i8x16.splat(SPACE);
  for (let p = rest; p < chunkEnd; p += BLOCK) {
    const v0 = v128.load(p);
    const v1 = v128.load(p, 16);
    const v2 = v128.load(p, 32);
    const v3 = v128.load(p, 48);
    const left = chunkEnd - p;
    const within: u64 = left < BLOCK ? ((<u64>1) << left) - 1 : <u64>-1;
    let marks = maskOf(i8x16.eq(v0, quote), i8x16.eq(v1, quote), i8x16.eq(v2, quote), i8x16.eq(v3, quote)) & within;
    // As signed numbers, control characters and all bytes from 0x80 are below a space.
    const least = i8x16.min_s(i8x16.min_s(v0, v1), i8x16.min_s(v2, v3));
    const slashes = v128.or(
      v128.or(i8x16.eq(v0, backslash), i8x16.eq(v1, backslash)),
      v128.or(i8x16.eq(v2, backslash), i8x16.eq(v3, backslash)),
    );
    const odd = v128.or(i8x16.lt_s(least, space), slashes);
    if (i8x16.bitmask(odd) != 0 || escapedTo > p) marks = checked(p, marks, within);
    inside ^= (<u32>popcnt(marks)) & 1;
    // Four at once: how many there are is hard to foresee.
    let at = to;
    to += (<usize>popcnt(marks)) << 2;
    while (at < to) {
      store<u32>(at, <u32>(p + <usize>ctz(marks)));
      marks &= marks - 1;
      store<u32>(at, <u32>(p + <usize>ctz(marks)), WORD);
      marks &= marks - 1;
      store<u32>(at, <u32>(p + <usize>ctz(marks)), 2 * WORD);
      marks &= marks - 1;
      store<u32>(at, <u32>(p + <usize>ctz(marks)), 3 * WORD);
      marks &= marks - 1;
      at += 4 * WORD;
    }
  }
  rest = chunkEnd;
  return to;
}

/** A bit for each byte of four vectors. */
export function maskOf(v0: v128, v1: v128, v2: v128, v3: v128): u64 {
  const low: u64 = (<u32>i8x16.bitmask(v0)) | ((<u32>i8x16.bitmask(v1)) << 16);
  const high: u64 = (<u32>i8x16.bitmask(v2)) | ((<u32>i8x16.bitmask(v3)) << 16);
  return low | (high << 32);
}

/** A block with anything else than printable ASCII in it, or backslashes. @returns its quotes without those behind a backslash. */
function checked(p: usize, marks: u64, within: u64): u64 {
  let odd: u64 = 0;
  for (let i: usize = 0; i < BLOCK; i += 16) {
    const v = v128.load(p + i);
    const isOdd = v128.or(i8x16.lt_s(v, i8x16.splat(SPACE)), i8x16.eq(v, i8x16.splat(BACKSLASH)));
    odd |= (<u64>(<u32>i8x16.bitmask(isOdd))) << i;
  }
  // The block before ended with a backslash.
  if (escapedTo > p) marks = (marks >> 1) << 1;
  for (odd &= within; odd != 0; odd &= odd - 1) {
    const bit = <u64>ctz(odd);
    const at = p + <usize>bit;
    const c: u32 = load<u8>(at);
    if (c >= 0x80) {
      quotes.plain = false;
    } else if (c < 0x20) {
      if (((inside ^ (<u32>popcnt(marks & (((<u64>1) << bit) - 1)))) & 1) != 0) quotes.sound = false;
    } else if (at >= escapedTo) {
      escapedTo = at + 2;
      if (!isEscape(at + 1)) quotes.sound = false;
      if (bit < 63) marks &= ~((<u64>2) << bit);
    }
  }
  return marks;
}

function isEscape(p: usize): bool {
  if (p >= end) return false;
  const c: u32 = load<u8>(p);
  if (c == 0x75) {
    const code = end - p >= 5 ? hex(p + 1) : -1;
    if (isSurrogate(code)) quotes.plain = false;
    return code >= 0;
  }
  return c == 0x22 || c == 0x5c || c == 0x2f || c == 0x62 || c == 0x66 || c == 0x6e || c == 0x72 || c == 0x74;
}

export function isSurrogate(code: i32): bool {
  return (code & 0xf800) == 0xd800 && code >= 0;
}

/** Four hexadecimal digits, or -1. */
export function hex(p: usize): i32 {
  let value: i32 = 0;
  for (let i: usize = 0; i < 4; i++) {
    const c: i32 = load<u8>(p + i);
    const letter = (c | 0x20) - 0x61;
    const digit = c - 0x30;
    if (digit >= 0 && digit <= 9) value = (value << 4) | digit;
    else if (letter >= 0 && letter <= 5) value = (value << 4) | (letter + 10);
    else return -1;
  }
  return value;
}
