/**
 * The names of the members of a JSON text, none twice in one object: many receivers refuse what is repeated. A repeated name gets `_2`, `_3` …
 * behind it. Names are told apart by a hash of 64 bits.
 */
import { suffixed } from './decimal';
import { CLOSE_ARRAY, CLOSE_OBJECT, COMMA, OPEN_ARRAY, OPEN_OBJECT } from './json-bytes';

const PRIME: u64 = 0x100_0000_01b3;
const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
const BACKSLASHES: u64 = 0x5c5c_5c5c_5c5c_5c5c;

@unmanaged
class Entry {
  hash: u64;
  object: u32;
  /** The last suffix given to a repetition of this name. */
  last: u32;
}

const ENTRY_SIZE: usize = 16;
const SLOTS: u32 = 16_384;
/** A text with more names stays text. */
const MOST: u32 = 12_288;
const table = memory.data(SLOTS * ENTRY_SIZE, 16);
const LAST_OBJECT: u32 = u32.MAX_VALUE - (1 << 24);

@unmanaged
class Names {
  /** Objects of the text have numbers of their own, from this one on: entries of smaller numbers are free. */
  first: u32;
  last: u32;
  /** Members so far. */
  used: u32;
  /** How many slots are used, less one: few for a short text, so that they stay in the nearest cache. */
  mask: u32;
  /** A name may come twice in an object. */
  areDoubtful: bool;
}

/** Only this file writes it. */
export const names = changetype<Names>(memory.data(offsetof<Names>(), 16));

/** For the next text. @param length its bytes: no member takes less than four. */
export function beginMemberNames(length: usize): void {
  if (names.last > LAST_OBJECT) {
    memory.fill(table, 0, SLOTS * ENTRY_SIZE);
    names.last = 0;
  }
  const needed = (<u32>(length >> 2)) | 15;
  names.mask = min<u32>((<u32>-1) >> (<u32>clz(needed)), SLOTS - 1);
  names.first = names.last + 1;
  names.used = 0;
  names.areDoubtful = false;
}

/** @returns the number of the next object. */
export function nextObject(): u32 {
  return ++names.last;
}

/** The text has more names than can be told apart. */
export function areTooMany(): bool {
  return names.used > MOST;
}

/** Notes the name of a member, as it stands in `[p, end)`. One with escapes, or with bytes that may have to be mended, leaves a doubt. */
export function noteName(object: u32, p: usize, end: usize): void {
  let hash: u64 = BASIS ^ (<u64>(end - p));
  let odd: u64 = 0;
  for (; p + 8 <= end; p += 8) {
    const word = load<u64>(p);
    odd |= oddBytes(word);
    hash = (hash ^ word) * PRIME;
    hash ^= hash >> 32;
  }
  if (p < end) {
    const word = load<u64>(p) << (64 - 8 * <u64>(end - p));
    odd |= oddBytes(word);
    hash = (hash ^ word) * PRIME;
    hash ^= hash >> 32;
  }
  if (odd != 0 || !take(object, hash)) names.areDoubtful = true;
}

/** Not 0 if one of the bytes is a backslash or from 0x80. */
function oddBytes(word: u64): u64 {
  const slashes = word ^ BACKSLASHES;
  return (word | ((slashes - ONES) & ~slashes)) & HIGH_BITS;
}

/** @returns false if the object has the name already. */
function take(object: u32, hash: u64): bool {
  names.used++;
  if (areTooMany()) return true;
  const entry = find(object, hash);
  if (entry.object == object) return false;
  put(entry, object, hash);
  return true;
}

/** The entry of this name, or the free one where it belongs. */
function find(object: u32, hash: u64): Entry {
  let slot = (<u32>(hash >> 32)) ^ (object * 0x9e37_79b1);
  let entry = entryAt(slot);
  while (entry.object >= names.first && !(entry.object == object && entry.hash == hash)) entry = entryAt(++slot);
  return entry;
}

function entryAt(slot: u32): Entry {
  return changetype<Entry>(table + (slot & names.mask) * ENTRY_SIZE);
}

function put(entry: Entry, object: u32, hash: u64): void {
  entry.object = object;
  entry.hash = hash;
  entry.last = 1;
}

@unmanaged
class Naming {
  /** The hash of the name that is being written. */
  hash: u64;
  /** One bit for each open bracket, 1 for an object, the innermost in the lowest. */
  objects: u64;
  depth: u32;
  /** The next string is the name of a member. */
  isNameNext: bool;
}

const naming = changetype<Naming>(memory.data(offsetof<Naming>(), 16));
/** The number of each open object, by depth. */
const objectAt = memory.data(4 * 64, 4);

/** Before a text with doubtful names is written. @param length its bytes. */
export function beginNaming(length: usize): void {
  beginMemberNames(length);
  naming.objects = 0;
  naming.depth = 0;
  naming.isNameNext = false;
}

/** Passes a byte outside strings. */
export function passToken(c: u32): void {
  if (c == OPEN_OBJECT || c == OPEN_ARRAY) {
    naming.objects = (naming.objects << 1) | (c == OPEN_OBJECT ? 1 : 0);
    store<u32>(here(++naming.depth), nextObject());
  } else if (c == CLOSE_OBJECT || c == CLOSE_ARRAY) {
    naming.objects >>= 1;
    naming.depth--;
  }
  naming.isNameNext = (c == OPEN_OBJECT || c == COMMA) && (naming.objects & 1) != 0;
}

export function isNameNext(): bool {
  return naming.isNameNext;
}

function here(depth: u32): usize {
  return objectAt + ((<usize>depth) << 2);
}

export function beginName(): void {
  naming.isNameNext = false;
  naming.hash = BASIS;
}

/** What these bytes are, or stand for, is a part of the name. */
export function addToName(from: usize, to: usize): void {
  naming.hash = hashOn(naming.hash, from, to);
}

/** FNV-1a. */
function hashOn(hash: u64, from: usize, to: usize): u64 {
  for (; from < to; from++) hash = (hash ^ (<u64>load<u8>(from))) * PRIME;
  return hash;
}

/** Ends the name, before its closing quote. @returns behind what makes it unique in its object, at most 11 bytes. */
export function endName(dst: usize): usize {
  const object = load<u32>(here(naming.depth));
  const entry = find(object, naming.hash);
  if (entry.object != object) {
    put(entry, object, naming.hash);
    return dst;
  }
  let end: usize;
  let hash: u64;
  let other: Entry;
  do {
    end = suffixed(dst, ++entry.last);
    hash = hashOn(naming.hash, dst, end);
    other = find(object, hash);
  } while (other.object == object);
  put(other, object, hash);
  return end;
}
