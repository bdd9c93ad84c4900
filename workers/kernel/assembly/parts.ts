/**
 * One log in several messages, each with the whole header: its lines, or parts of no more bytes than the receiver takes. The body is written
 * again, piece by piece; first only to count the pieces, because the first part says how many there are.
 */
import { writeMembers } from './body';
import { compute } from './computed';
import { membersAt } from './framing';
import { OVER_SPLIT, Ref, TEXT_SIZE, Text } from './layout';
import { isWord } from './piece-end';
import {
  BASIN,
  BASIN_END,
  beginCounting,
  beginPieces,
  beginSending,
  MAX_HEAD,
  numberPieces,
  pieces,
  pour,
} from './pieces';
import { plan } from './plan';
import { beginBasin, endBasin } from './room';

/** A part must hold at least this much of the body, or the log stays whole. */
const MIN_ROOM: usize = 64;
const COUNT_ROOM: usize = 21;

const LF: u8 = 0x0a;
const SPACE: u8 = 0x20;
const UNDERSCORE: u8 = 0x5f;

/** Looks at the log whose frame is open. @returns whether it can be sent in parts: then what the window holds of it is given up. */
export function measureParts(begin: usize, byLine: bool, limit: usize): bool {
  const headLength = membersAt() - begin;
  const ref = changetype<Ref>(plan.partRef);
  const idLength = compute(ref, 0);
  const overhead = overheadOf(idLength);
  if (headLength > MAX_HEAD || headLength + overhead + MIN_ROOM > plan.budget) return false;
  cleanId(ref.slot, idLength);
  beginPieces(begin, headLength, byLine, idLength, overhead);
  look(limit);
  if (byLine && pieces.tooLong && plan.overBudget == OVER_SPLIT) {
    numberPieces(overhead);
    look(limit);
  }
  return true;
}

function look(limit: usize): void {
  beginCounting();
  pass(limit);
}

/** Writes what was measured. */
export function writeParts(limit: usize): usize {
  beginSending();
  pass(limit);
  return pieces.out;
}

function pass(limit: usize): void {
  beginBasin(BASIN_END);
  pour(writeMembers(BASIN, limit), true);
  endBasin();
}

/** What number and id of a part take at most. */
function overheadOf(idLength: u32): usize {
  let sum: usize = COUNT_ROOM + idLength;
  for (let i: usize = 0; i < 4; i++) sum += changetype<Text>(plan.partTexts + i * TEXT_SIZE).textLength;
  return sum;
}

/** Letters, digits, and what ids are otherwise made of: fit for every body. */
function cleanId(p: usize, length: u32): void {
  for (const end = p + length; p < end; p++) {
    const c: u32 = load<u8>(p);
    // + - . /
    if (!isWord(c) && c != 0x2b && c - 0x2d > 2) store<u8>(p, UNDERSCORE);
  }
}

/** A log that can't be sent in parts stays one line. */
export function joinLines(p: usize, end: usize): void {
  for (; p < end; p++) if (load<u8>(p) == LF) store<u8>(p, SPACE);
}
