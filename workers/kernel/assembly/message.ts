/** One message: its header, then its body. What all messages of a group have in common is rendered once. */
import { jsonBody, shareGroup } from './body-json';
import { kvContents, kvGroupBound, kvNanoseconds, kvOrdered, kvOrigin, kvTags } from './body-kv';
import { beginPairs, pairsBody, pairsMembers, rawBody } from './body-pairs';
import * as event from './event-time';
import { fail } from './fault';
import { noteBody } from './framing';
import { headerFields, structuredData } from './header';
import {
  BODY_JSON,
  BODY_KV,
  BODY_PAIRS,
  BODY_RAW,
  FAULT_SIZE_LIMIT,
  Head,
  TIME_BSD,
  TIME_ISO8601,
  TIME_NONE,
  TIME_YEAR,
} from './layout';
import { contentsFrom, hasTime, logs, nanoseconds, tagsFrom, tagsTo, time } from './log';
import { forgetNames } from './names';
import { plan } from './plan';
import { raw } from './protobuf';
import { beginTurn } from './shape';
import { broken, copyReady, setBroken } from './text';
import { bsdTimestamp, timestamp } from './timestamp';
import { beginElsewhere, endElsewhere } from './window';

const NILVALUE: u8 = 0x2d;

/**
 * What all messages of a group have in common: the header fields (unless they depend on the log), topic and source, tags. A group with
 * more than this has it rendered for every log.
 */
const COMMON_SIZE: u64 = 1 << 17;
const common = memory.data(1 << 17, 16);
const HEADER_BOUND: u64 = 1024;
/** Bytes of tags read again for such groups. Far more than any sane batch needs: a bound on the time a hostile one can take. */
const MAX_REREADING: u64 = 1 << 31;
let rereading: u64 = 0;
/** Behind the header fields, before topic and source. */
let originAt: usize = 0;
/** The nanoseconds belong before the tags. */
let tagsAt: usize = 0;
/** 0 if the group is too large for it. */
let commonEnd: usize = 0;
/** It has a line break in it that ends a message. */
export let commonBroken: bool = false;

export function beginMessages(): void {
  rereading = 0;
  beginTurn(plan.orderCount);
  forgetNames();
  if (plan.bodyKind == BODY_PAIRS) beginPairs();
}

export function beginGroup(): void {
  commonEnd = 0;
  commonBroken = false;
  setBroken(false);
  if (plan.bodyKind == BODY_KV && (plan.orderCount != 0 || kvGroupBound() + HEADER_BOUND > COMMON_SIZE)) {
    reread();
    return;
  }
  const kept = beginElsewhere();
  originAt = plan.headerPerLog ? common : headerFields(common);
  commonEnd = originAt;
  if (plan.bodyKind == BODY_KV) {
    tagsAt = kvOrigin(originAt);
    commonEnd = kvTags(tagsAt);
  } else if (plan.bodyKind == BODY_JSON && shareGroup(originAt, COMMON_SIZE - HEADER_BOUND) == 0) {
    reread();
  }
  endElsewhere(kept);
  commonBroken = broken;
}

/** The tags of this group are read again for each of its logs. */
function reread(): void {
  rereading += <u64>logs * <u64>(tagsTo - tagsFrom) * <u64>(plan.orderCount + 1);
  if (rereading > MAX_REREADING) fail(FAULT_SIZE_LIMIT, tagsFrom - raw);
}

/** The message of the log that was scanned last. @param limit its end in the raw batch. */
export function writeMessage(dst: usize, head: Head, limit: usize): usize {
  v128.store(dst, v128.load(head.text));
  dst = when(dst + head.textLength);
  if (plan.headerPerLog) dst = structuredData(headerFields(dst));
  return plan.bodyKind == BODY_KV ? kvBody(dst, limit) : otherBody(dst, limit);
}

function when(dst: usize): usize {
  if (plan.timeRef == 0) return written(dst, hasTime, time, nanoseconds);
  return written(dst, event.hasTime, event.seconds, event.nanoseconds);
}

function written(dst: usize, known: bool, seconds: u32, nanoseconds: u32): usize {
  const style = plan.timeStyle;
  if (style == TIME_NONE) return dst;
  if (style == TIME_BSD || style == TIME_YEAR) return bsdTimestamp(dst, known ? seconds : 0, style == TIME_YEAR);
  if (known) return timestamp(dst, seconds, nanoseconds, plan.fractionDigits);
  if (style == TIME_ISO8601) return timestamp(dst, 0, 0, plan.fractionDigits);
  store<u8>(dst, NILVALUE);
  return dst + 1;
}

function kvBody(dst: usize, limit: usize): usize {
  if (commonEnd == 0) return writeKv(dst, limit);
  return kvContents(copyShared(dst), contentsFrom, limit);
}

function otherBody(dst: usize, limit: usize): usize {
  dst = copyReady(dst, common, originAt - common);
  noteBody(dst);
  if (plan.bodyKind == BODY_JSON) return jsonBody(dst, contentsFrom, limit);
  return plan.bodyKind == BODY_RAW ? rawBody(dst) : pairsBody(dst, contentsFrom, limit);
}

/** The body of that message alone, without the header that LEEF and CEF have of their own. */
export function writeBody(dst: usize, limit: usize): usize {
  if (plan.bodyKind == BODY_JSON) return jsonBody(dst, contentsFrom, limit);
  if (plan.bodyKind == BODY_RAW) return rawBody(dst);
  if (plan.bodyKind != BODY_KV) return pairsMembers(dst, contentsFrom, limit);
  if (commonEnd == 0) return kvOrdered(dst, nanoseconds, contentsFrom, limit);
  dst = kvNanoseconds(copyReady(dst, originAt, tagsAt - originAt), nanoseconds);
  return kvContents(copyReady(dst, tagsAt, commonEnd - tagsAt), contentsFrom, limit);
}

function copyShared(dst: usize): usize {
  noteBody(dst + (originAt - common));
  if (nanoseconds == 0) return copyReady(dst, common, commonEnd - common);
  dst = kvNanoseconds(copyReady(dst, common, tagsAt - common), nanoseconds);
  return copyReady(dst, tagsAt, commonEnd - tagsAt);
}

/** Nothing of the group is ready. */
function writeKv(dst: usize, limit: usize): usize {
  if (!plan.headerPerLog) dst = headerFields(dst);
  noteBody(dst);
  return kvOrdered(dst, nanoseconds, contentsFrom, limit);
}
