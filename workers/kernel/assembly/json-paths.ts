/** Values inside contents that hold JSON: all refs into one content are found while it is looked at. */
import { isWatchedJson, skipValue } from './json';
import { Level, LEVEL_SIZE, plan, Ref, Root, ROOT_SIZE, Step, STEP_SIZE } from './plan';
import { hex, plain } from './quotes';
import { isSame } from './same';

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;

/** The same as SLOT_SIZE in plan-encoder.ts: a longer string with escapes in it keeps them. */
const SLOT_SIZE: usize = 8192;
const TABLE_SIZE: usize = 4 * 64;

/** Objects in objects, as deep as isJson goes: the Level of each that is open, or 0. */
const levelAt = memory.data(4 * 66, 16);
/** The Level of the next object, if one comes next. */
let coming: usize = 0;

/** To be called once a batch. */
export function beginPaths(): void {
  for (let i: u32 = 0; i < plan.levelCount; i++) {
    const level = changetype<Level>(plan.levels + i * LEVEL_SIZE);
    memory.fill(level.table, 0, TABLE_SIZE);
    for (let j: u32 = 0; j < level.stepCount; j++) {
      const step = changetype<Step>(level.steps + j * STEP_SIZE);
      const slot = level.table + slotOf(step.key, step.keyLength);
      step.next = load<usize>(slot);
      store<usize>(slot, changetype<usize>(step));
    }
  }
}

/** Nearly every member is told by its length and its first byte to be none of those that are asked for. */
function slotOf(key: usize, length: usize): usize {
  const first: usize = length == 0 ? 0 : load<u8>(key);
  return ((length + first * 5) & 63) << 2;
}

/** Points the refs into JSON at their values; one whose full name is a content of its own keeps that. */
export function resolvePaths(): void {
  for (let i: u32 = 0; i < plan.rootCount; i++) {
    const root = changetype<Root>(plan.roots + i * ROOT_SIZE);
    if (root.valueLength == 0) continue;
    forgetLevel(root.level);
    coming = root.level;
    if (!isWatchedJson(root.value, root.value + root.valueLength)) continue;
    for (let j: u32 = 0; j < root.refCount; j++) {
      const ref = changetype<Ref>(load<usize>(root.refs + (j << 2)));
      if (ref.begin != 0 && ref.valueLength == 0) take(ref, ref.begin, skipValue(ref.begin));
    }
  }
}

/** Nothing was found in it. */
function forgetLevel(at: usize): void {
  const level = changetype<Level>(at);
  for (let i: u32 = 0; i < level.stepCount; i++) {
    const step = changetype<Step>(level.steps + i * STEP_SIZE);
    if (step.ref != 0) changetype<Ref>(step.ref).begin = 0;
    if (step.level != 0) forgetLevel(step.level);
  }
}

/** An object opens at a depth that counts from 1; arrays count too. */
export function noteObject(depth: u32): void {
  store<usize>(levelAt + (depth << 2), coming);
  coming = 0;
}

/** Nothing leads into arrays. */
export function noteArray(): void {
  coming = 0;
}

/** The table of the Level that is open at a depth, or 0: nothing in that object is asked for. */
export function tableOf(depth: u32): usize {
  const level = load<usize>(levelAt + (depth << 2));
  return level == 0 ? 0 : changetype<Level>(level).table;
}

/** A member of an object whose Level has that table. A later one takes the place of an earlier of its name. */
export function noteMember(table: usize, key: usize, length: usize, value: usize): void {
  coming = 0;
  const first = load<usize>(table + slotOf(key, length));
  if (first != 0) follow(first, key, length, value);
}

function follow(first: usize, key: usize, length: usize, value: usize): void {
  for (let at = first; at != 0; at = changetype<Step>(at).next) {
    const step = changetype<Step>(at);
    if (step.keyLength != length || !isSame(key, step.key, length)) continue;
    if (step.ref != 0) changetype<Ref>(step.ref).begin = value;
    if (step.level != 0) forgetLevel(step.level);
    coming = step.level;
    return;
  }
}

function take(ref: Ref, from: usize, to: usize): void {
  const c: u32 = load<u8>(from);
  if (c == 0x6e) return; // null
  if (c == QUOTE) {
    from++;
    to--;
    if (!plain && to - from <= SLOT_SIZE && hasEscape(from, to)) {
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
