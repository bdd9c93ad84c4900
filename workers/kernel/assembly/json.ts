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
import { beginQuotes, nextString, passTo, quotes, WORD } from './quotes';

/** One bit each, and one left for the object it may become a member of. What is nested more deeply counts as text. */
const MAX_DEPTH: u32 = 63;

/** The text read so far has no space between its tokens. */
let compact: bool = false;

/** The text looked at last, and what it was found to be. */
let checked: usize = 0;
let checkedEnd: usize = 0;
let checkedResult: bool = false;
let checkedCompact: bool = false;

/** To be called when other bytes may lie where the last text was. */
export function forgetJson(): void {
  checked = 0;
}

/** @returns whether `[p, end)` is an object or an array, of at most 63 levels. */
export function isJson(p: usize, end: usize): bool {
  if (p != checked || end != checkedEnd) {
    compact = true;
    checkedResult = check(p, end) && quotes.sound;
    checkedCompact = checkedResult && compact && quotes.plain;
    checked = p;
    checkedEnd = end;
  }
  return checkedResult;
}

/** Whether the text that was found to be JSON has no space between its tokens, no bytes from 0x80 and no escaped surrogates: a plain copy is its short form. */
export function isCompact(): bool {
  return checkedCompact;
}

function check(p: usize, end: usize): bool {
  p = space(p, end);
  if (p >= end) return false;
  const first: u32 = load<u8>(p);
  if (first != OPEN_OBJECT && first != OPEN_ARRAY) return false;
  beginQuotes(p, end);
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
        if (--depth == 0) return space(p, end) == end;
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
  const known = quotes.known;
  while (at + 4 * WORD <= known) {
    const keyEnd: usize = load<u32>(at, WORD);
    if (<u32>load<u16>(keyEnd, 1) != TEXT_VALUE) break;
    const valueEnd: usize = load<u32>(at, 3 * WORD);
    at += 4 * WORD;
    if (<u32>load<u16>(valueEnd, 1) != NEXT_NAME || valueEnd + 2 >= end) {
      passTo(at);
      isBehind = true;
      return valueEnd + 1;
    }
  }
  passTo(at);
  p = nextString();
  if (p == 0) return 0;
  p = space(p, end);
  return p < end && <u32>load<u8>(p) == COLON ? space(p + 1, end) : 0;
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
