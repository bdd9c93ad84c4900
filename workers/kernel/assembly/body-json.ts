/** A JSON object: the members of the plan, then whatever else it wants of the log. */
import { decimal, digitsOf } from './decimal';
import { escaped, jsonString, unfitForJson } from './escape';
import {
  ESCAPE_JSON,
  FIELD_TIME,
  FIELD_TIME_NS,
  REF_CONTENT,
  REF_SOURCE,
  REF_TAG,
  REF_TOPIC,
  REST_ALL,
  REST_CONTENTS,
} from './layout';
import {
  GROUP_TAG,
  hasTime,
  isContent,
  key,
  keyEnd,
  limited,
  nanoseconds,
  readContent,
  readPair,
  shortEnd,
  source,
  sourceEnd,
  tagBytes,
  tags,
  tagsFrom,
  tagsTo,
  time,
  topic,
  topicEnd,
  value,
  valueEnd,
} from './log';
import { SHOWN_BOUND } from './mask';
import { byte, isEmptyValue, literal, mayBeJson, memberAt, writeJsonText, writeJsonValue } from './members';
import { plan } from './plan';
import { end, readField, start, tag } from './protobuf';
import { isReserved } from './reserved';
import { beginTurn, isKept, renamed } from './shape';
import { copyReady } from './text';
import { flush, limit } from './window';

const OPEN: u8 = 0x7b;
const CLOSE: u8 = 0x7d;
const COMMA: u8 = 0x2c;
const QUOTE: u8 = 0x22;
const COLON: u8 = 0x3a;
/** `,"` and `":"` */
const COMMA_QUOTE: u16 = 0x222c;
const QUOTE_COLON_QUOTE: u32 = 0x22_3a22;

