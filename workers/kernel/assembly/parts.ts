/**
 * One log in several messages, each with the whole header: its lines, or parts of no more bytes than the receiver takes. The body is
 * written again, into a basin that is emptied piece by piece; first only to count the pieces, because the first part says how many there are.
 */
import { compute } from './computed';
import { characterEnd, cut } from './budget';
import { decimal, digitsOf } from './decimal';
import { bodyAt, closeFrame, frameAt, membersAt, openFrame } from './framing';
import { BODY_JSON, BODY_PAIRS, ESCAPE_CEF_VALUE, OVER_SPLIT, Ref, TEXT_SIZE, Text } from './layout';
import { writeBody } from './message';
import { plan } from './plan';
import { copyReady } from './text';
import { beginDiversion, endDiversion, roomFor } from './window';

/** The largest budget, and what may be written between two looks at the limit. */
const BASIN_SIZE: usize = 1 << 17;
const basin = memory.data((1 << 17) + 4096, 16);
/** The header of the parts; with more than this in it the log stays whole. */
const MAX_HEAD: usize = 8192;
const head = memory.data(8192 + 64, 16);
let headLength: usize = 0;
/** A part must hold at least this much of the body, or the log stays whole. */
const MIN_ROOM: usize = 64;
const COUNT_ROOM: usize = 21;

const LF: u32 = 0x0a;
const SPACE: u8 = 0x20;
const SLASH: u8 = 0x2f;
const QUOTE: u32 = 0x22;
const EQUALS: u32 = 0x3d;
const BACKSLASH: u32 = 0x5c;
const UNDERSCORE: u8 = 0x5f;

let byLine = false;
/** Parts carry their number and the id of their event; lines only where one of them is too long. */
let numbered = false;
let room: usize = 0;
let idLength: u32 = 0;

/** The first look only counts. */
let counting = false;
let pieces: u32 = 0;
let number: u32 = 0;
/** A line did not fit. */
export let tooLong: bool = false;
/** What follows up to the next line break belongs to a line that was cut. */
let skipping = false;
/** Lines that were cut. */
export let cutLines: u32 = 0;
let out: usize = 0;

/** Looks at the log whose frame is open. @returns whether it can be sent in parts: then what the window holds of it is given up. */
export function measureParts(begin: usize, lines: bool, limit: usize): bool {
  const partBegin = plan.bodyKind >= BODY_PAIRS ? membersAt() : bodyAt();
  headLength = partBegin - begin;
  const ref = changetype<Ref>(plan.partRef);
  idLength = compute(ref, 0);
  const overhead = overheadOf();
  if (headLength > MAX_HEAD || headLength + overhead + MIN_ROOM > plan.budget) return false;
  cleanId(ref.slot);
  memory.copy(head, begin, headLength);
  byLine = lines;
  numbered = !lines;
  cutLines = 0;
  room = plan.budget - headLength - (numbered ? overhead : 0);
  look(limit);
  if (lines && tooLong && plan.overBudget == OVER_SPLIT) {
    numbered = true;
    room -= overhead;
    look(limit);
  }
  return true;
}

/** Writes what was measured. */
export function writeParts(limit: usize): usize {
  out = frameAt();
  counting = false;
  if (pieces == 0) piece(basin, basin);
  pass(limit);
  return out;
}

function look(limit: usize): void {
  counting = true;
  pieces = 0;
  pass(limit);
}

function pass(limit: usize): void {
  number = 0;
  tooLong = skipping = false;
  beginDiversion(basin + BASIN_SIZE + 1024);
  const end = writeBody(basin, limit);
  pour(end, true);
  endDiversion();
}

/** Takes what can be taken of `[basin, dst)`. @returns where to go on writing. */
export function pour(dst: usize, last: bool): usize {
  let p = basin;
  while (p < dst) {
    const line = byLine ? lineEnd(p, dst) : 0;
    if (skipping) {
      p = line == 0 ? dst : line + 1;
      skipping = line == 0;
      continue;
    }
    const fits = line != 0 && line - p <= room;
    if (fits) {
      if (line > p) piece(p, line);
      p = line + 1;
      continue;
    }
    const to = plan.bodyKind == BODY_JSON ? jsonEnd(p, dst) : min(p + room, dst);
    if (to == dst && line == 0) {
      if (!last) break;
      piece(p, dst);
      p = dst;
      continue;
    }
    tooLong = true;
    if (byLine && plan.overBudget != OVER_SPLIT) {
      cutLine(p, to);
      skipping = true;
      continue;
    }
    const end = plan.bodyKind == BODY_JSON ? to : betterEnd(p, characterEnd(p, to));
    piece(p, end);
    p = end;
  }
  const left = dst - p;
  memory.copy(basin, p, left);
  return basin + left;
}

