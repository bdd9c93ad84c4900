/** RFC 8259, as strict as JSON.parse: is it an object or an array, and what lies where in it. */
import { noteArray, noteMember, noteObject } from './json-paths';

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const COMMA: u32 = 0x2c;
const COLON: u32 = 0x3a;
const OPEN_OBJECT: u32 = 0x7b;
const CLOSE_OBJECT: u32 = 0x7d;
const OPEN_ARRAY: u32 = 0x5b;
const CLOSE_ARRAY: u32 = 0x5d;

/** One bit each, and one left for the object it may become a member of. What is nested more deeply counts as text. */
const MAX_DEPTH: u32 = 63;

/** After a text was found to be JSON: it has neither space between its tokens nor bytes from 0x80, so a plain copy is its short form. */
export let compact: bool = false;

let checked: usize = 0;
let checkedEnd: usize = 0;
let checkedResult: bool = false;
let checkedCompact: bool = false;

/** To be called when other bytes may lie where the last text was. */
export function forgetJson(): void {
  checked = 0;
}

/** What is in the text being looked at is told to json-paths.ts. */
let watched = false;

/** {@link isJson}, with everything in it told to json-paths.ts. */
export function isWatchedJson(p: usize, end: usize): bool {
  forgetJson();
  watched = true;
  const sound = isJson(p, end);
  watched = false;
  return sound;
}

/** @returns whether `[p, end)` is an object or an array, of at most 63 levels. */
export function isJson(p: usize, end: usize): bool {
  if (p != checked || end != checkedEnd) {
    compact = true;
    checkedResult = check(p, end);
    checkedCompact = checkedResult && compact && ascii;
    checked = p;
    checkedEnd = end;
  }
  compact = checkedCompact;
  return checkedResult;
}

function check(p: usize, end: usize): bool {
  p = space(p, end);
  if (p >= end) return false;
  const first: u32 = load<u8>(p);
  if (first != OPEN_OBJECT && first != OPEN_ARRAY) return false;
  scan(p, end);
  let objects: u64 = 0;
  let depth: u32 = 0;
  while (p != 0) {
    p = space(p, end);
    if (p >= end) return false;
    const c: u32 = load<u8>(p);
    const opens = c == OPEN_OBJECT || c == OPEN_ARRAY;
    if (opens) {
      if (depth == MAX_DEPTH) return false;
      depth++;
      objects = (objects << 1) | (<u64>(c == OPEN_OBJECT));
      if (watched) {
        if (c == OPEN_OBJECT) noteObject(depth);
        else noteArray();
      }
      p = space(p + 1, end);
      if (p >= end) return false;
      if (<u32>load<u8>(p) != c + 2) {
        if (c == OPEN_OBJECT) p = name(p, end, depth);
        continue;
      }
      p++;
      objects >>= 1;
      depth--;
    } else {
      p = c == QUOTE ? string(p, end) : scalar(p, end, c);
      if (p == 0) return false;
    }
    p = closers(p, end, objects, depth);
    if (p == 0) return false;
    objects = objectsLeft;
    depth = depthLeft;
    if (depth == 0) return space(p, end) == end;
    if ((objects & 1) != 0) p = name(space(p, end), end, depth);
  }
  return false;
}

/** The text that was scanned last has no bytes from 0x80 … */
let ascii = false;
/** … and neither control characters nor backslashes: every quote begins or ends a string. */
export let plain = false;

const LANES = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);

function scan(p: usize, end: usize): void {
  let all = i8x16.splat(0);
  let least = i8x16.splat(-1);
  let slashes = i8x16.splat(0);
  for (; p < end; p += 16) {
    let v = v128.load(p);
    // What lies behind the text counts as spaces.
    if (end - p < 16) v = v128.bitselect(v, i8x16.splat(0x20), i8x16.lt_u(LANES, i8x16.splat(<i8>(end - p))));
    all = v128.or(all, v);
    least = i8x16.min_u(least, v);
    slashes = v128.or(slashes, i8x16.eq(v, i8x16.splat(<i8>BACKSLASH)));
  }
  ascii = i8x16.bitmask(all) == 0;
  plain = i8x16.bitmask(v128.or(slashes, i8x16.lt_u(least, i8x16.splat(0x20)))) == 0;
}

let objectsLeft: u64 = 0;
let depthLeft: u32 = 0;

/** Behind a value: past all brackets that close, and past the comma before the next value (or to the end, at depth 0). */
function closers(p: usize, end: usize, objects: u64, depth: u32): usize {
  while (depth > 0) {
    p = space(p, end);
    if (p >= end) return 0;
    const c: u32 = load<u8>(p++);
    if (c == COMMA) break;
    if (c != ((objects & 1) != 0 ? CLOSE_OBJECT : CLOSE_ARRAY)) return 0;
    objects >>= 1;
    depth--;
  }
  objectsLeft = objects;
  depthLeft = depth;
  return p;
}

/** `,"` */
const NEXT_NAME: u32 = 0x222c;
/** `:"` */
const TEXT_VALUE: u32 = 0x223a;

/**
 * The name of a member and its colon. Where its value is a string, and another name follows without any space, both are passed at once:
 * most members of most objects. What lies beyond the end is looked at, but `string` never comes back from there.
 */
