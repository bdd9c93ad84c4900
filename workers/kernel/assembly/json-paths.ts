/** Values inside contents that hold JSON: all refs into one content are found in a single walk. */
import { hex, isJson, skipSpace, skipString, skipValue } from './json';
import { plan, Ref, Root, ROOT_SIZE, Text, TEXT_SIZE } from './plan';
import { isSame } from './same';

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const COMMA: u32 = 0x2c;
const OPEN_OBJECT: u32 = 0x7b;
const CLOSE_OBJECT: u32 = 0x7d;

/** The same as SLOT_SIZE in plan-encoder.ts: a longer string with escapes in it keeps them. */
const SLOT_SIZE: usize = 8192;

let root: Root = changetype<Root>(0);

export function rootAt(index: u32): Root {
  return changetype<Root>(plan.roots + index * ROOT_SIZE);
}

function refOf(index: u32): Ref {
  return changetype<Ref>(load<usize>(root.refs + (index << 2)));
}

/** Points the refs into JSON at their values; one whose full name is a content of its own keeps that. */
export function resolvePaths(): void {
  for (let i: u32 = 0; i < plan.rootCount; i++) {
    root = rootAt(i);
    if (root.valueLength == 0) continue;
    let wanted: u64 = 0;
    for (let j: u32 = 0; j < root.refCount; j++) {
      if (refOf(j).valueLength == 0) wanted |= (<u64>1) << j;
    }
    const end = root.value + root.valueLength;
    if (wanted == 0 || !isJson(root.value, end)) continue;
    const p = skipSpace(root.value);
    if (<u32>load<u8>(p) == OPEN_OBJECT) walk(p, 0, wanted);
  }
}

/**
 * @param p an object. @param wanted a bit for each ref whose first `depth` keys led here.
 * @returns behind the object. It is at most 63 deep, and so is this.
 */
function walk(p: usize, depth: u32, wanted: u64): usize {
  p = skipSpace(p + 1);
  if (<u32>load<u8>(p) == CLOSE_OBJECT) return p + 1;
  for (;;) {
    const key = p + 1;
    p = skipString(p);
    const hits = namedBy(key, p - 1 - key, depth, wanted);
    p = skipSpace(skipSpace(p) + 1);
    p = hits == 0 ? skipValue(p) : found(p, depth, hits);
    p = skipSpace(p);
    if (<u32>load<u8>(p) != COMMA) return p + 1;
    p = skipSpace(p + 1);
  }
  return p;
}

/** Those of the wanted refs whose key at this depth is this one. */
function namedBy(key: usize, length: usize, depth: u32, wanted: u64): u64 {
  let hits: u64 = 0;
  for (let rest = wanted; rest != 0; rest &= rest - 1) {
    const index = <u32>ctz(rest);
    const ref = refOf(index);
    if (depth >= ref.pathLength) continue;
    const text = changetype<Text>(ref.path + depth * TEXT_SIZE);
    if (text.length == length && isSame(key, text.at, length)) hits |= (<u64>1) << index;
  }
  return hits;
}

/** A later member of the same name takes the place of an earlier one, as in JSON.parse. */
function found(p: usize, depth: u32, hits: u64): usize {
  let deeper: u64 = 0;
  for (let rest = hits; rest != 0; rest &= rest - 1) {
    const ref = refOf(<u32>ctz(rest));
    ref.valueLength = 0;
    if (ref.pathLength > depth + 1) deeper |= rest & (0 - rest);
  }
  const value = p;
  p = deeper != 0 && <u32>load<u8>(p) == OPEN_OBJECT ? walk(p, depth + 1, deeper) : skipValue(p);
  for (let rest = hits & ~deeper; rest != 0; rest &= rest - 1) take(refOf(<u32>ctz(rest)), value, p);
  return p;
}

function take(ref: Ref, from: usize, to: usize): void {
  const c: u32 = load<u8>(from);
  if (c == 0x6e) return; // null
  if (c == QUOTE) {
    from++;
    to--;
    if (hasEscape(from, to) && to - from <= SLOT_SIZE) {
      ref.value = ref.slot;
      ref.valueLength = <u32>(unescape(ref.slot, from, to) - ref.slot);
      return;
    }
  }
  ref.value = from;
  ref.valueLength = <u32>(to - from);
}

function hasEscape(p: usize, end: usize): bool {
  for (; p < end; p += 16) {
    let bits = <u32>i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(<i8>BACKSLASH)));
    const left = <u32>(end - p);
    if (left < 16) bits &= (1 << left) - 1;
    if (bits != 0) return true;
  }
  return false;
}

function unescape(dst: usize, p: usize, end: usize): usize {
  while (p < end) {
    const c: u32 = load<u8>(p++);
    if (c != BACKSLASH) {
      store<u8>(dst++, c);
      continue;
    }
    const letter: u32 = load<u8>(p++);
    if (letter == 0x75) {
      dst = codePoint(dst, p, end);
      p = afterCodePoint;
    } else {
      store<u8>(dst++, plainOf(letter));
    }
  }
  return dst;
}

function plainOf(letter: u32): u32 {
  if (letter == 0x6e) return 0x0a;
  if (letter == 0x74) return 0x09;
  if (letter == 0x72) return 0x0d;
  if (letter == 0x62) return 0x08;
  return letter == 0x66 ? 0x0c : letter;
}

let afterCodePoint: usize = 0;

/** The UTF-8 of four hexadecimal digits, or of a pair of surrogates; of half a pair that of U+FFFD. */
function codePoint(dst: usize, p: usize, end: usize): usize {
  let code: u32 = hex(p);
  p += 4;
  if (code >= 0xd800 && code <= 0xdfff) {
    const isPair = code < 0xdc00 && end - p >= 6 && load<u16>(p) == 0x755c;
    const low: u32 = isPair ? hex(p + 2) : 0;
    if (low >= 0xdc00 && low <= 0xdfff) {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      p += 6;
    } else {
      code = 0xfffd;
    }
  }
  afterCodePoint = p;
  if (code < 0x80) {
    store<u8>(dst, code);
    return dst + 1;
  }
  if (code < 0x800) {
    store<u8>(dst, 0xc0 | (code >> 6));
    store<u8>(dst + 1, 0x80 | (code & 63));
    return dst + 2;
  }
  if (code < 0x10000) {
    store<u8>(dst, 0xe0 | (code >> 12));
    store<u8>(dst + 1, 0x80 | ((code >> 6) & 63));
    store<u8>(dst + 2, 0x80 | (code & 63));
    return dst + 3;
  }
  store<u8>(dst, 0xf0 | (code >> 18));
  store<u8>(dst + 1, 0x80 | ((code >> 12) & 63));
  store<u8>(dst + 2, 0x80 | ((code >> 6) & 63));
  store<u8>(dst + 3, 0x80 | (code & 63));
  return dst + 4;
}
