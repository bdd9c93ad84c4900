/**
 * The names of fields that came before: nearly all logs have the same keys in the same order. All names kept here differ, so that they are
 * right for any log whose keys are all among them, each once. Of all others names.ts keeps a table (which costs as much as all else).
 */

/** A key and its name. Where both are short they lie behind it, ready to be copied as two vectors each; else among the long ones. */
@unmanaged
class Known {
  /** The key's length where both are short, else one that no short key has. */
  shortLength: u32;
  keyLength: u32;
  /** With what ends it. */
  nameLength: u32;
}

const KEY: usize = 16;
export const NAME: usize = 48;
export const KNOWN_SIZE: usize = 80;
/** A bit each. */
const MOST: u32 = 64;
/** Keys of fewer bytes are short, and names of no more. */
const SHORT: usize = 32;
const NOT_SHORT: u32 = u32.MAX_VALUE;
/** Longer ones are not kept. */
const MAX_KEY: usize = 255;
const MAX_NAME: usize = 271;
const LONG_NAME: usize = 256;
const LONG_SIZE: usize = 528;
/** Behind the last one is room for one more, which no key has. */
const table = memory.data((MOST + 1) * KNOWN_SIZE, 16);
const longs = memory.data(MOST * LONG_SIZE + 32, 16);
let count: u32 = 0;

@unmanaged
class Seen {
  /** A bit for each known name that the log has had. */
  names: u64;
  /** The one expected next. */
  next: u32;
}

/** Only this file writes it. */
export const seen = changetype<Seen>(memory.data(offsetof<Seen>(), 16));

/** Of another batch nothing is known. */
export function forgetKnown(): void {
  count = 0;
  changetype<Known>(at(0)).shortLength = NOT_SHORT;
  changetype<Known>(at(MOST)).shortLength = NOT_SHORT;
}

/** For the next log, which has these already, and of which this one is expected next. */
export function beginKnown(before: u64, next: u32): void {
  seen.names = before;
  seen.next = next;
}

/** Until the next log none is. */
export function expectNone(): void {
  seen.next = MOST;
}

/** With what ends it. */
export function nameLengthAt(known: usize): usize {
  return changetype<Known>(known).nameLength;
}

function at(index: u32): usize {
  return table + index * KNOWN_SIZE;
}

function longAt(index: u32): usize {
  return longs + index * LONG_SIZE;
}

/** Whether a key is that one. @param length less than 32. @param low, high the 32 bytes at it. */
export function isShort(known: usize, length: u32, low: v128, high: v128): bool {
  if (load<u32>(known) != length) return false;
  const lows: u32 = i8x16.bitmask(i8x16.eq(v128.load(known, KEY), low));
  const highs: u32 = i8x16.bitmask(i8x16.eq(v128.load(known, KEY + 16), high));
  const wanted: u32 = (1 << length) - 1;
  return ((lows | (highs << 16)) & wanted) == wanted;
}

/** @returns the known name expected next, from which a loop may go on by itself as long as {@link isShort}. */
export function expectedAt(): usize {
  return at(seen.next);
}

/** Where such a loop has to stop: this one came before. */
export function expectedEnd(): usize {
  const later = seen.next < MOST ? seen.names >> seen.next : 0;
  return later == 0 ? at(MOST) : at(seen.next + <u32>ctz(later));
}

/** That loop has written the names up to this one. */
export function passKnown(known: usize): void {
  const next = <u32>((known - table) / KNOWN_SIZE);
  if (next == seen.next) return;
  const bits = next == MOST ? u64.MAX_VALUE : ((<u64>1) << next) - 1;
  seen.names |= bits & ~(((<u64>1) << seen.next) - 1);
  seen.next = next;
}

/**
 * Writes the name of a key, up to 31 bytes beyond.
 * @returns behind it, or 0 where it isn't known or came before in this log.
 */
export function knownName(dst: usize, key: usize, length: usize): usize {
  let index = seen.next;
  let known = at(index);
  if (!isShort(known, <u32>length, v128.load(key), v128.load(key, 16))) {
    index = search(key, length);
    if (index == count) return 0;
    known = at(index);
  }
  const bit = (<u64>1) << index;
  if ((seen.names & bit) != 0) return 0;
  seen.names |= bit;
  seen.next = index + 1;
  const nameLength = changetype<Known>(known).nameLength;
  if (changetype<Known>(known).shortLength == NOT_SHORT) return longName(dst, index, nameLength);
  v128.store(dst, v128.load(known, NAME));
  v128.store(dst, v128.load(known, NAME + 16), 16);
  return dst + nameLength;
}

function longName(dst: usize, index: u32, length: usize): usize {
  memory.copy(dst, longAt(index) + LONG_NAME, length);
  return dst + length;
}

function isAt(index: u32, key: usize, length: usize): bool {
  const known = changetype<Known>(at(index));
  if (known.keyLength != length) return false;
  if (known.shortLength == length) return isShort(at(index), <u32>length, v128.load(key), v128.load(key, 16));
  return memory.compare(longAt(index), key, length) == 0;
}

/** @returns `count` for none. */
function search(key: usize, length: usize): u32 {
  if (seen.next < count && isAt(seen.next, key, length)) return seen.next;
  let index: u32 = 0;
  while (index < count && !isAt(index, key, length)) index++;
  return index;
}

/** @param name with what ends it, and the same for every log in which it has no namesake. */
export function learn(key: usize, keyLength: usize, name: usize, nameLength: usize): void {
  if (keyLength > MAX_KEY || nameLength > MAX_NAME || count == MOST) return;
  if (search(key, keyLength) < count || isTaken(name, nameLength)) return;
  const index = count++;
  const known = at(index);
  const isLong = keyLength >= SHORT || nameLength > SHORT;
  changetype<Known>(known).shortLength = isLong ? NOT_SHORT : <u32>keyLength;
  changetype<Known>(known).keyLength = <u32>keyLength;
  changetype<Known>(known).nameLength = <u32>nameLength;
  memory.copy(isLong ? longAt(index) : known + KEY, key, isLong ? keyLength : SHORT);
  memory.copy(isLong ? longAt(index) + LONG_NAME : known + NAME, name, isLong ? nameLength : SHORT);
  changetype<Known>(at(count)).shortLength = NOT_SHORT;
}

/** Whether another key has this name. */
function isTaken(name: usize, length: usize): bool {
  for (let index: u32 = 0; index < count; index++) {
    const known = at(index);
    if (changetype<Known>(known).nameLength == length && memory.compare(nameAt(index), name, length) == 0) return true;
  }
  return false;
}

function nameAt(index: u32): usize {
  return changetype<Known>(at(index)).shortLength == NOT_SHORT ? longAt(index) + LONG_NAME : at(index) + NAME;
}

export function keyOf(index: u32): usize {
  return changetype<Known>(at(index)).shortLength == NOT_SHORT ? longAt(index) : at(index) + KEY;
}

export function keyEndOf(index: u32): usize {
  return keyOf(index) + changetype<Known>(at(index)).keyLength;
}
