/** JSON that is cut is still JSON. */
import { mark, markerLength } from './cut';
import { BACKSLASH, COMMA, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './json-bytes';
import { hex, isSurrogate } from './quotes';
import { plan } from './plan';

/** Bytes of the marker that is written behind what is kept. */
let marker: usize = 0;

/** One bit for each open bracket: 1 for an object. */
let objects: u64 = 0;
let depth: u32 = 0;

/** Where to cut, and what was open there. */
let place: usize = 0;
let placeObjects: u64 = 0;
let placeDepth: u32 = 0;
let placeInString: bool = false;

/**
 * Cuts a JSON object: keeps as much as leaves room for the quote and the brackets that close what is open: whole members, or the beginning of a string.
 * What the body's own brackets don't leave room for at all is an empty object.
 */
export function cutJson(body: usize, end: usize): usize {
  marker = markerLength(body, end);
  objects = 0;
  depth = 0;
  place = 0;
  let isName = false;
  for (let p = body; p < end;) {
    const c: u32 = load<u8>(p);
    if (c == QUOTE) {
      p = stringUpTo(p, end, isName);
      isName = false;
      continue;
    }
    if (c == OPEN_OBJECT || c == OPEN_ARRAY) {
      objects = (objects << 1) | (c == OPEN_OBJECT ? 1 : 0);
      depth++;
      note(p + 1, end, false);
      isName = c == OPEN_OBJECT;
    } else if (c == COMMA) {
      note(p, end, false);
      isName = (objects & 1) != 0;
    } else if (c == OPEN_OBJECT + 2 || c == OPEN_ARRAY + 2) {
      objects >>= 1;
      depth--;
      note(p + 1, end, false);
      isName = false;
    }
    p++;
  }
  return close(body);
}

/** A cut here is possible if what it leaves open can be closed before the end. */
function note(p: usize, end: usize, inString: bool): void {
  if (p + depth + marker + (inString ? 1 : 0) > end) return;
  place = p;
  placeObjects = objects;
  placeDepth = depth;
  placeInString = inString;
}

/** @returns behind the string, or `end`: what lies there need not be the string's any more. A name is never cut. */
function stringUpTo(p: usize, end: usize, isName: bool): usize {
  const room = end - depth - marker - 1;
  let last: usize = 0;
  let at = p + 1;
  for (; at < end && <u32>load<u8>(at) != QUOTE; at += characterLength(at)) {
    if (at <= room) last = at;
  }
  if (isName) return at + 1;
  if (last != 0) note(last, end, true);
  if (at < end) note(at + 1, end, false);
  return at + 1;
}

/** Escaped surrogates come in pairs: half a pair was replaced when it was written. */
function characterLength(p: usize): usize {
  const c: u32 = load<u8>(p);
  if (c == BACKSLASH) return <u32>load<u8>(p + 1) != 0x75 ? 2 : isSurrogate(hex(p + 2)) ? 12 : 6;
  return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

function close(body: usize): usize {
  if (place == 0) return body;
  let dst = place;
  if (placeInString) store<u8>(dst++, QUOTE);
  for (; placeDepth > 0; placeDepth--) {
    if (placeDepth == 1) dst = markMember(dst, dst == body + 1);
    store<u8>(dst++, (placeObjects & 1) != 0 ? OPEN_OBJECT + 2 : OPEN_ARRAY + 2);
    placeObjects >>= 1;
  }
  return dst;
}

/** The marker is a member; the first of an object has no comma before it. */
function markMember(dst: usize, isFirst: bool): usize {
  if (marker == 0 || !isFirst) return mark(dst, marker);
  memory.copy(dst, plan.marker + 1, marker - 1);
  return dst + (marker - 1);
}