function name(p: usize, end: usize, depth: u32): usize {
  if (p >= end || <u32>load<u8>(p) != QUOTE) return 0;
  let key = p + 1;
  p = string(p, end);
  while (p != 0 && <u32>load<u16>(p) == TEXT_VALUE) {
    const value = p + 1;
    if (value >= end) return 0;
    if (watched) noteMember(key, value - 2 - key, value, depth);
    p = string(value, end);
    if (p == 0) return 0;
    if (<u32>load<u16>(p) != NEXT_NAME || p + 1 >= end) return value;
    key = p + 2;
    p = string(p + 1, end);
  }
  if (p == 0) return 0;
  const keyEnd = p - 1;
  p = space(p, end);
  if (p >= end || <u32>load<u8>(p) != COLON) return 0;
  p = space(p + 1, end);
  if (watched) noteMember(key, keyEnd - key, p, depth);
  return p;
}

/** @param p at the opening quote. @returns behind the closing one, or 0. */
function string(p: usize, end: usize): usize {
  p++;
  if (plain) {
    p = quoteFrom(p, end);
    return p < end ? p + 1 : 0;
  }
  while (p != 0) {
    const v = v128.load(p);
    const stops = v128.or(
      i8x16.lt_u(v, i8x16.splat(0x20)),
      v128.or(i8x16.eq(v, i8x16.splat(<i8>QUOTE)), i8x16.eq(v, i8x16.splat(<i8>BACKSLASH))),
    );
    const bits = <u32>i8x16.bitmask(stops);
    const clean: u32 = bits == 0 ? 16 : ctz(bits);
    p += clean;
    if (p >= end) return 0;
    if (bits == 0) continue;
    const c: u32 = load<u8>(p);
    if (c == QUOTE) return p + 1;
    p = c == BACKSLASH ? escape(p + 1, end) : 0;
  }
  return 0;
}

/** The next quote, or any place that is not before the end. Most strings are fewer than 32 bytes. */
function quoteFrom(p: usize, end: usize): usize {
  const quote = i8x16.splat(<i8>QUOTE);
  for (; p < end; p += 32) {
    const low = <u32>i8x16.bitmask(i8x16.eq(v128.load(p), quote));
    const high = <u32>i8x16.bitmask(i8x16.eq(v128.load(p, 16), quote));
    const bits = low | (high << 16);
    if (bits != 0) return p + ctz(bits);
  }
  return p;
}

function escape(p: usize, end: usize): usize {
  if (p >= end) return 0;
  const c: u32 = load<u8>(p);
  if (c == 0x75) return end - p >= 5 && hex(p + 1) >= 0 ? p + 5 : 0;
  const simple =
    c == QUOTE || c == BACKSLASH || c == 0x2f || c == 0x62 || c == 0x66 || c == 0x6e || c == 0x72 || c == 0x74;
  return simple ? p + 1 : 0;
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

function scalar(p: usize, end: usize, c: u32): usize {
  if (c == 0x74) return end - p >= 4 && load<u32>(p) == 0x6575_7274 ? p + 4 : 0; // true
  if (c == 0x66) return end - p >= 5 && load<u32>(p + 1) == 0x6573_6c61 ? p + 5 : 0; // false
  if (c == 0x6e) return end - p >= 4 && load<u32>(p) == 0x6c6c_756e ? p + 4 : 0; // null
  if (c == 0x2d) p++;
  if (p < end && <u32>load<u8>(p) == 0x30) p++;
  else p = digits(p, end);
  if (p != 0 && p < end && <u32>load<u8>(p) == 0x2e) p = digits(p + 1, end);
  if (p != 0 && p < end && ((<u32>load<u8>(p)) | 0x20) == 0x65) {
    p++;
    if (p < end && (<u32>load<u8>(p) == 0x2b || <u32>load<u8>(p) == 0x2d)) p++;
    p = digits(p, end);
  }
  return p;
}

/** One or more. */
function digits(p: usize, end: usize): usize {
  const first = p;
  while (p < end && <u32>load<u8>(p) - 0x30 <= 9) p++;
  return p == first ? 0 : p;
}

function space(p: usize, end: usize): usize {
  while (p < end && isSpace(load<u8>(p))) {
    compact = false;
    p++;
  }
  return p;
}

export function isSpace(c: u32): bool {
  return c == 0x20 || c == 0x0a || c == 0x0d || c == 0x09;
}

/** Of text known to be JSON: behind the string that begins at `p`. */
function skipString(p: usize): usize {
  p++;
  let c: u32 = 0;
  while (c != QUOTE) {
    const v = v128.load(p);
    const stops = v128.or(i8x16.eq(v, i8x16.splat(<i8>QUOTE)), i8x16.eq(v, i8x16.splat(<i8>BACKSLASH)));
    const bits = <u32>i8x16.bitmask(stops);
    if (bits == 0) {
      p += 16;
      continue;
    }
    p += ctz(bits);
    c = load<u8>(p);
    p += c == QUOTE ? 1 : 2;
  }
  return p;
}

/** Of text known to be JSON, inside an object: behind the value that begins at `p`. */
export function skipValue(p: usize): usize {
  let depth: u32 = 0;
  let c: u32 = load<u8>(p);
  if (c == QUOTE) return skipString(p);
  if (c != OPEN_OBJECT && c != OPEN_ARRAY) {
    while (c != COMMA && c != CLOSE_OBJECT && !isSpace(c)) c = load<u8>(++p);
    return p;
  }
  do {
    c = load<u8>(p);
    if (c == QUOTE) {
      p = skipString(p);
      continue;
    }
    if (c == OPEN_OBJECT || c == OPEN_ARRAY) depth++;
    else if (c == CLOSE_OBJECT || c == CLOSE_ARRAY) depth--;
    p++;
  } while (depth > 0);
  return p;
}
