/**
 * The body of a log that goes in several messages is written into a basin, which is emptied here: piece by piece, each into a frame with the
 * header of the whole message.
 */
import { noteTruncated } from './counts';
import { cutText } from './cut';
import { decimal, digitsOf } from './decimal';
import { closeFrame, frameAt, openFrame } from './framing';
import { OVER_SPLIT, PIECE_JSON, PIECE_MEMBERS, Ref, TEXT_SIZE, Text } from './layout';
import { characterEnd, lineEnd, memberEnd, quotableEnd } from './piece-end';
import { plan } from './plan';
import { roomFor } from './window';

/** The largest budget, and what may be written between two looks at the room. */
const BASIN_SIZE: usize = 1 << 17;
export const BASIN = memory.data(BASIN_SIZE + 4096, 16);
export const BASIN_END: usize = BASIN + BASIN_SIZE + 1024;
/** The most bytes of the header of the messages. */
export const MAX_HEAD: usize = 8192;
const head = memory.data(MAX_HEAD + 64, 16);
/** Bytes beyond its budget that a frame has room for. */
const MARGIN: usize = 64;

const SLASH: u8 = 0x2f;
const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;

@unmanaged
class Pieces {
  /** Bytes of the header. */
  headLength: usize;
  /** Most bytes of a piece. */
  room: usize;
  /** Each line is a piece; only one that is too long is divided. */
  byLine: bool;
  /** Messages carry their number and the id of their event; lines only where one of them is too long. */
  numbered: bool;
  /** Bytes of that id. */
  idLength: u32;
  /** The first look only counts. */
  counting: bool;
  /** How many there are, and the number of the one at hand. */
  count: u32;
  number: u32;
  /** A line did not fit. */
  tooLong: bool;
  /** What follows up to the next line break belongs to a line that was cut. */
  skipping: bool;
  /** Where the next frame goes. */
  out: usize;
}

/** Only this file writes it. */
export const pieces = changetype<Pieces>(memory.data(offsetof<Pieces>(), 16));

/** @param header where the header of the messages lies. @param overhead what numbers and ids take. */
export function beginPieces(header: usize, headLength: usize, byLine: bool, idLength: u32, overhead: usize): void {
  memory.copy(head, header, headLength);
  pieces.headLength = headLength;
  pieces.byLine = byLine;
  pieces.numbered = false;
  pieces.idLength = idLength;
  pieces.room = plan.budget - headLength;
  if (!byLine) numberPieces(overhead);
}

export function numberPieces(overhead: usize): void {
  pieces.numbered = true;
  pieces.room -= overhead;
}

/** Before the body is written to find out how many pieces it has. */
export function beginCounting(): void {
  pieces.count = 0;
  beginPass(true);
}

/** Before it is written to be sent. */
export function beginSending(): void {
  pieces.out = frameAt();
  beginPass(false);
  // An empty body.
  if (pieces.count == 0) piece(BASIN, BASIN);
}

function beginPass(counting: bool): void {
  pieces.counting = counting;
  pieces.number = 0;
  pieces.tooLong = false;
  pieces.skipping = false;
}

/** Takes what can be taken of what lies in the basin before `dst`. @returns where to go on writing. */
export function pour(dst: usize, last: bool): usize {
  let p = BASIN;
  while (p < dst) {
    // No more than what a piece can hold is looked at while nothing is skipped.
    const line = pieces.byLine ? lineEnd(p, pieces.skipping ? dst : min(dst, p + pieces.room + 1)) : 0;
    if (pieces.skipping) {
      p = line == 0 ? dst : line + 1;
      pieces.skipping = line == 0;
      continue;
    }
    if (line != 0 && line - p <= pieces.room) {
      if (line > p) piece(p, line);
      p = line + 1;
      continue;
    }
    const to = plan.pieces == PIECE_JSON ? quotableEnd(p, dst, pieces.room) : min(p + pieces.room, dst);
    if (to == dst && line == 0) {
      if (!last) break;
      piece(p, dst);
      p = dst;
      continue;
    }
    pieces.tooLong = true;
    if (pieces.byLine && plan.overBudget != OVER_SPLIT) {
      cutLine(p, to);
      pieces.skipping = true;
      continue;
    }
    const end = bestEnd(p, to);
    piece(p, end);
    p = end;
  }
  const left = dst - p;
  memory.copy(BASIN, p, left);
  return BASIN + left;
}

function bestEnd(p: usize, to: usize): usize {
  if (plan.pieces == PIECE_JSON) return characterEnd(BASIN, to);
  const end = characterEnd(p, to);
  return plan.pieces == PIECE_MEMBERS ? memberEnd(p, end) : end;
}

/** @returns whether it is to be written. */
function isNext(): bool {
  pieces.number++;
  if (pieces.counting) pieces.count++;
  return !pieces.counting;
}

function piece(from: usize, to: usize): void {
  if (!isNext()) return;
  let dst = open();
  if (plan.pieces == PIECE_JSON) dst = quoted(dst, from, to);
  else dst = copied(dst, from, to - from);
  pieces.out = closeFrame(pieces.numbered ? ready(dst, 3) : dst);
}

function cutLine(from: usize, to: usize): void {
  if (!isNext()) return;
  noteTruncated(1);
  const dst = open();
  // One byte more tells whether a character ends here.
  memory.copy(dst, from, to - from + 1);
  pieces.out = closeFrame(cutText(dst, dst + (to - from)));
}

/** @returns behind the header and the number of the piece. */
function open(): usize {
  const dst = copied(openFrame(roomFor(pieces.out, plan.budget + MARGIN)), head, pieces.headLength);
  return pieces.numbered ? label(dst) : dst;
}

function label(dst: usize): usize {
  dst = ready(dst, 0);
  dst = decimal(dst, pieces.number, digitsOf(pieces.number));
  store<u8>(dst++, SLASH);
  dst = ready(decimal(dst, pieces.count, digitsOf(pieces.count)), 1);
  return ready(copied(dst, changetype<Ref>(plan.partRef).slot, pieces.idLength), 2);
}

function ready(dst: usize, index: usize): usize {
  const text = changetype<Text>(plan.partTexts + index * TEXT_SIZE);
  return copied(dst, text.text, text.textLength);
}

function copied(dst: usize, from: usize, length: usize): usize {
  memory.copy(dst, from, length);
  return dst + length;
}

function quoted(dst: usize, from: usize, to: usize): usize {
  for (; from < to; from++) {
    const c: u32 = load<u8>(from);
    if (c == QUOTE || c == BACKSLASH) store<u8>(dst++, <u8>BACKSLASH);
    store<u8>(dst++, <u8>c);
  }
  return dst;
}
