/** Messages that are larger than a receiver takes are cut, so that what is left is still UTF-8, and JSON where it was. */
import { BODY_JSON, ESCAPE_CEF_VALUE, ESCAPE_KV_VALUE } from './layout';
import { plan } from './plan';
import { hex, isSurrogate } from './quotes';
import { copyReady } from './text';

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const COMMA: u32 = 0x2c;
const OPEN_OBJECT: u32 = 0x7b;
const OPEN_ARRAY: u32 = 0x5b;

/** @param body where the body begins; the header before it is cut only where it leaves no room at all. @returns the new end of the message, at most `end`. */
export function cut(body: usize, end: usize): usize {
  if (body >= end) return characterEnd(end - 3, end);
  // A receiver that takes so little gets content rather than a marker.
  marker = end - body < MARKED_FROM ? 0 : plan.markerLength;
  if (plan.bodyKind == BODY_JSON) return cutJson(body, end);
  if (plan.valueMode == ESCAPE_KV_VALUE) return cutQuoted(body, end);
  return copyReady(textEnd(body, end - marker), plan.marker, marker);
}

/** Of key=value with quotes, which are closed again. */
function cutQuoted(body: usize, end: usize): usize {
  const room = characterEnd(body, end - marker - 1);
  let p = body;
  let isOpen = false;
  while (p < room) {
    const c: u32 = load<u8>(p);
    const length: usize = c == BACKSLASH ? 2 : 1;
    if (p + length > room) break;
    if (c == QUOTE) isOpen = !isOpen;
    p += length;
  }
  p = copyReady(p, plan.marker, marker);
  if (isOpen) store<u8>(p++, QUOTE);
  return p;
}

/** Of LEEF, CEF, and text. */
function textEnd(body: usize, end: usize): usize {
  const whole = characterEnd(body, end);
  if (plan.valueMode != ESCAPE_CEF_VALUE) return whole;
  let slashes: usize = 0;
  while (whole - slashes > body && <u32>load<u8>(whole - slashes - 1) == BACKSLASH) slashes++;
  return whole - (slashes & 1);
}

const MARKED_FROM: usize = 64;
/** Bytes of the marker that is written behind what is kept. */
let marker: usize = 0;

/** The last place before or at `end` where no character is split. */
export function characterEnd(begin: usize, end: usize): usize {
  let p = end;
  while (p > begin && (load<u8>(p) & 0xc0) == 0x80) p--;
  return p;
}

/** One bit for each open bracket: 1 for an object. */
let objects: u64 = 0;
let depth: u32 = 0;

/** Where to cut, and what was open there. */
let place: usize = 0;
let placeObjects: u64 = 0;
let placeDepth: u32 = 0;
let placeInString: bool = false;

/**
 * Keeps as much as leaves room for the quote and the brackets that close what is open: whole members, or the beginning of a string.
 * What the body's own brackets don't leave room for at all is an empty object.
 */
function cutJson(body: usize, end: usize): usize {
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
      objects = (objects << 1) | (<u64>(c == OPEN_OBJECT));
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
    if (placeDepth == 1) dst = mark(dst, dst == body + 1);
    store<u8>(dst++, (placeObjects & 1) != 0 ? OPEN_OBJECT + 2 : OPEN_ARRAY + 2);
    placeObjects >>= 1;
  }
  return dst;
}

/** The first member of an object has no comma before it. */
function mark(dst: usize, isFirst: bool): usize {
  if (marker == 0) return dst;
  return isFirst ? copyReady(dst, plan.marker + 1, marker - 1) : copyReady(dst, plan.marker, marker);
}
