/**
 * The names that fields have in JSON, LEEF and CEF, none twice in one event: receivers refuse what is repeated, or ignore it. A repeated
 * name gets `_2`, `_3` … behind it. In LEEF and CEF a name is one word, and none that the plan has for itself.
 */
import { suffixed } from './decimal';
import { escaped } from './escape';
import { beginKnown, expectNone, forgetKnown, keyEndOf, keyOf, knownName, learn, seen } from './known';
import { ESCAPE_JSON, TEXT_SIZE, Text } from './layout';
import { plan } from './plan';
import { isReserved, TAG, TAG_LENGTH } from './reserved';
import { isSame } from './same';
import { beginElsewhere, endElsewhere } from './room';
import { copyReady } from './text';

const UNDERSCORE: i8 = 0x5f;
const EQUALS: u8 = 0x3d;
const PRIME: u64 = 0x100_0000_01b3;
/** In LEEF and CEF longer ones are cut to this; in JSON they always have a number, which tells them apart. */
const MAX_NAME: usize = 255;
/** `sls_`, before a content's name that is the plan's own. */
const OURS: u32 = 0x5f73_6c73;
/** `":` */
const NAME_END: u16 = 0x3a22;

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
  /** Before the key comes `__tag__:`. */
  isTag: bool;
}

const ENTRY_SIZE: usize = 28;
const SLOTS: u32 = 16_384;
/** Names beyond these always have a number. */
const MOST: u32 = 12_288;
const table = memory.data(SLOTS * ENTRY_SIZE, 16);
/** The name that is made, at most 255 bytes of which each takes six, or a name of LEEF or CEF; and one that was made before, once more. */
const made = memory.data(2048, 16);
const again = memory.data(2048, 16);
/** The key of a tag with `__tag__:` before it. */
const tagKey = memory.data(304, 16);
let log: u32 = 0;
let used: u32 = 0;
/** Names that have a number because they are too long, and the last number given because there are too many. */
let longNames: u32 = 0;
let lastSpare: u32 = 0;

/** All names of the log so far were known: none of them is in the table yet. */
let usual = true;
/** A name of the log has a number behind it. */
let numbered = false;

/** Names are those of JSON members, not words. */
let inJson: bool = false;

/** For the next batch. */
export function forgetNames(json: bool): void {
  inJson = json;
  forgetKnown();
}

/** For the next log. */
export function beginNames(): void {
  beginNamesAfter(0, 0);
}

/** For the next log, which has these of the known names already. @param next the one expected next. */
export function beginNamesAfter(before: u64, next: u32): void {
  beginKnown(before, next);
  usual = true;
  numbered = false;
  used = longNames = 0;
  lastSpare = MOST;
  if (++log != 0) return;
  memory.fill(table, 0, SLOTS * ENTRY_SIZE);
  log = 1;
}

/** All names of the log so far are known, and none has a number. */
export function areUsual(): bool {
  return usual && !numbered;
}

/**
 * Writes the name of a field and what ends it: `=`, in JSON `":` (and nothing before it).
 * @returns behind it. In LEEF and CEF that is at most 271 bytes further.
 */
export function nameOf(dst: usize, key: usize, keyEnd: usize): usize {
  const end = usual ? knownName(dst, key, keyEnd - key) : 0;
  return end != 0 ? end : newName(dst, key, keyEnd, key, keyEnd, false);
}

/** The same for a tag that keeps its `__tag__:`. */
export function tagNameOf(dst: usize, key: usize, keyEnd: usize): usize {
  const length = min<usize>(keyEnd - key, MAX_NAME);
  store<u64>(tagKey, TAG);
  memory.copy(tagKey + TAG_LENGTH, key, length);
  const end = usual ? knownName(dst, tagKey, TAG_LENGTH + length) : 0;
  return end != 0 ? end : newName(dst, key, keyEnd, tagKey, tagKey + TAG_LENGTH + length, true);
}

/** @param whole the key with what stands before it, or the beginning of one that is too long to be known. */
function newName(dst: usize, key: usize, keyEnd: usize, whole: usize, wholeEnd: usize, isTag: bool): usize {
  if (usual) takeKnown();
  usual = false;
  const end = plainName(made, key, keyEnd, isTag);
  if (end == 0) return longName(dst, key, keyEnd, isTag);
  const unique = ended(uniqueName(end, key, keyEnd, isTag));
  if (repeated) numbered = true;
  else learn(whole, wholeEnd - whole, made, unique - made);
  return copyReady(dst, made, unique - made);
}

function ended(dst: usize): usize {
  if (inJson) {
    store<u16>(dst, NAME_END);
    return dst + 2;
  }
  store<u8>(dst, EQUALS);
  return dst + 1;
}

/** A name of JSON with more than 255 bytes. No two numbers are equal, so no two names are. */
function longName(dst: usize, key: usize, keyEnd: usize, isTag: bool): usize {
  numbered = true;
  if (isTag) {
    store<u64>(tagKey, TAG);
    dst = copyReady(dst, tagKey, TAG_LENGTH);
  }
  dst = escaped(dst, key, keyEnd, ESCAPE_JSON);
  const end = ended(suffixed(made, ++longNames));
  return copyReady(dst, made, end - made);
}

