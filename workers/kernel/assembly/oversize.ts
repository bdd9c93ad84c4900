/** What becomes of messages that are larger than the receiver takes. */
import { cutBody } from './body';
import { noteDropped, noteTruncated } from './counts';
import { bodyAt, closeFrame, closeWhole, frameAt, openFrame } from './framing';
import { group } from './group';
import { reject } from './host';
import { Head, OVER_DEAD_LETTER, OVER_DROP, OVER_SPLIT } from './layout';
import { log, scanNamedLog } from './log';
import { maskContentRefs } from './mask';
import { common, writeMessage } from './message';
import { joinLines, measureParts, writeParts } from './parts';
import { characterEnd } from './piece-end';
import { pieces } from './pieces';
import { plan } from './plan';
import { position } from './position';
import { forgetRefs, needPaths } from './refs';
import { beginBudget, endBudget, heldSize, makeRoom, retryBudget } from './room';
import { mended, setBroken } from './text';
import { trim } from './trim';
import { forgetTrims } from './trimmed';
import { mapRefs } from './value-maps';

/** A command, the octet count and its space, at most. */
const MAX_PREFIX: u32 = 32;

/** The frame of the log that was scanned last, if it gets one. @param limit the log's end in the raw batch. */
export function boundedFrame(dst: usize, head: Head, limit: usize): usize {
  const begin = openFrame(beginBudget(makeRoom(dst), plan.budget + MAX_PREFIX));
  setBroken(common.broken);
  const end = writeMessage(begin, head, limit);
  const size = heldSize(begin, end);
  if (mended.broken) return lines(begin, end, size, limit);
  if (size <= plan.budget) {
    endBudget();
    return closeWhole(end);
  }
  return overBudget(begin, end, size, head, limit);
}

function overBudget(begin: usize, end: usize, size: u32, head: Head, limit: usize): usize {
  for (let i: u32 = 0; i < plan.trimsCount && size > plan.budget; i++) {
    if (!trim(i, size - plan.budget, log.contents, limit)) continue;
    if (plan.refsPerLog) readAgain(limit);
    retryBudget();
    end = writeMessage(begin, head, limit);
    size = heldSize(begin, end);
  }
  endBudget();
  const fits = size <= plan.budget;
  if (fits) noteTruncated(1);
  const dst = fits ? closeFrame(end) : tooLarge(begin, end, size, limit);
  forgetTrims();
  return dst;
}

/** The log's contents, shortened. */
function readAgain(limit: usize): void {
  forgetRefs();
  scanNamedLog(log.from, limit);
  needPaths();
  maskContentRefs();
  mapRefs();
}

function tooLarge(begin: usize, end: usize, size: u32, limit: usize): usize {
  if (plan.overBudget == OVER_DROP) {
    noteDropped();
    return frameAt();
  }
  if (plan.overBudget == OVER_DEAD_LETTER) {
    const groupBytes = <u32>(group.to - group.from);
    reject(group.from, groupBytes, log.from, <u32>(limit - log.from), <u32>position.group, position.log, size);
    return frameAt();
  }
  if (plan.overBudget == OVER_SPLIT && measureParts(begin, false, limit)) return writeParts(limit);
  noteTruncated(1);
  return closeFrame(cut(bodyAt(), begin + plan.budget));
}

/** The header is cut only where it leaves no room at all. @returns the new end of the message, at most `end`. */
function cut(body: usize, end: usize): usize {
  return body >= end ? characterEnd(end - 3, end) : cutBody(body, end);
}

/** The body has line breaks, each of which ends a message. */
function lines(begin: usize, end: usize, size: u32, limit: usize): usize {
  endBudget();
  if (!measureParts(begin, true, limit)) {
    joinLines(bodyAt(), min(end, begin + plan.budget));
    return size <= plan.budget ? closeFrame(end) : tooLarge(begin, end, size, limit);
  }
  const refused = plan.overBudget == OVER_DROP || plan.overBudget == OVER_DEAD_LETTER;
  if (pieces.tooLong && refused) return tooLarge(begin, end, size, limit);
  return writeParts(limit);
}
