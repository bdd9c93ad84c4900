/** RFC 8259, as strict as JSON.parse: is it an object or an array? */
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  isSpace,
  NEXT_NAME,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  TEXT_VALUE,
} from './json-bytes';
import { areTooMany, beginMemberNames, names, nextObject, noteName } from './member-names';
import { isKnownShape, learnShape, mixShape, PRIME, SHAPE_BASIS } from './shapes';
import { beginQuotes, nextString, passTo, quotes, WORD } from './quotes';

/** One bit each, and one left for the object it may become a member of. What is nested more deeply counts as text. */
const MAX_DEPTH: u32 = 63;

/** All names of the text read so far, and which object has which. */
let shape: u64 = 0;

/** Names are noted, to be compared. */
let isNoting: bool = false;
/** The number of each open object, by depth. */
const objectAt = memory.data(4 * (MAX_DEPTH + 1), 4);
/** The number of the innermost one. */
let object: u32 = 0;

/** The text read so far has no space between its tokens. */
let compact: bool = false;

/** The text looked at last, and what it was found to be. */
let checked: usize = 0;
let checkedEnd: usize = 0;
let checkedResult: bool = false;
let checkedCompact: bool = false;
let checkedDoubtful: bool = false;

/** To be called when other bytes may lie where the last text was. */
export function forgetJson(): void {
  checked = 0;
}

/** @returns whether `[p, end)` is an object or an array, of at most 63 levels, and without more names than can be told apart. */
export function isJson(p: usize, end: usize): bool {
  if (p != checked || end != checkedEnd) {
    compact = true;
    checkedResult = check(p, end) && quotes.sound;
    checkedCompact = checkedResult && compact && quotes.plain;
    checkedDoubtful = false;
    if (checkedResult && !isKnownShape(shape)) lookAtNames(p, end);
    checked = p;
    checkedEnd = end;
  }
  return checkedResult;
}

/** Whether the text that was found to be JSON has no space between its tokens, no bytes from 0x80 and no escaped surrogates: a plain copy is its short form. */
export function isCompact(): bool {
  return checkedCompact;
}

/** A name may come twice in one object of the text that was found to be JSON. */
export function hasDoubtfulNames(): bool {
  return checkedDoubtful;
}

/** Reads the JSON once more, to compare its names. */
function lookAtNames(p: usize, end: usize): void {
  beginMemberNames(end - p);
  isNoting = true;
  check(p, end);
  isNoting = false;
  if (areTooMany()) {
    checkedResult = checkedCompact = false;
  } else if (names.areDoubtful) {
    checkedDoubtful = true;
    checkedCompact = false;
  } else {
    learnShape(shape);
  }
}

function check(p: usize, end: usize): bool {
  p = space(p, end);
  if (p >= end) return false;
  const first: u32 = load<u8>(p);
  if (first != OPEN_OBJECT && first != OPEN_ARRAY) return false;
  beginQuotes(p, end);
  shape = SHAPE_BASIS;
  /** Which of the levels are objects, the innermost in the lowest bit. */
  let objects: u64 = 0;
  let depth: u32 = 0;
  while (p < end) {
    const c: u32 = load<u8>(p);
    isBehind = true;
    if (c == QUOTE) {
      p = nextString();
    } else if (c == OPEN_OBJECT || c == OPEN_ARRAY) {
      if (depth == MAX_DEPTH) return false;
      depth++;
      objects = (objects << 1) | (c == OPEN_OBJECT ? 1 : 0);
      if (c == OPEN_OBJECT) openObject(depth);
      p = space(p + 1, end);
      isBehind = <u32>load<u8>(p) == c + 2;
      if (!isBehind && c == OPEN_OBJECT) p = members(p, end);
    } else {
      p = scalar(p, end, c);
    }
    if (p == 0) return false;
    while (isBehind) {
      p = space(p, end);
      if (p >= end) return false;
      const c: u32 = load<u8>(p++);
      const isObject = (objects & 1) != 0;
      if (c == COMMA) {
        p = space(p, end);
        isBehind = false;
        if (isObject) p = members(p, end);
        if (p == 0) return false;
      } else if (c == (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) {
        objects >>= 1;
        if (isObject) shape = mixShape(shape, c);
        if (--depth == 0) return space(p, end) == end;
        if ((objects & 1) != 0) object = load<u32>(objectAt + ((<usize>depth) << 2));
      } else {
        return false;
      }
    }
  }
  return false;
}

/** What {@link members} has passed ended with a value; else the value is to come. */
let isBehind: bool = false;

/**
 * Passes the name of a member and its colon. While values are strings and there is no space, it also passes the values and the members behind
 * them. These are most members of most objects.
 */
function members(p: usize, end: usize): usize {
  if (p >= end || <u32>load<u8>(p) != QUOTE) return 0;
  let at = quotes.next;
  let mixed = shape;
  while (true) {
    at += 2 * WORD;
    if (at > quotes.known) {
      passTo(at - 2 * WORD);
      if (nextString() == 0) return 0;
      at = quotes.next;
    }
    const nameEnd: usize = load<u32>(at - WORD);
    mixed = withName(mixed, load<u32>(at - 2 * WORD), nameEnd);
    if (<u32>load<u16>(nameEnd, 1) != TEXT_VALUE || at + 2 * WORD > quotes.known) {
      passTo(at);
      shape = mixed;
      p = space(nameEnd + 1, end);
      return p < end && <u32>load<u8>(p) == COLON ? space(p + 1, end) : 0;
    }
    at += 2 * WORD;
    const valueEnd: usize = load<u32>(at - WORD);
    if (<u32>load<u16>(valueEnd, 1) != NEXT_NAME || valueEnd + 2 >= end) {
      passTo(at);
      shape = mixed;
      isBehind = true;
      return valueEnd + 1;
    }
  }
}

function openObject(depth: u32): void {
  shape = mixShape(shape, OPEN_OBJECT);
  if (!isNoting) return;
  object = nextObject();
  store<u32>(objectAt + ((<usize>depth) << 2), object);
}

/** The shape with the name between these quotes. */
function withName(shape: u64, from: usize, to: usize): u64 {
  if (isNoting) noteName(object, from + 1, to);
  // With its closing quote, so that it ends where it ends.
  let p = from + 1;
  let name: u64 = 0;
  for (; p + 8 <= to; p += 8) name = mixShape(name, load<u64>(p));
  return rotl<u64>(shape, 9) + (name ^ (load<u64>(p) << (56 - 8 * <u64>(to - p)))) * PRIME;
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

/** Most texts have none: what follows is no call. */
function space(p: usize, end: usize): usize {
  return <u32>load<u8>(p) <= 0x20 ? spaces(p, end) : p;
}

function spaces(p: usize, end: usize): usize {
  while (p < end && isSpace(load<u8>(p))) {
    compact = false;
    p++;
  }
  return p;
}
