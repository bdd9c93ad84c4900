/** From one raw batch to its frames. Everything is checked against its parent, nothing is allocated, nothing outlives a run. */
import { kvContents, kvGroupBound, kvNanoseconds, kvOrigin, kvTags } from './body-kv';
import { closeFrame, openFrame } from './framing';
import { headerFields } from './header';
import { countLogs, GROUP_LOG, hasTime, LIST_GROUP, nanoseconds, scanGroup, scanLog, time } from './log';
import { inflate as inflateBlock } from './lz4';
import { plan, usePlan } from './plan';
import { beginRaw, end, readField, start, tag } from './protobuf';
import { resolveGroupRefs, resolveLogRefs } from './refs';
import { copyReady } from './text';
import { timestamp } from './timestamp';
import { beginElsewhere, endElsewhere, flush, makeRoom, openWindow, setConsumed } from './window';

const NILVALUE: u8 = 0x2d;

/**
 * What all messages of a group have in common, rendered once: the header fields (unless they depend on the log), topic and source, tags.
 * A group with more than this has it rendered for every log.
 */
const COMMON_SIZE: u64 = 1 << 17;
const common = memory.data(1 << 17, 16);
const HEADER_BOUND: u64 = 1024;
/** The nanoseconds belong before the tags. */
let tagsAt: usize = 0;
/** 0 if the group is too large for it. */
let commonEnd: usize = 0;

let group: usize = 0;
let groupEnd: usize = 0;

/** First byte the host may use. */
export function heapBase(): usize {
  return __heap_base;
}

/** Decodes an LZ4 block at `body` into the `rawLength` bytes at `raw`. Both need 32 bytes of slack behind them. */
export function inflate(body: usize, bodyLength: u32, raw: usize, rawLength: u32): void {
  inflateBlock(body, body + bodyLength, raw, raw + rawLength);
}

/** The number of messages {@link format} will write. */
export function count(raw: usize, rawLength: u32): u32 {
  beginRaw(raw);
  return countLogs(raw, raw + rawLength);
}

/** Hands all frames of the raw batch that {@link count} has looked at to the host. */
export function format(planAt: usize, raw: usize, rawLength: u32): void {
  usePlan(planAt);
  const limit = raw + rawLength;
  let dst = openWindow();
  for (let p = raw; p < limit;) {
    const next = readField(p, limit);
    if (tag == LIST_GROUP) dst = formatGroup(dst, start, end, raw);
    p = next;
  }
  flush(dst);
}

function formatGroup(dst: usize, begin: usize, limit: usize, raw: usize): usize {
  group = begin;
  groupEnd = limit;
  scanGroup(begin, limit);
  resolveGroupRefs(begin, limit);
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
  if (kvGroupBound() + HEADER_BOUND > COMMON_SIZE) return;
  const kept = beginElsewhere();
  const begin = plan.headerPerLog ? common : headerFields(common);
  tagsAt = kvOrigin(begin);
  commonEnd = kvTags(tagsAt, group, groupEnd);
  endElsewhere(kept);
}

function formatLog(dst: usize, p: usize, limit: usize): usize {
  scanLog(p, limit);
  dst = openFrame(makeRoom(dst));
  memory.copy(dst, plan.head, plan.headLength);
  dst += plan.headLength;
  if (hasTime) dst = timestamp(dst, time, nanoseconds, plan.fractionDigits);
  else store<u8>(dst++, NILVALUE);
  if (plan.headerPerLog) {
    resolveLogRefs(p, limit);
    dst = headerFields(dst);
  }
  dst = commonEnd == 0 ? writeShared(dst) : copyShared(dst);
  return closeFrame(kvContents(dst, p, limit));
}

function copyShared(dst: usize): usize {
  if (nanoseconds == 0) return copyReady(dst, common, commonEnd - common);
  dst = kvNanoseconds(copyReady(dst, common, tagsAt - common), nanoseconds);
  return copyReady(dst, tagsAt, commonEnd - tagsAt);
}

function writeShared(dst: usize): usize {
  if (!plan.headerPerLog) dst = headerFields(dst);
  return kvTags(kvNanoseconds(kvOrigin(dst), nanoseconds), group, groupEnd);
}
