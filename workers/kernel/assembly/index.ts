/** From one raw batch to its frames. Everything is checked against its parent, nothing is allocated, nothing outlives a run. */
import { jsonBody } from './body-json';
import { kvContents, kvGroupBound, kvNanoseconds, kvOrigin, kvShared, kvTags } from './body-kv';
import { pairsBody, rawBody } from './body-pairs';
import { beginIds, nextGroup, nextLog, originBuffer } from './computed';
import { fail, SIZE_LIMIT } from './fault';
import { beginFrames, closeFrame, dropped, noteBody, openFrame, truncated } from './framing';
import { headerFields, structuredData } from './header';
import {
  contentsFrom,
  countLogs,
  GROUP_LOG,
  hasTime,
  LIST_GROUP,
  logs,
  nanoseconds,
  scanGroup,
  scanLog,
  tagsFrom,
  tagsTo,
  time,
} from './log';
import { inflate as inflateBlock } from './lz4';
import { BODY_JSON, BODY_KV, BODY_RAW, Head, plan, TIME_BSD, usePlan } from './plan';
import { beginRaw, end, raw, readField, start, tag } from './protobuf';
import { computeRefs, resolveGroupRefs, resolveLogRefs } from './refs';
import { chooseHead, isWanted } from './rules';
import { copyReady } from './text';
import { bsdTimestamp, timestamp } from './timestamp';
import { beginElsewhere, endElsewhere, flush, makeRoom, openWindow, setConsumed } from './window';

const NILVALUE: u8 = 0x2d;

/**
 * What all messages of a group have in common, rendered once: the header fields (unless they depend on the log), topic and source, tags.
 * A group with more than this has it rendered for every log.
 */
const COMMON_SIZE: u64 = 1 << 17;
const common = memory.data(1 << 17, 16);
const HEADER_BOUND: u64 = 1024;
/** Bytes of tags read again for such groups. Far more than any sane batch needs: a bound on the time a hostile one can take. */
const MAX_REREADING: u64 = 1 << 31;
let rereading: u64 = 0;
/** The nanoseconds belong before the tags. */
let tagsAt: usize = 0;
/** 0 if the group is too large for it. */
let commonEnd: usize = 0;

let filtered: u32 = 0;

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

/** Logs that the last {@link format} sent nothing of: because of the filters, and because of their size. */
export function filteredLogs(): u32 {
  return filtered;
}

export function droppedLogs(): u32 {
  return dropped;
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
  rereading = 0;
  filtered = 0;
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
  renderCommon();
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

function renderCommon(): void {
  commonEnd = 0;
  if (plan.bodyKind == BODY_KV && kvGroupBound() + HEADER_BOUND > COMMON_SIZE) {
    reread();
    return;
  }
  if (plan.bodyKind == BODY_JSON) reread();
  const kept = beginElsewhere();
  tagsAt = plan.headerPerLog ? common : headerFields(common);
  commonEnd = tagsAt;
  if (plan.bodyKind == BODY_KV) {
    tagsAt = kvOrigin(tagsAt);
    commonEnd = kvTags(tagsAt);
  }
  endElsewhere(kept);
}

/** The tags of this group are read again for each of its logs. */
function reread(): void {
  rereading += <u64>logs * <u64>(tagsTo - tagsFrom);
  if (rereading > MAX_REREADING) fail(SIZE_LIMIT, tagsFrom - raw);
}

function formatLog(dst: usize, p: usize, limit: usize): usize {
  scanLog(p, limit);
  let head = changetype<Head>(plan.head);
  if (plan.refsPerLog) {
    nextLog();
    resolveLogRefs(contentsFrom, limit);
    computeRefs(head.rating);
    if (!isWanted()) {
      filtered++;
      return dst;
    }
    const rating = head.rating;
    head = chooseHead();
    if (head.rating != rating) computeRefs(head.rating);
  }
  dst = openFrame(makeRoom(dst));
  v128.store(dst, v128.load(head.text));
  dst = when(dst + head.length);
  if (plan.headerPerLog) dst = structuredData(headerFields(dst));
  return closeFrame(plan.bodyKind == BODY_KV ? kvBody(dst, limit) : otherBody(dst, limit));
}

function when(dst: usize): usize {
  if (plan.timeStyle == TIME_BSD) return bsdTimestamp(dst, hasTime ? time : 0);
  if (hasTime) return timestamp(dst, time, nanoseconds, plan.fractionDigits);
  store<u8>(dst, NILVALUE);
  return dst + 1;
}

function kvBody(dst: usize, limit: usize): usize {
  noteBody(dst);
  dst = commonEnd == 0 ? writeShared(dst) : copyShared(dst);
  return kvContents(dst, contentsFrom, limit);
}

function otherBody(dst: usize, limit: usize): usize {
  dst = copyReady(dst, common, commonEnd - common);
  noteBody(dst);
  if (plan.bodyKind == BODY_JSON) return jsonBody(dst, contentsFrom, limit);
  return plan.bodyKind == BODY_RAW ? rawBody(dst) : pairsBody(dst, contentsFrom, limit);
}

function copyShared(dst: usize): usize {
  if (nanoseconds == 0) return copyReady(dst, common, commonEnd - common);
  dst = kvNanoseconds(copyReady(dst, common, tagsAt - common), nanoseconds);
  return copyReady(dst, tagsAt, commonEnd - tagsAt);
}

function writeShared(dst: usize): usize {
  return kvShared(plan.headerPerLog ? dst : headerFields(dst), nanoseconds);
}
