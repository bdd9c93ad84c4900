/** A JSON object: the members of the plan, then whatever else it wants of the log. */
import { decimal, digitsOf } from './decimal';
import { escaped, unfitForJson } from './escape';
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
  renameKey,
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
import { expected, expectedAt, expectedEnd, had, isShort, KNOWN_SIZE, NAME, nameLengthAt, passKnown } from './known';
import { areUsual, beginNames, beginNamesAfter, nameOf, tagNameOf } from './names';
import { plan } from './plan';
import { end, readField, start, tag } from './protobuf';
import { isReserved, isReservedTag } from './reserved';
import { beginTurn, isKept, renamed } from './shape';
import { copyReady } from './text';
import { flush, limit } from './window';

const OPEN: u8 = 0x7b;
const CLOSE: u8 = 0x7d;
const COMMA: u8 = 0x2c;
const QUOTE: u8 = 0x22;
/** `,"` */
const COMMA_QUOTE: u16 = 0x222c;

// `__time__`, `__time_ns_part__`, `__topic__`, `__source__`, each with at least 31 readable bytes behind it.
const TIME = memory.data<u8>([
  0x5f, 0x5f, 0x74, 0x69, 0x6d, 0x65, 0x5f, 0x5f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0,
]);
const TIME_LENGTH: usize = 8;
const TIME_NS = memory.data<u8>([
  0x5f, 0x5f, 0x74, 0x69, 0x6d, 0x65, 0x5f, 0x6e, 0x73, 0x5f, 0x70, 0x61, 0x72, 0x74, 0x5f, 0x5f, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);
const TIME_NS_LENGTH: usize = 16;
const TOPIC = memory.data<u8>([
  0x5f, 0x5f, 0x74, 0x6f, 0x70, 0x69, 0x63, 0x5f, 0x5f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);
const TOPIC_LENGTH: usize = 9;
const SOURCE = memory.data<u8>([
  0x5f, 0x5f, 0x73, 0x6f, 0x75, 0x72, 0x63, 0x65, 0x5f, 0x5f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);
const SOURCE_LENGTH: usize = 10;

/** Nothing was written between the braces yet. */
let first = true;

/**
 * What is the same for all logs of a group, ready to be copied, with a comma before each name: the names of the two times, then topic, source
 * and tags. All 0 if they are not.
 */
let shared: usize = 0;
let sharedTimeEnd: usize = 0;
let sharedNsEnd: usize = 0;
let sharedEnd: usize = 0;
/** These names among the known ones, and which of those comes next. */
let timeName: u64 = 0;
let nsName: u64 = 0;
let groupNames: u64 = 0;
let nextName: u32 = 0;

/**
 * Renders them at `dst` if the plan has them in every event, one behind the other, under names of their own, and they take no more than
 * `room` bytes (VPC flow: 1.3 times the speed).
 * @returns behind them, or 0.
 */
export function shareGroup(dst: usize, room: u64): usize {
  shared = 0;
  if (plan.rest != REST_ALL || plan.orderCount != 0 || groupBound() > room) return 0;
  // A name is known from the second time on.
  if (!writeShared(dst) && !writeShared(dst)) return 0;
  shared = dst;
  return sharedEnd;
}

/** @returns whether all names are known and differ. */
function writeShared(dst: usize): bool {
  beginNames();
  first = false;
  sharedTimeEnd = isWritten(FIELD_TIME, TIME, TIME_LENGTH, false) ? name(dst) : dst;
  timeName = had;
  sharedNsEnd = isWritten(FIELD_TIME_NS, TIME_NS, TIME_NS_LENGTH, false) ? name(sharedTimeEnd) : sharedTimeEnd;
  nsName = had & ~timeName;
  sharedEnd = tagsOf(originOf(sharedNsEnd));
  groupNames = had & ~timeName & ~nsName;
  nextName = expected;
  return areUsual();
}

/** A byte takes at most six. */
function groupBound(): u64 {
  const bytes = <u64>tagBytes + (topicEnd - topic) + (sourceEnd - source);
  return 6 * bytes + (plan.shaped != 0 ? SHAPED_BOUND : PAIR_BOUND) * (<u64>tags + 4);
}

/** The most that a pair has beside its key and value; and with a name of its own and a hidden value. */
const PAIR_BOUND: u64 = 64;
const SHAPED_BOUND: u64 = 64 + 6 * (255 + SHOWN_BOUND);

export function jsonBody(dst: usize, contents: usize, logEnd: usize): usize {
  if (shared == 0) beginNames();
  else beginNamesAfter(groupNames | (hasTime ? timeName : 0) | (nanoseconds != 0 ? nsName : 0), nextName);
  first = true;
  dst = byte(dst, OPEN);
  for (let i: u32 = 0; i < plan.membersCount; i++) {
    const member = memberAt(plan.members, i);
    if (isEmptyValue(member.parts, member.partsCount)) continue;
    dst = writeJsonValue(literal(comma(dst), member), member, plan.expand != 0);
  }
  for (let turn: u32 = 0; turn <= plan.orderCount; turn++) {
    beginTurn(turn);
    if (plan.rest == REST_ALL) dst = shared == 0 ? tagsOf(originOf(timesOf(dst))) : copyShared(dst);
    if (plan.rest >= REST_CONTENTS) dst = contentsOf(dst, contents, logEnd);
  }
  return byte(dst, CLOSE);
}

function comma(dst: usize): usize {
  if (!first) return byte(dst, COMMA);
  first = false;
  return dst;
}

/** The name of the field read last. */
function name(dst: usize): usize {
  return nameOf(byte(comma(dst), QUOTE), key, keyEnd);
}

/** Whether a field that is no pair is written now; then `key` is its name. @param own the name it has if it has no other. */
function isWritten(kind: u32, own: usize, length: usize, isEmpty: bool): bool {
  renameKey(own, own + length);
  return isKept(kind, isEmpty) && !isReserved(key, keyEnd - key);
}

function timesOf(dst: usize): usize {
  if (hasTime && isWritten(FIELD_TIME, TIME, TIME_LENGTH, false)) dst = decimal(name(dst), time, digitsOf(time));
  if (nanoseconds == 0 || !isWritten(FIELD_TIME_NS, TIME_NS, TIME_NS_LENGTH, false)) return dst;
  return decimal(name(dst), nanoseconds, digitsOf(nanoseconds));
}

function copyShared(dst: usize): usize {
  if (hasTime && sharedTimeEnd != shared) {
    dst = decimal(copyNext(dst, shared, sharedTimeEnd), time, digitsOf(time));
  }
  if (nanoseconds != 0 && sharedNsEnd != sharedTimeEnd) {
    dst = decimal(copyNext(dst, sharedTimeEnd, sharedNsEnd), nanoseconds, digitsOf(nanoseconds));
  }
  return sharedEnd == sharedNsEnd ? dst : copyNext(dst, sharedNsEnd, sharedEnd);
}

/** Behind an opening brace without the comma. */
function copyNext(dst: usize, from: usize, to: usize): usize {
  if (first) from++;
  first = false;
  return copyReady(dst, from, to - from);
}

function originOf(dst: usize): usize {
  if (isWritten(REF_TOPIC, TOPIC, TOPIC_LENGTH, topic == topicEnd)) {
    dst = writeJsonText(name(dst), topic, topicEnd, false);
  }
  if (!isWritten(REF_SOURCE, SOURCE, SOURCE_LENGTH, source == sourceEnd)) return dst;
  return writeJsonText(name(dst), source, sourceEnd, false);
}

function tagsOf(dst: usize): usize {
  for (let p = tagsFrom; p < tagsTo;) {
    p = readField(p, tagsTo);
    if (tag != GROUP_TAG) continue;
    readPair(start, end);
    if (!isKept(REF_TAG, value == valueEnd)) continue;
    const isLong = hasPrefix();
    const length = keyEnd - key;
    if (isLong ? isReservedTag(key, length) : isReserved(key, length)) continue;
    dst = isLong ? tagNameOf(byte(comma(dst), QUOTE), key, keyEnd) : name(dst);
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
    dst = writeJsonText(name(dst), value, valueEnd, plan.expand != 0);
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
  let known = expectedAt();
  let knownEnd = expectedEnd();
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
    if (known != knownEnd && isShort(known, <u32>keyLength, v128.load(keyAt), v128.load(keyAt, 16))) {
      v128.store(dst, v128.load(known, NAME));
      v128.store(dst, v128.load(known, NAME + 16), 16);
      dst += nameLengthAt(known);
      known += KNOWN_SIZE;
    } else {
      passKnown(known);
      dst = nameOf(dst, keyAt, keyAt + keyLength);
      known = expectedAt();
      knownEnd = expectedEnd();
    }
    store<u8>(dst++, QUOTE);
    const value0 = v128.load(valueAt);
    const value1 = v128.load(valueAt, 16);
    v128.store(dst, value0);
    v128.store(dst, value1, 16);
    const valueOdd = (unfitForJson(value0) | (unfitForJson(value1) << 16)) & ((1 << (<u32>valueLength)) - 1);
    dst = valueLength < 32 && valueOdd == 0 ? dst + valueLength : escaped(dst, valueAt, next, ESCAPE_JSON);
    store<u8>(dst++, QUOTE);
    p = next;
  }
  passKnown(known);
  following = p;
  return dst;
}

/** The content that was read last is written, perhaps under another name. */
function isChosen(): bool {
  return isKept(REF_CONTENT, value == valueEnd) && !isReserved(key, keyEnd - key);
}