/** The line break behind `p`, or 0. No more than what a part can hold is looked at while nothing is skipped. */
function lineEnd(p: usize, dst: usize): usize {
  const to = skipping ? dst : min(dst, p + room + 1);
  for (; p < to; p += 16) {
    let bits = <u32>i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(<i8>LF)));
    const left = to - p;
    if (left < 16) bits &= (1 << (<u32>left)) - 1;
    if (bits != 0) return p + ctz(bits);
  }
  return 0;
}

/** As much as fits once quotes and backslashes have a backslash before them. */
function jsonEnd(p: usize, dst: usize): usize {
  let left = room;
  for (; p < dst; p++) {
    const c: u32 = load<u8>(p);
    const size: usize = c == QUOTE || c == BACKSLASH ? 2 : 1;
    if (size > left) break;
    left -= size;
  }
  return p == dst ? dst : characterEnd(basin, p);
}

/** Between two members, if that keeps at least half; never behind half an escape of CEF. */
function betterEnd(p: usize, end: usize): usize {
  if (plan.bodyKind < BODY_PAIRS) return end;
  const least = p + ((end - p) >> 1);
  const isCef = plan.valueMode == ESCAPE_CEF_VALUE;
  let named = false;
  for (let q = end; q > least; q--) {
    const c: u32 = load<u8>(q - 1);
    if (c == plan.delimiter && (!isCef || named)) return q;
    if (isCef) named = c == EQUALS ? true : named && isWord(c);
  }
  let slashes: usize = 0;
  if (isCef) while (end - slashes > p && <u32>load<u8>(end - slashes - 1) == BACKSLASH) slashes++;
  return end - (slashes & 1);
}

function isWord(c: u32): bool {
  return c - 0x30 <= 9 || (c | 0x20) - 0x61 <= 25 || c == UNDERSCORE;
}

function piece(from: usize, to: usize): void {
  number++;
  if (counting) {
    pieces++;
    return;
  }
  let dst = open();
  if (plan.bodyKind == BODY_JSON) dst = quoted(dst, from, to);
  else {
    memory.copy(dst, from, to - from);
    dst += to - from;
  }
  close(numbered ? ready(dst, 3) : dst);
}

function cutLine(from: usize, to: usize): void {
  number++;
  if (counting) {
    pieces++;
    return;
  }
  cutLines++;
  const dst = open();
  // One byte more tells whether a character ends here.
  memory.copy(dst, from, to - from + 1);
  close(cut(dst, dst + (to - from)));
}

/** @returns behind the header and the number of the part. */
function open(): usize {
  endDiversion();
  out = openFrame(roomFor(out, plan.budget));
  memory.copy(out, head, headLength);
  const dst = out + headLength;
  return numbered ? label(dst) : dst;
}

function close(dst: usize): void {
  out = closeFrame(dst);
  beginDiversion(basin + BASIN_SIZE + 1024);
}

function label(dst: usize): usize {
  dst = ready(dst, 0);
  dst = decimal(dst, number, digitsOf(number));
  store<u8>(dst++, SLASH);
  dst = ready(decimal(dst, pieces, digitsOf(pieces)), 1);
  const ref = changetype<Ref>(plan.partRef);
  memory.copy(dst, ref.slot, idLength);
  return ready(dst + idLength, 2);
}

function ready(dst: usize, index: usize): usize {
  const text = changetype<Text>(plan.partTexts + index * TEXT_SIZE);
  return copyReady(dst, text.text, text.textLength);
}

function overheadOf(): usize {
  let sum: usize = COUNT_ROOM + idLength;
  for (let i: usize = 0; i < 4; i++) sum += changetype<Text>(plan.partTexts + i * TEXT_SIZE).textLength;
  return sum;
}

/** Letters, digits, and what ids are otherwise made of: fit for every body. */
function cleanId(p: usize): void {
  for (const end = p + idLength; p < end; p++) {
    const c: u32 = load<u8>(p);
    // + - . /
    if (!isWord(c) && c != 0x2b && c - 0x2d > 2) store<u8>(p, UNDERSCORE);
  }
}

function quoted(dst: usize, from: usize, to: usize): usize {
  for (; from < to; from++) {
    const c: u32 = load<u8>(from);
    if (c == QUOTE || c == BACKSLASH) store<u8>(dst++, <u8>BACKSLASH);
    store<u8>(dst++, <u8>c);
  }
  return dst;
}

/** A log that can't be sent in parts stays one line. */
export function joinLines(p: usize, end: usize): void {
  for (; p < end; p++) if (<u32>load<u8>(p) == LF) store<u8>(p, SPACE);
}
