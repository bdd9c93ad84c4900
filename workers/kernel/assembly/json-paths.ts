/** Values inside contents that hold JSON: all refs into one content are found while it is looked at. */
import { hex, isWatchedJson, skipValue } from './json';
import { plan, Ref, Root, ROOT_SIZE, Text, TEXT_SIZE } from './plan';
import { isSame, markOf } from './same';

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const OPEN_OBJECT: u32 = 0x7b;

/** The same as SLOT_SIZE in plan-encoder.ts: a longer string with escapes in it keeps them. */
const SLOT_SIZE: usize = 8192;

let root: Root = changetype<Root>(0);

export function rootAt(index: u32): Root {
  return changetype<Root>(plan.roots + index * ROOT_SIZE);
}

function refOf(index: u32): Ref {
  return changetype<Ref>(load<usize>(root.refs + (index << 2)));
}

/**
 * For each depth the refs whose keys have led to the object that is being read there, a bit each, and the marks of their next keys, a bit
 * each: nearly every member is told by its mark to be none of them.
 */
const wantedAt = memory.data(8 * 66, 16);
const marksAt = memory.data(8 * 66, 16);
/** The depths up to this one are those of open objects. */
let top: u32 = 0;

function want(depth: u32, wanted: u64): void {
  let marks: u64 = 0;
  for (let rest = wanted; rest != 0; rest &= rest - 1) {
    const key = keyOf(<u32>ctz(rest), depth);
    marks |= markOf(key.at, key.length);
  }
  store<u64>(wantedAt + (depth << 3), wanted);
  store<u64>(marksAt + (depth << 3), marks);
  top = depth;
}

/** The key of the ref in objects of a depth, which counts from 1. */
function keyOf(index: u32, depth: u32): Text {
  return changetype<Text>(refOf(index).path + (depth - 1) * TEXT_SIZE);
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
    if (wanted == 0) continue;
    want(1, wanted);
    const sound = isWatchedJson(root.value, root.value + root.valueLength);
    for (; wanted != 0; wanted &= wanted - 1) settle(refOf(<u32>ctz(wanted)), sound);
  }
}

/** Of a ref that was found, until it is known that the whole text is JSON. */
const FOUND: u32 = 1;

function settle(ref: Ref, sound: bool): void {
  const found = ref.valueLength == FOUND;
  ref.valueLength = 0;
  if (found && sound) take(ref, ref.value, skipValue(ref.value));
}

/** A member of an object at a depth that counts from 1; arrays count too. A later one takes the place of an earlier of its name. */
export function noteMember(key: usize, length: usize, value: usize, depth: u32): void {
  // An object in an array: nothing leads there.
  while (top < depth) want(top + 1, 0);
  let deeper: u64 = 0;
  if ((load<u64>(marksAt + (depth << 3)) & markOf(key, length)) != 0) deeper = found(key, length, value, depth);
  // Only an object has members one deeper.
  if (<u32>load<u8>(value) == OPEN_OBJECT) want(depth + 1, deeper);
  else top = depth + 1;
}

/** @returns the refs that lead further. */
function found(key: usize, length: usize, value: usize, depth: u32): u64 {
  let deeper: u64 = 0;
  for (let rest = load<u64>(wantedAt + (depth << 3)); rest != 0; rest &= rest - 1) {
    const index = <u32>ctz(rest);
    const text = keyOf(index, depth);
    if (text.length != length || !isSame(key, text.at, length)) continue;
    const ref = refOf(index);
    ref.value = value;
    ref.valueLength = ref.pathLength == depth ? FOUND : 0;
    if (ref.pathLength > depth) deeper |= (<u64>1) << index;
  }
  return deeper;
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
