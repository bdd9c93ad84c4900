/** From one raw batch to its frames. Everything is checked against its parent, nothing is allocated, nothing outlives a run. */
import { beginIds, nextGroup, nextLog, originBuffer } from './computed';
import { beginTimes, readEventTime, unread } from './event-time';
import { bare, beginFrames, closeWhole, empty, openFrame } from './framing';
import { Head } from './layout';
import { countLogs, GROUP_LOG, LIST_GROUP, scanGroup, scanLog, scanNamedLog } from './log';
import { inflate as inflateBlock } from './lz4';
import { beginMasks, maskContentRefs, maskGroupRefs } from './mask';
import { beginGroup, beginMessages, writeMessage } from './message';
import { beginOversize, boundedFrame, dropped, truncated } from './oversize';
import { plan, usePlan } from './plan';
import { beginRaw, end, raw, readField, start, tag } from './protobuf';
import { beginRefs, computeRefs, forgetRefs, needPaths, resolveGroupRefs } from './refs';
import { chooseHead, isSampledOut, isWanted } from './rules';
import { forgetSearches } from './searches';
import { maskOrigin } from './shape';
import { beginTimestamps } from './timestamp';
import { flush, makeRoom, openWindow, setConsumed } from './window';

let filtered: u32 = 0;
let sampled: u32 = 0;
let untimed: u32 = 0;

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

/** Logs that the last {@link format} sent nothing of: because of the filters, because of sampling alone, and because of their size. */
export function filteredLogs(): u32 {
  return filtered;
}

export function sampledLogs(): u32 {
  return sampled;
}

export function droppedLogs(): u32 {
  return dropped;
}

/** Messages of no bytes that the last {@link format} left out. */
export function emptyLogs(): u32 {
  return empty;
}

/** Messages of the last {@link format} that show nothing of their log. */
export function bareLogs(): u32 {
  return bare;
}

/** Logs to be sent whose event time could not be read: the log's own stands for it. */
export function untimedLogs(): u32 {
  return untimed;
}

/** Messages that the last {@link format} cut. */
export function truncatedLogs(): u32 {
  return truncated;
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
  beginFrames();
  beginOversize();
  beginMessages();
  beginRefs();
  beginMasks();
  beginTimestamps();
  beginTimes();
  filtered = sampled = untimed = 0;
  const limit = at + length;
  let dst = openWindow();
  for (let p = at; p < limit;) {
    const next = readField(p, limit);
    if (tag == LIST_GROUP) dst = formatGroup(dst, start, end);
    p = next;
  }
  flush(dst);
}

function formatGroup(dst: usize, begin: usize, limit: usize): usize {
  nextGroup();
  scanGroup(begin, limit);
  resolveGroupRefs();
  maskGroupRefs();
  maskOrigin();
  beginGroup();
  for (let p = begin; p < limit;) {
    const next = readField(p, limit);
    if (tag == GROUP_LOG) {
      setConsumed(<u32>(p - raw));
      dst = formatLog(dst, start, end);
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
    if (isSampledOut()) sampled++;
    else filtered++;
    return dst;
  }
  const rating = head.rating;
  head = chooseHead();
  if (head.rating != rating) computeRefs(head.rating);
  untimed += <u32>unread;
  needPaths();
  maskContentRefs();
  return send(dst, head, limit);
}

function send(dst: usize, head: Head, limit: usize): usize {
  if (plan.budget != 0) return boundedFrame(dst, head, limit);
  return closeWhole(writeMessage(openFrame(makeRoom(dst)), head, limit));
}
