/**
 * The names that contents have in LEEF and CEF: one word each, none that the plan has for itself, none twice in one event, as receivers
 * ignore what is repeated. A repeated name gets `_2`, `_3` … behind it.
 */
import { decimal, digitsOf } from './decimal';
import { beginKnown, forgetKnown, had, keyEndOf, keyOf, knownName, learn } from './known';
import { isReserved } from './reserved';
import { isSame } from './same';

const UNDERSCORE: i8 = 0x5f;
const EQUALS: u8 = 0x3d;
const PRIME: u64 = 0x100_0000_01b3;
/** Longer ones are cut to this. */
const MAX_NAME: usize = 255;
/** `sls_`, before a content's name that is the plan's own. */
const OURS: u32 = 0x5f73_6c73;

/** A name that is taken: by its content's key, from which it can be made again, and how often it came. */
@unmanaged
class Entry {
  /** Of the log it belongs to. */
  log: u32;
  hash: u32;
  key: usize;
  keyEnd: usize;
  /** Behind the name; 0 for none. */
  suffix: u32;
  /** The last suffix given to a repetition. */
  last: u32;
}

const ENTRY_SIZE: usize = 24;
const SLOTS: u32 = 16_384;
/** Of contents beyond these nobody keeps apart equal names. */
const MOST: u32 = 12_288;
const table = memory.data(393_216, 16);
const scratch = memory.data(304, 16);
let log: u32 = 0;
let used: u32 = 0;

/** All names of the log so far were known: none of them is in the table yet. */
let usual = true;
/** Where their names are written once more, if one comes that isn't. */
const again = memory.data(304, 16);

/** For the next batch. */
export function forgetNames(): void {
  forgetKnown();
}

/** For the next log. */
export function beginNames(): void {
  beginKnown();
  usual = true;
  used = 0;
  if (++log != 0) return;
  memory.fill(table, 0, SLOTS * ENTRY_SIZE);
  log = 1;
}

/** Writes the name of a content and `=`: at most 271 bytes, and up to 31 beyond. @returns behind it. */
export function nameOf(dst: usize, key: usize, keyEnd: usize): usize {
  if (usual) {
    const end = knownName(dst, key, keyEnd - key);
    if (end != 0) return end;
    usual = false;
    takeKnown();
  }
  const end = uniqueName(dst, key, keyEnd);
  store<u8>(end, EQUALS);
  if (!repeated) learn(key, keyEnd - key, dst, end + 1 - dst);
  return end + 1;
}

/** The names that the log has are all different. */
function takeKnown(): void {
  for (let bits = had; bits != 0; bits &= bits - 1) {
    const index = <u32>ctz(bits);
    const end = plainName(again, keyOf(index), keyEndOf(index));
    const wanted = hash(again, end);
    take(find(again, end, wanted), keyOf(index), keyEndOf(index), 0, wanted);
  }
}

/** The name given last has a number behind it. */
let repeated = false;

function uniqueName(dst: usize, key: usize, keyEnd: usize): usize {
  let end = plainName(dst, key, keyEnd);
  let wanted = hash(dst, end);
  let entry = find(dst, end, wanted);
  repeated = false;
  if (changetype<usize>(entry) == 0) return end;
  if (entry.log != log) {
    take(entry, key, keyEnd, 0, wanted);
    return end;
  }
  repeated = true;
  const base = entry;
  const plainEnd = end;
  let suffix = max<u32>(base.last, 1);
  while (changetype<usize>(entry) != 0 && entry.log == log) {
    end = suffixed(plainEnd, ++suffix);
    wanted = hash(dst, end);
    entry = find(dst, end, wanted);
  }
  base.last = suffix;
  if (changetype<usize>(entry) != 0) take(entry, key, keyEnd, suffix, wanted);
  return end;
}

/** The entry of this name, or the free one where it belongs; null when the table is full. */
function find(name: usize, end: usize, wanted: u32): Entry {
  let slot = wanted & (SLOTS - 1);
  let entry = entryAt(slot);
  while (entry.log == log && !(entry.hash == wanted && isName(entry, name, end))) {
    slot = (slot + 1) & (SLOTS - 1);
    entry = entryAt(slot);
  }
  return entry.log == log || used < MOST ? entry : changetype<Entry>(0);
}

function entryAt(slot: u32): Entry {
  return changetype<Entry>(table + slot * ENTRY_SIZE);
}

function take(entry: Entry, key: usize, keyEnd: usize, suffix: u32, hash: u32): void {
  entry.log = log;
  entry.hash = hash;
  entry.key = key;
  entry.keyEnd = keyEnd;
  entry.suffix = suffix;
  entry.last = 0;
  used++;
}

function isName(entry: Entry, name: usize, end: usize): bool {
  let made = plainName(scratch, entry.key, entry.keyEnd);
  if (entry.suffix != 0) made = suffixed(made, entry.suffix);
  return made - scratch == end - name && isSame(name, scratch, <u32>(end - name));
}

function plainName(dst: usize, key: usize, keyEnd: usize): usize {
  const length = min<usize>(keyEnd - key, MAX_NAME);
  for (let i: usize = 0; i < length; i += 16) {
    const v = v128.load(key + i);
    const isDigit = i8x16.le_u(i8x16.sub(v, i8x16.splat(0x30)), i8x16.splat(9));
    const lower = v128.or(v, i8x16.splat(0x20));
    const isLetter = i8x16.le_u(i8x16.sub(lower, i8x16.splat(0x61)), i8x16.splat(25));
    v128.store(dst + i, v128.bitselect(v, i8x16.splat(UNDERSCORE), v128.or(isDigit, isLetter)));
  }
  if (length == 0) store<u8>(dst, UNDERSCORE);
  const wide = max<usize>(length, 1);
  if (!isReserved(dst, wide)) return dst + wide;
  memory.copy(dst + 4, dst, wide);
  store<u32>(dst, OURS);
  return dst + 4 + wide;
}

function suffixed(dst: usize, suffix: u32): usize {
  store<u8>(dst++, UNDERSCORE);
  return decimal(dst, suffix, digitsOf(suffix));
}

/** FNV-1a over words of eight bytes; of the last one only what belongs to the name. */
function hash(name: usize, end: usize): u32 {
  let h: u64 = 0xcbf2_9ce4_8422_2325;
  for (; name + 8 < end; name += 8) h = (h ^ load<u64>(name)) * PRIME;
  h = (h ^ (load<u64>(name) << (64 - 8 * <u64>(end - name)))) * PRIME;
  return <u32>(h >> 32);
}
