/** A JSON object: the members of the plan, then whatever else it wants of the log. */
import { decimal, digitsOf } from './decimal';
import { escaped, JSON, jsonString } from './escape';
import {
  GROUP_TAG,
  hasTime,
  isContent,
  key,
  keyEnd,
  nanoseconds,
  readContent,
  readPair,
  source,
  sourceEnd,
  tagsFrom,
  tagsTo,
  time,
  topic,
  topicEnd,
  value,
  valueEnd,
} from './log';
import { byte, isEmptyValue, literal, memberAt, writeJsonText, writeJsonValue } from './members';
import {
  plan,
  REF_CONTENT,
  REF_SOURCE,
  REF_TAG,
  REF_TOPIC,
  REST_ALL,
  REST_CONTENTS,
  SHAPE_TIME,
  SHAPE_TIME_NS,
} from './plan';
import { end, readField, start, tag } from './protobuf';
import { isReserved } from './reserved';
import { beginTurn, isKept, renamed } from './shape';
import { copyReady } from './text';

const OPEN: u8 = 0x7b;
const CLOSE: u8 = 0x7d;
const COMMA: u8 = 0x2c;
const QUOTE: u8 = 0x22;
const COLON: u8 = 0x3a;

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

export function jsonBody(dst: usize, contents: usize, logEnd: usize): usize {
  first = true;
  dst = byte(dst, OPEN);
  for (let i: u32 = 0; i < plan.memberCount; i++) {
    const member = memberAt(plan.members, i);
    if (isEmptyValue(member.parts, member.partCount)) continue;
    dst = writeJsonValue(literal(comma(dst), member), member, plan.expand != 0);
  }
  // A log of another kind than the members were meant for must not become an empty object.
  const rest = first ? REST_ALL : plan.rest;
  for (let turn: u32 = 0; turn <= plan.orderCount; turn++) {
    beginTurn(turn);
    if (rest == REST_ALL) dst = tagsOf(originOf(dst));
    if (rest >= REST_CONTENTS) dst = contentsOf(dst, contents, logEnd);
  }
  return byte(dst, CLOSE);
}

function comma(dst: usize): usize {
  if (!first) return byte(dst, COMMA);
  first = false;
  return dst;
}

function originOf(dst: usize): usize {
  if (hasTime) dst = number(dst, SHAPE_TIME, TIME, TIME_LENGTH, time);
  if (nanoseconds != 0) dst = number(dst, SHAPE_TIME_NS, TIME_NS, TIME_NS_LENGTH, nanoseconds);
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
    dst = byte(byte(escaped(dst, key, keyEnd, JSON), QUOTE), COLON);
    dst = writeJsonText(dst, value, valueEnd, false);
  }
  return dst;
}

/** A tag keeps its prefix where a member has its name. */
function hasPrefix(): bool {
  return !renamed && (plan.stripTags == 0 || isReserved(key, keyEnd - key));
}

function contentsOf(dst: usize, p: usize, logEnd: usize): usize {
  const isChoosy = plan.shaped != 0 || plan.reservedCount != 0;
  while (p < logEnd) {
    p = readContent(p, logEnd);
    if (!isContent || (isChoosy && !isChosen())) continue;
    dst = jsonString(comma(dst), key, keyEnd);
    store<u8>(dst, COLON);
    dst = writeJsonText(dst + 1, value, valueEnd, plan.expand != 0);
  }
  return dst;
}

/** The content that was read last is written, perhaps under another name. */
function isChosen(): bool {
  return isKept(REF_CONTENT, value == valueEnd) && !isReserved(key, keyEnd - key);
}
