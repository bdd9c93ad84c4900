/** From one raw batch to its frames. Everything is checked against its parent, nothing is allocated, nothing outlives a run. */
import { kvContents, kvGroupBound, kvNanoseconds, kvOrigin, kvTags } from './body-kv';
import { fail, SIZE_LIMIT } from './fault';
import { closeFrame, openFrame } from './framing';
import { headerFields } from './header';
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
import { plan, usePlan } from './plan';
import { beginRaw, end, raw, readField, start, tag } from './protobuf';
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
/** Bytes of tags read again for such groups. Far more than any sane batch needs: a bound on the time a hostile one can take. */
const MAX_REREADING: u64 = 1 << 31;
let rereading: u64 = 0;
/** The nanoseconds belong before the tags. */
let tagsAt: usize = 0;
/** 0 if the group is too large for it. */
let commonEnd: usize = 0;

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

/** Hands all frames of the raw batch that {@link count} has looked at to the host. */
export function format(planAt: usize, at: usize, length: u32): void {
  usePlan(planAt);
  beginRaw(at);
  rereading = 0;
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
  if (kvGroupBound() + HEADER_BOUND > COMMON_SIZE) {
    rereading += <u64>logs * <u64>(tagsTo - tagsFrom);
    if (rereading > MAX_REREADING) fail(SIZE_LIMIT, tagsFrom - raw);
    return;
  }
  const kept = beginElsewhere();
  const begin = plan.headerPerLog ? common : headerFields(common);
  tagsAt = kvOrigin(begin);
  commonEnd = kvTags(tagsAt);
  endElsewhere(kept);
}

function formatLog(dst: usize, p: usize, limit: usize): usize {
  scanLog(p, limit);
  dst = openFrame(makeRoom(dst));
  v128.store(dst, v128.load(plan.head));
  dst += plan.headLength;
  if (hasTime) dst = timestamp(dst, time, nanoseconds, plan.fractionDigits);
  else store<u8>(dst++, NILVALUE);
  if (plan.headerPerLog) {
    resolveLogRefs(contentsFrom, limit);
    dst = headerFields(dst);
  }
  dst = commonEnd == 0 ? writeShared(dst) : copyShared(dst);
  return closeFrame(kvContents(dst, contentsFrom, limit));
}

function copyShared(dst: usize): usize {
  if (nanoseconds == 0) return copyReady(dst, common, commonEnd - common);
  dst = kvNanoseconds(copyReady(dst, common, tagsAt - common), nanoseconds);
  return copyReady(dst, tagsAt, commonEnd - tagsAt);
}

function writeShared(dst: usize): usize {
  if (!plan.headerPerLog) dst = headerFields(dst);
  return kvTags(kvNanoseconds(kvOrigin(dst), nanoseconds));
}