/** The names that the log has are all different, and go into the table. */
function takeKnown(): void {
  expectNone();
  for (let bits = seen.names; bits != 0; bits &= bits - 1) {
    const index = <u32>ctz(bits);
    const end = plainName(made, keyOf(index), keyEndOf(index), false);
    const wanted = hash(made, end);
    take(find(end, wanted), keyOf(index), keyEndOf(index), false, 0, wanted);
  }
}

/** The name made last has a number behind it. */
let repeated: bool = false;

/** Makes the name that ends at `plainEnd` unique. @returns its end. */
function uniqueName(plainEnd: usize, key: usize, keyEnd: usize, isTag: bool): usize {
  const isTaken = isPlanName(plainEnd);
  let wanted = hash(made, plainEnd);
  let entry = find(plainEnd, wanted);
  repeated = isTaken;
  if (changetype<usize>(entry) == 0) return spareName(plainEnd);
  const isFree = entry.log != log;
  if (isFree) {
    take(entry, key, keyEnd, isTag, 0, wanted);
    if (!isTaken) return plainEnd;
  }
  repeated = true;
  const base = entry;
  let end: usize;
  let suffix = max<u32>(base.last, 1);
  do {
    end = suffixed(plainEnd, ++suffix);
    wanted = hash(made, end);
    entry = find(end, wanted);
  } while ((changetype<usize>(entry) != 0 && entry.log == log) || isPlanName(end));
  base.last = suffix;
  if (changetype<usize>(entry) == 0) return end;
  take(entry, key, keyEnd, isTag, suffix, wanted);
  return end;
}

/** A name for which the table has no place. */
function spareName(plainEnd: usize): usize {
  repeated = true;
  let end: usize;
  do end = suffixed(plainEnd, ++lastSpare);
  while (changetype<usize>(find(end, hash(made, end))) != 0 || isPlanName(end));
  return end;
}

/** Whether the plan has the name made last for itself. */
function isPlanName(end: usize): bool {
  const length = end - made;
  for (let i: u32 = 0; i < plan.takenCount; i++) {
    const text = changetype<Text>(plan.taken + i * TEXT_SIZE);
    if (text.textLength == length && isSame(made, text.text, <u32>length)) return true;
  }
  return false;
}

/** The entry of the name made last, or the free one where it belongs; null when the table is full. */
function find(end: usize, wanted: u32): Entry {
  let slot = wanted & (SLOTS - 1);
  let entry = entryAt(slot);
  while (entry.log == log && !(entry.hash == wanted && isName(entry, end))) {
    slot = (slot + 1) & (SLOTS - 1);
    entry = entryAt(slot);
  }
  return entry.log == log || used < MOST ? entry : changetype<Entry>(0);
}

function entryAt(slot: u32): Entry {
  return changetype<Entry>(table + slot * ENTRY_SIZE);
}

function take(entry: Entry, key: usize, keyEnd: usize, isTag: bool, suffix: u32, hash: u32): void {
  entry.log = log;
  entry.hash = hash;
  entry.key = key;
  entry.keyEnd = keyEnd;
  entry.suffix = suffix;
  entry.last = 0;
  entry.isTag = isTag;
  used++;
}

function isName(entry: Entry, end: usize): bool {
  let other = plainName(again, entry.key, entry.keyEnd, entry.isTag);
  if (entry.suffix != 0) other = suffixed(other, entry.suffix);
  return other - again == end - made && isSame(made, again, <u32>(end - made));
}

/** @returns the end of the name without a number, or 0 for one of JSON that is too long. */
function plainName(dst: usize, key: usize, keyEnd: usize, isTag: bool): usize {
  return inJson ? jsonName(dst, key, keyEnd, isTag) : word(dst, key, keyEnd);
}

function jsonName(dst: usize, key: usize, keyEnd: usize, isTag: bool): usize {
  if (keyEnd - key > MAX_NAME) return 0;
  store<u64>(dst, TAG);
  const kept = beginElsewhere();
  const end = escaped(isTag ? dst + TAG_LENGTH : dst, key, keyEnd, ESCAPE_JSON);
  endElsewhere(kept);
  return end - dst > MAX_NAME ? 0 : end;
}

function word(dst: usize, key: usize, keyEnd: usize): usize {
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

/** FNV-1a over words of eight bytes; of the last one only what belongs to the name. */
function hash(name: usize, end: usize): u32 {
  let h: u64 = 0xcbf2_9ce4_8422_2325;
  if (name == end) return <u32>h;
  for (; name + 8 < end; name += 8) h = (h ^ load<u64>(name)) * PRIME;
  h = (h ^ (load<u64>(name) << (64 - 8 * <u64>(end - name)))) * PRIME;
  return <u32>(h >> 32);
}