// `"__time__":`, `"__time_ns_part__":`, `"__topic__":`, `"__source__":`, `__tag__:`; each with at least 16 bytes behind it.
const TIME = memory.data<u8>([
  0x22, 0x5f, 0x5f, 0x74, 0x69, 0x6d, 0x65, 0x5f, 0x5f, 0x22, 0x3a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);
const TIME_LENGTH: usize = 11;
const TIME_NS = memory.data<u8>([
  0x22, 0x5f, 0x5f, 0x74, 0x69, 0x6d, 0x65, 0x5f, 0x6e, 0x73, 0x5f, 0x70, 0x61, 0x72, 0x74, 0x5f, 0x5f, 0x22, 0x3a, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);
const TIME_NS_LENGTH: usize = 19;
const TOPIC = memory.data<u8>([
  0x22, 0x5f, 0x5f, 0x74, 0x6f, 0x70, 0x69, 0x63, 0x5f, 0x5f, 0x22, 0x3a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0,
]);
const TOPIC_LENGTH: usize = 12;
const SOURCE = memory.data<u8>([
  0x22, 0x5f, 0x5f, 0x73, 0x6f, 0x75, 0x72, 0x63, 0x65, 0x5f, 0x5f, 0x22, 0x3a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0,
]);
const SOURCE_LENGTH: usize = 13;
const TAG = memory.data<u8>([
  0x5f, 0x5f, 0x74, 0x61, 0x67, 0x5f, 0x5f, 0x3a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);
const TAG_LENGTH: usize = 8;

/** Nothing was written between the braces yet. */
let first = true;

/** Topic, source and tags of the group with a comma before each, ready to be copied: the same for all its logs. Both 0 if they are not. */
let shared: usize = 0;
let sharedEnd: usize = 0;

/**
 * Renders them at `dst` if the plan has them in every event, one behind the other, and they take no more than `room` bytes (VPC flow: 1.3
 * times the speed).
 * @returns behind them, or 0.
 */
export function shareGroup(dst: usize, room: u64): usize {
  shared = sharedEnd = 0;
  if (plan.rest != REST_ALL || plan.orderCount != 0 || groupBound() > room) return 0;
  first = false;
  sharedEnd = tagsOf(originOf(dst));
  shared = dst;
  return sharedEnd;
}

/** A byte takes at most six. */
function groupBound(): u64 {
  const bytes = <u64>tagBytes + (topicEnd - topic) + (sourceEnd - source);
  return 6 * bytes + (plan.shaped != 0 ? SHAPED_BOUND : PAIR_BOUND) * (<u64>tags + 2);
}

/** The most that a pair has beside its key and value; and with a name of its own and a hidden value. */
const PAIR_BOUND: u64 = 64;
const SHAPED_BOUND: u64 = 64 + 6 * (255 + SHOWN_BOUND);

export function jsonBody(dst: usize, contents: usize, logEnd: usize): usize {
  first = true;
  dst = byte(dst, OPEN);
  for (let i: u32 = 0; i < plan.membersCount; i++) {
    const member = memberAt(plan.members, i);
    if (isEmptyValue(member.parts, member.partsCount)) continue;
    dst = writeJsonValue(literal(comma(dst), member), member, plan.expand != 0);
  }
  for (let turn: u32 = 0; turn <= plan.orderCount; turn++) {
    beginTurn(turn);
    if (plan.rest == REST_ALL) dst = groupOf(timesOf(dst));
    if (plan.rest >= REST_CONTENTS) dst = contentsOf(dst, contents, logEnd);
  }
  return byte(dst, CLOSE);
}

function comma(dst: usize): usize {
  if (!first) return byte(dst, COMMA);
  first = false;
  return dst;
}

function timesOf(dst: usize): usize {
  if (hasTime) dst = number(dst, FIELD_TIME, TIME, TIME_LENGTH, time);
  return nanoseconds == 0 ? dst : number(dst, FIELD_TIME_NS, TIME_NS, TIME_NS_LENGTH, nanoseconds);
}

function groupOf(dst: usize): usize {
  if (shared == 0) return tagsOf(originOf(dst));
  if (shared == sharedEnd) return dst;
  const from = first ? shared + 1 : shared;
  first = false;
  return copyReady(dst, from, sharedEnd - from);
}

function originOf(dst: usize): usize {
  if (isKept(REF_TOPIC, topic == topicEnd)) {
    dst = writeJsonText(name(dst, TOPIC, TOPIC_LENGTH), topic, topicEnd, false);
  }
  if (!isKept(REF_SOURCE, source == sourceEnd)) return dst;
  return writeJsonText(name(dst, SOURCE, SOURCE_LENGTH), source, sourceEnd, false);
}

function number(dst: usize, kind: u32, own: usize, length: usize, n: u32): usize {
  return isKept(kind, false) ? decimal(name(dst, own, length), n, digitsOf(n)) : dst;
}

/** @param own the name of the field, ready, if it has no other. */
function name(dst: usize, own: usize, length: usize): usize {
  dst = comma(dst);
  return renamed ? byte(jsonString(dst, key, keyEnd), COLON) : copyReady(dst, own, length);
}

function tagsOf(dst: usize): usize {
  for (let p = tagsFrom; p < tagsTo;) {
    p = readField(p, tagsTo);
    if (tag != GROUP_TAG) continue;
    readPair(start, end);
    if (!isKept(REF_TAG, value == valueEnd)) continue;
    dst = byte(comma(dst), QUOTE);
    if (hasPrefix()) dst = copyReady(dst, TAG, TAG_LENGTH);
    dst = byte(byte(escaped(dst, key, keyEnd, ESCAPE_JSON), QUOTE), COLON);
    dst = writeJsonText(dst, value, valueEnd, false);
  }
  return dst;
}

/** A tag keeps its prefix where a member has its name. */
function hasPrefix(): bool {
  return !renamed && (plan.stripTags == 0 || isReserved(key, keyEnd - key));
}

function contentsOf(dst: usize, p: usize, logEnd: usize): usize {
  const isChoosy = limited || plan.shaped != 0 || plan.reservedCount != 0;
  while (p < logEnd) {
    if (!isChoosy && !first) {
      dst = shortContents(dst, p, logEnd);
      p = following;
      if (p >= logEnd) break;
    }
    p = readContent(p, logEnd);
    if (!isContent || (isChoosy && !isChosen())) continue;
    dst = jsonString(comma(dst), key, keyEnd);
    store<u8>(dst, COLON);
    dst = writeJsonText(dst + 1, value, valueEnd, plan.expand != 0);
  }
  return dst;
}

/** Where {@link shortContents} stopped reading. */
let following: usize = 0;

/**
 * The hot loop: contents of less than 128 bytes up to the first that is none, or that may become an object. Most keys and values are fewer
 * than 32 bytes that need no escape, which two vectors copy; written out twice because calls cost as much as the copies (VPC flow: 1.7 times
 * the speed).
 */
function shortContents(dst: usize, p: usize, logEnd: usize): usize {
  const expand = plan.expand != 0;
  while (p < logEnd) {
    const next = shortEnd(p, logEnd);
    if (next == 0) break;
    const keyLength: usize = load<u8>(p, 3);
    const keyAt = p + 4;
    const valueAt = keyAt + keyLength + 2;
    const valueLength = next - valueAt;
    if (expand && mayBeJson(valueAt)) break;
    if (dst > limit) dst = flush(dst);
    store<u16>(dst, COMMA_QUOTE);
    dst += 2;
    const key0 = v128.load(keyAt);
    const key1 = v128.load(keyAt, 16);
    v128.store(dst, key0);
    v128.store(dst, key1, 16);
    const keyOdd = (unfitForJson(key0) | (unfitForJson(key1) << 16)) & ((1 << (<u32>keyLength)) - 1);
    dst = keyLength < 32 && keyOdd == 0 ? dst + keyLength : escaped(dst, keyAt, keyAt + keyLength, ESCAPE_JSON);
    store<u32>(dst, QUOTE_COLON_QUOTE);
    dst += 3;
    const value0 = v128.load(valueAt);
    const value1 = v128.load(valueAt, 16);
    v128.store(dst, value0);
    v128.store(dst, value1, 16);
    const valueOdd = (unfitForJson(value0) | (unfitForJson(value1) << 16)) & ((1 << (<u32>valueLength)) - 1);
    dst = valueLength < 32 && valueOdd == 0 ? dst + valueLength : escaped(dst, valueAt, next, ESCAPE_JSON);
    store<u8>(dst++, QUOTE);
    p = next;
  }
  following = p;
  return dst;
}

/** The content that was read last is written, perhaps under another name. */
function isChosen(): bool {
  return isKept(REF_CONTENT, value == valueEnd) && !isReserved(key, keyEnd - key);
}
