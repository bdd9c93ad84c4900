/** Over JSON that nobody asked for: strings 16 bytes at a time, whatever has brackets 64. */
import { BACKSLASH, CLOSE_ARRAY, CLOSE_OBJECT, COMMA, isSpace, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './json-bytes';
import { maskOf } from './quotes';

/** What makes braces of brackets, and leaves braces as they are. */
const TO_BRACE: i8 = 0x20;
const BLOCK: usize = 64;

/** Of the text being read. */
let end: usize = 0;

export function beginText(to: usize): void {
  end = to;
}

export function isAtEnd(p: usize): bool {
  return p >= end;
}

/** Behind the value that begins at `p`, or 0 if it has no end. Brackets of both kinds count alike. */
export function skipValue(p: usize): usize {
  const first: u32 = load<u8>(p);
  if (first == QUOTE) {
    const quote = closingQuote(p + 1);
    return quote == 0 ? 0 : quote + 1;
  }
  if (first == OPEN_OBJECT || first == OPEN_ARRAY) return skipNested(p + 1);
  for (let at = p; at < end; at++) {
    const c: u32 = load<u8>(at);
    if (c == COMMA || c == CLOSE_OBJECT || c == CLOSE_ARRAY || isSpace(c)) return at == p ? 0 : at;
    if (c == QUOTE || c == BACKSLASH || c == OPEN_OBJECT || c == OPEN_ARRAY) return 0;
  }
  return 0;
}

/** From inside a string: its closing quote, or 0. */
export function closingQuote(p: usize): usize {
  while (p < end) {
    const v = v128.load(p);
    const stops = v128.or(i8x16.eq(v, i8x16.splat(<i8>QUOTE)), i8x16.eq(v, i8x16.splat(<i8>BACKSLASH)));
    const bits = <u32>i8x16.bitmask(stops);
    if (bits == 0) {
      p += 16;
      continue;
    }
    p += ctz(bits);
    if (p >= end) return 0;
    if (<u32>load<u8>(p) == QUOTE) return p;
    p += 2;
  }
  return 0;
}

/** From inside an object or array, but not inside a string of it: behind the bracket that closes it, or 0. */
export function skipNested(p: usize): usize {
  let depth: u32 = 1;
  let inString: u64 = 0;
  let hides: u64 = 0;
  const quote = i8x16.splat(<i8>QUOTE);
  const backslash = i8x16.splat(<i8>BACKSLASH);
  const toBrace = i8x16.splat(TO_BRACE);
  const open = i8x16.splat(<i8>OPEN_OBJECT);
  const close = i8x16.splat(<i8>CLOSE_OBJECT);
  for (; p < end; p += BLOCK) {
    let v0 = v128.load(p);
    let v1 = v128.load(p, 16);
    let v2 = v128.load(p, 32);
    let v3 = v128.load(p, 48);
    let quotes = maskOf(i8x16.eq(v0, quote), i8x16.eq(v1, quote), i8x16.eq(v2, quote), i8x16.eq(v3, quote));
    const escapes = maskOf(
      i8x16.eq(v0, backslash),
      i8x16.eq(v1, backslash),
      i8x16.eq(v2, backslash),
      i8x16.eq(v3, backslash),
    );
    v0 = v128.or(v0, toBrace);
    v1 = v128.or(v1, toBrace);
    v2 = v128.or(v2, toBrace);
    v3 = v128.or(v3, toBrace);
    let opens = maskOf(i8x16.eq(v0, open), i8x16.eq(v1, open), i8x16.eq(v2, open), i8x16.eq(v3, open));
    let closes = maskOf(i8x16.eq(v0, close), i8x16.eq(v1, close), i8x16.eq(v2, close), i8x16.eq(v3, close));
    if ((escapes | hides) != 0) {
      const hidden = hiddenBy(escapes, hides);
      hides = hidesNext;
      quotes &= ~hidden;
      opens &= ~hidden;
      closes &= ~hidden;
    }
    const within = fromOddToEven(quotes) ^ inString;
    inString = <u64>((<i64>within) >> 63);
    opens &= ~within;
    closes &= ~within;
    const closing = <u32>popcnt(closes);
    if (closing < depth) {
      depth += <u32>popcnt(opens) - closing;
      continue;
    }
    for (let brackets = opens | closes; brackets != 0; brackets &= brackets - 1) {
      if ((opens & brackets & (0 - brackets)) != 0) {
        depth++;
      } else if (--depth == 0) {
        const behind = p + <usize>ctz(brackets) + 1;
        return behind <= end ? behind : 0;
      }
    }
  }
  return 0;
}

/** Every bit from each first of two to before the second. */
function fromOddToEven(bits: u64): u64 {
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  return bits ^ (bits << 32);
}

/** 1 if the last byte of a block hides the first of the next. */
let hidesNext: u64 = 0;

/** The bytes behind backslashes that are not hidden themselves. @param first 1 if the first byte is hidden. */
function hiddenBy(escapes: u64, first: u64): u64 {
  let hidden = first;
  hidesNext = 0;
  for (escapes &= ~first; escapes != 0; escapes &= escapes - 1) {
    const bit = escapes & (0 - escapes);
    if (bit >> 63 != 0) hidesNext = 1;
    hidden |= bit << 1;
    escapes &= ~(bit << 1);
  }
  return hidden;
}

export function space(p: usize): usize {
  while (p < end && isSpace(load<u8>(p))) p++;
  return p;
}
