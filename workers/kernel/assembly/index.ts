/** From one raw batch to its frames. Everything is checked against its parent, nothing is allocated, nothing outlives a run. */
import { bareSize } from './body';
import { beginIds, computeRefs, originBuffer } from './computed';
import { beginCounts, countsAt, noteFiltered, noteSampled, noteUntimed } from './counts';
import { beginTimes, eventTime, readEventTime } from './event-time';
import { beginFrames, closeWhole, openFrame } from './framing';
import { countLogs, scanGroup } from './group';
import { Head } from './layout';
import { scanLog, scanNamedLog } from './log';
import { inflate as inflateBlock } from './lz4';
import { beginMasks, maskContentRefs, maskGroupRefs } from './mask';
import { beginMessages, shareGroup, writeMessage } from './message';
import { GROUP_LOG, LIST_GROUP } from './messages';
import { boundedFrame } from './oversize';
import { plan, usePlan } from './plan';
import { beginPositions, nextGroup, nextLog } from './position';
import { beginRaw, field, rawOffset, readField } from './protobuf';
import { beginRefs, forgetRefs, needPaths, resolveGroupRefs } from './refs';
import { makeRoom, openRoom } from './room';
import { chooseHead, isSampledOut, isWanted } from './rules';
import { forgetSearches } from './searches';
import { maskOrigin } from './shape';
import { beginTimestamps } from './timestamp';
import { mapRefs } from './value-maps';
import { handOver, openWindow, setConsumed } from './window';

/** First byte the host may use. */
export function heapBase(): usize {
  return __heap_base;
}

/** Decodes an LZ4 block at `body` into the `length` bytes at `to`. Both need 32 bytes of slack behind them. */
export function inflate(body: usize, bodyLength: u32, to: usize, length: u32): void {
  inflateBlock(body, body + bodyLength, to, to + length);
}

/** The number of messages {@link format} will write. */
export function count(at: usize, length: u32): u32 {
  beginRaw(at);
  return countLogs(at, at + length);
}

/** Where the host writes, before {@link format}, what event ids say between the logstore and the cursor. */
export function origin(): usize {
  return originBuffer();
}

/** Address of the Counts of the last {@link format}. */
export function counts(): usize {
  return countsAt();
}

/**
 * Hands all frames of the raw batch that {@link count} has looked at to the host.
 * @param cursorHigh cursor of the first log group, as a number.
 */
export function format(
  planAt: usize,
  at: usize,
  length: u32,
  originLength: u32,
  cursorHigh: u32,
  cursorLow: u32,
): void {
  usePlan(planAt);
  beginRaw(at);
  beginIds(originLength, cursorHigh, cursorLow);
  beginCounts();
  beginPositions();
  beginFrames(bareSize());
  openRoom();
  beginMessages();
  beginRefs();
  beginMasks();
  beginTimestamps();
  beginTimes();
  const limit = at + length;
  let dst = openWindow();
  for (let p = at; p < limit;) {
    const next = readField(p, limit);
    if (field.tag == LIST_GROUP) dst = formatGroup(dst, field.start, field.end);
    p = next;
  }
  handOver(dst);
}

function formatGroup(dst: usize, begin: usize, limit: usize): usize {
  nextGroup();
  scanGroup(begin, limit);
  resolveGroupRefs();
  maskGroupRefs();
  maskOrigin();
  shareGroup();
  for (let p = begin; p < limit;) {
    const next = readField(p, limit);
    if (field.tag == GROUP_LOG) {
      setConsumed(rawOffset(p));
      dst = formatLog(dst, field.start, field.end);
    }
    p = next;
  }
  return dst;
}

function formatLog(dst: usize, p: usize, limit: usize): usize {
  nextLog();
  if (plan.refsPerLog) return formatByRefs(dst, p, limit);
  scanLog(p, limit);
  return send(dst, changetype<Head>(plan.head), limit);
}

function formatByRefs(dst: usize, p: usize, limit: usize): usize {
  forgetRefs();
  scanNamedLog(p, limit);
  forgetSearches();
  if (plan.timeRef != 0) readEventTime();
  let head = changetype<Head>(plan.head);
  computeRefs(head.rating);
  if (!isWanted()) {
    if (isSampledOut()) noteSampled();
    else noteFiltered();
    return dst;
  }
  const rating = head.rating;
  head = chooseHead();
  if (head.rating != rating) computeRefs(head.rating);
  if (eventTime.unread) noteUntimed();
  needPaths();
  maskContentRefs();
  mapRefs();
  return send(dst, head, limit);
}

function send(dst: usize, head: Head, limit: usize): usize {
  if (plan.budget != 0) return boundedFrame(dst, head, limit);
  return closeWhole(writeMessage(openFrame(makeRoom(dst)), head, limit));
}
