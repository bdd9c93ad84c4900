/**
 * The names of contents that came before: nearly all logs have the same keys in the same order. All names kept here differ, so that they are
 * right for any log whose keys are all among them, each once. Of all others names.ts keeps a table (which costs as much as all else).
 */

/** Ready to be copied as two vectors, like its key. */
@unmanaged
class Known {
  keyLength: u32;
  /** With its `=`. */
  nameLength: u32;
}

const KEY: usize = 16;
const NAME: usize = 48;
const KNOWN_SIZE: usize = 80;
/** A bit each. */
const MOST: u32 = 64;
/** `sls_` and `=` may come with it. */
const MAX_KEY: usize = 27;
const table = memory.data(64 * 80, 16);
let count: u32 = 0;

/** Those that the log has had, and the one expected next. */
export let had: u64 = 0;
let expected: u32 = 0;

/** Of another batch nothing is known. */
export function forgetKnown(): void {
  count = 0;
}

/** For the next log, of which nothing came yet. */
export function beginKnown(): void {
  had = 0;
  expected = 0;
}

function at(index: u32): usize {
  return table + index * KNOWN_SIZE;
}

/** @param length less than 32. */
function isAt(index: u32, key: usize, length: usize): bool {
  const known = at(index);
  if (changetype<Known>(known).keyLength != length) return false;
  const low = i8x16.bitmask(i8x16.eq(v128.load(known, KEY), v128.load(key)));
  const high = i8x16.bitmask(i8x16.eq(v128.load(known, KEY + 16), v128.load(key, 16)));
  const wanted: u32 = (1 << (<u32>length)) - 1;
  return ((low | (high << 16)) & wanted) == wanted;
}

/**
 * Writes the name of a content and its `=`, up to 31 bytes beyond.
 * @returns behind it, or 0 where it isn't known or came before in this log.
 */
export function knownName(dst: usize, key: usize, length: usize): usize {
  let index = expected;
  if (index >= count || !isAt(index, key, length)) {
    index = search(key, length);
    if (index == count) return 0;
  }
  const bit = (<u64>1) << index;
  if ((had & bit) != 0) return 0;
  had |= bit;
  expected = index + 1;
  const known = at(index);
  v128.store(dst, v128.load(known, NAME));
  v128.store(dst, v128.load(known, NAME + 16), 16);
  return dst + changetype<Known>(known).nameLength;
}

/** @returns `count` for none. */
function search(key: usize, length: usize): u32 {
  let index: u32 = 0;
  while (index < count && !isAt(index, key, length)) index++;
  return index;
}

/** @param name with its `=`, and the same for every log in which it has no namesake. */
export function learn(key: usize, keyLength: usize, name: usize, nameLength: usize): void {
  if (keyLength > MAX_KEY || count == MOST || search(key, keyLength) < count || isTaken(name, nameLength)) return;
  const known = at(count++);
  changetype<Known>(known).keyLength = <u32>keyLength;
  changetype<Known>(known).nameLength = <u32>nameLength;
  v128.store(known, v128.load(key), KEY);
  v128.store(known, v128.load(key, 16), KEY + 16);
  v128.store(known, v128.load(name), NAME);
  v128.store(known, v128.load(name, 16), NAME + 16);
}

/** Whether another key has this name. */
function isTaken(name: usize, length: usize): bool {
  for (let index: u32 = 0; index < count; index++) {
    const known = at(index);
    if (changetype<Known>(known).nameLength == length && memory.compare(known + NAME, name, length) == 0) return true;
  }
  return false;
}

export function keyOf(index: u32): usize {
  return at(index) + KEY;
}

export function keyEndOf(index: u32): usize {
  return at(index) + KEY + changetype<Known>(at(index)).keyLength;
}
