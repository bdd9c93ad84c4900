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
import { plan, REST_ALL, REST_CONTENTS } from './plan';
import { end, readField, start, tag } from './protobuf';
import { isReserved } from './reserved';
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
  if (rest == REST_ALL) dst = tagsOf(originOf(dst));
  if (rest >= REST_CONTENTS) dst = contentsOf(dst, contents, logEnd);
  return byte(dst, CLOSE);
}

function comma(dst: usize): usize {
  if (!first) return byte(dst, COMMA);
  first = false;
  return dst;
}

function originOf(dst: usize): usize {
  if (hasTime) dst = number(dst, TIME, TIME_LENGTH, time);
  if (nanoseconds != 0) dst = number(dst, TIME_NS, TIME_NS_LENGTH, nanoseconds);
  dst = writeJsonText(copyReady(comma(dst), TOPIC, TOPIC_LENGTH), topic, topicEnd, false);
  return writeJsonText(copyReady(comma(dst), SOURCE, SOURCE_LENGTH), source, sourceEnd, false);
}

function number(dst: usize, name: usize, length: usize, n: u32): usize {
  return decimal(copyReady(comma(dst), name, length), n, digitsOf(n));
}

function tagsOf(dst: usize): usize {
  for (let p = tagsFrom; p < tagsTo;) {
    p = readField(p, tagsTo);
    if (tag != GROUP_TAG) continue;
    readPair(start, end);
    dst = copyReady(byte(comma(dst), QUOTE), TAG, TAG_LENGTH);
    dst = byte(byte(escaped(dst, key, keyEnd, JSON), QUOTE), COLON);
    dst = writeJsonText(dst, value, valueEnd, false);
  }
  return dst;
}

function contentsOf(dst: usize, p: usize, logEnd: usize): usize {
  while (p < logEnd) {
    p = readContent(p, logEnd);
    if (!isContent || (plan.reservedCount != 0 && isReserved(key, keyEnd - key))) continue;
    dst = jsonString(comma(dst), key, keyEnd);
    store<u8>(dst, COLON);
    dst = writeJsonText(dst + 1, value, valueEnd, plan.expand != 0);
  }
  return dst;
}
