/** What becomes of messages that are larger than the receiver takes. */
import { cut } from './budget';
import { group, index } from './computed';
import { bodyAt, closeFrame, closeWhole, frameAt, openFrame } from './framing';
import { reject } from './host';
import { Head, OVER_DEAD_LETTER, OVER_DROP, OVER_SPLIT } from './layout';
import { contentsFrom, groupFrom, groupTo, logFrom, scanNamedLog } from './log';
import { maskContentRefs } from './mask';
import { commonBroken, writeMessage } from './message';
import { cutLines, joinLines, measureParts, tooLong, writeParts } from './parts';
import { plan } from './plan';
import { raw } from './protobuf';
import { forgetRefs, needPaths } from './refs';
import { broken, setBroken } from './text';
import { forgetTrims, trim } from './trim';
import { beginBudget, endBudget, heldSize, makeRoom } from './window';

/** A command, the octet count and its space, at most. */
const MAX_PREFIX: u32 = 32;

/** Messages that were cut, and logs that were not sent because of their size. */
export let truncated: u32 = 0;
export let dropped: u32 = 0;

export function beginOversize(): void {
  truncated = dropped = 0;
}

/** The frame of the log that was scanned last, if it gets one. @param limit the log's end in the raw batch. */
export function boundedFrame(dst: usize, head: Head, limit: usize): usize {
  const begin = openFrame(beginBudget(makeRoom(dst), plan.budget + MAX_PREFIX));
  setBroken(commonBroken);
  const end = writeMessage(begin, head, limit);
  const size = heldSize(begin, end);
  if (broken) return lines(begin, end, size, limit);
  if (size <= plan.budget) {
    endBudget();
    return closeWhole(end);
  }
  return overBudget(begin, end, size, head, limit);
}

function overBudget(begin: usize, end: usize, size: u32, head: Head, limit: usize): usize {
  let dst: usize = 0;
  for (let i: u32 = 0; i < plan.trimsCount && size > plan.budget; i++) {
    if (!trim(i, size - plan.budget, contentsFrom, limit)) continue;
    if (plan.refsPerLog) readAgain(limit);
    beginBudget(begin, plan.budget + MAX_PREFIX);
    end = writeMessage(begin, head, limit);
    size = heldSize(begin, end);
  }
  endBudget();
  if (size <= plan.budget) {
    truncated++;
    dst = closeFrame(end);
  } else {
    dst = tooLarge(begin, end, size, limit);
  }
  forgetTrims();
  return dst;
}

/** The log's contents, shortened. */
function readAgain(limit: usize): void {
  forgetRefs();
  scanNamedLog(logFrom, limit);
  needPaths();
  maskContentRefs();
}

function tooLarge(begin: usize, end: usize, size: u32, limit: usize): usize {
  if (plan.overBudget == OVER_DROP) {
    dropped++;
    return frameAt();
  }
  if (plan.overBudget == OVER_DEAD_LETTER) {
    reject(groupFrom, <u32>(groupTo - groupFrom), logFrom, <u32>(limit - logFrom), <u32>group, index, size);
    return frameAt();
  }
  if (plan.overBudget == OVER_SPLIT && measureParts(begin, false, limit)) return writeParts(limit);
  truncated++;
  return closeFrame(cut(bodyAt(), begin + plan.budget));
}

/** The body has line breaks, each of which ends a message. */
function lines(begin: usize, end: usize, size: u32, limit: usize): usize {
  endBudget();
  if (!measureParts(begin, true, limit)) {
    joinLines(bodyAt(), min(end, begin + plan.budget));
    return size <= plan.budget ? closeFrame(end) : tooLarge(begin, end, size, limit);
  }
  const refused = plan.overBudget == OVER_DROP || plan.overBudget == OVER_DEAD_LETTER;
  if (tooLong && refused) return tooLarge(begin, end, size, limit);
  const dst = writeParts(limit);
  truncated += cutLines;
  return dst;
}
