/** A JSON object: the members of the plan, then whatever else it wants of the log. */
import { readContent, shortEnd } from '../contents';
import { cutJson } from '../cut-json';
import { decimal, digitsOf } from '../decimal';
import { escaped, unfitForJson } from '../escape';
import { group } from '../group';
import { expectedAt, expectedEnd, isShort, KNOWN_SIZE, NAME, nameLengthAt, passKnown, seen } from '../known';
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
} from '../layout';
import { log } from '../log';
import { SHOWN_BOUND } from '../mask';
import { byte, isEmptyValue, literal, mayBeJson, memberAt, writeJsonText, writeJsonValue } from '../members';
import { GROUP_TAG } from '../messages';
import { areUsual, beginNames, beginNamesAfter, forgetNames, nameOf, tagNameOf } from '../names';
import { pair, readPair, renameKey } from '../pair';
import { plan } from '../plan';
import { field, readField } from '../protobuf';
import { isReserved, isReservedTag } from '../reserved';
import { flush, room } from '../room';
import { beginTurn, isKept, isRenamed } from '../shape';
import { copyReady } from '../text';
import { trimmed } from '../trimmed';

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
 * What is the same for all logs of a group, ready to be copied, with a comma before each name: the names of the two times, then group.topic, source
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

export function begin(): void {
  forgetNames(true);
}

/** `{}` */
export function bareSize(): i32 {
  return 2;
}

/**
 * If the plan has them in every event, one behind the other, under names of their own, and they take no more than `most` bytes (VPC flow: 1.3
 * times the speed).
 */
export function share(dst: usize, most: usize): bool {
  shared = 0;
  if (plan.rest != REST_ALL || plan.orderCount != 0 || groupBound() > <u64>most) return false;
  // A name is known from the second time on.
  if (!writeShared(dst) && !writeShared(dst)) return false;
  shared = dst;
  return true;
}

/** @returns whether all names are known and differ. */
function writeShared(dst: usize): bool {
  beginNames();
  first = false;
  sharedTimeEnd = isWritten(FIELD_TIME, TIME, TIME_LENGTH, false) ? name(dst) : dst;
  timeName = seen.names;
  sharedNsEnd = isWritten(FIELD_TIME_NS, TIME_NS, TIME_NS_LENGTH, false) ? name(sharedTimeEnd) : sharedTimeEnd;
  nsName = seen.names & ~timeName;
  sharedEnd = tagsOf(originOf(sharedNsEnd));
  groupNames = seen.names & ~timeName & ~nsName;
  nextName = seen.next;
  return areUsual();
}

/** A byte takes at most six. */
function groupBound(): u64 {
  const bytes = <u64>group.tagBytes + (group.topicEnd - group.topic) + (group.sourceEnd - group.source);
  return 6 * bytes + (plan.shaped != 0 ? SHAPED_BOUND : PAIR_BOUND) * (<u64>group.tags + 4);
}

/** The most that a pair has beside its key and value; and with a name of its own and a hidden value. */
const PAIR_BOUND: u64 = 64;
const SHAPED_BOUND: u64 = 64 + 6 * (255 + SHOWN_BOUND);

export function write(dst: usize, logEnd: usize): usize {
  if (shared == 0) beginNames();
  else beginNamesAfter(groupNames | (log.hasTime ? timeName : 0) | (log.nanoseconds != 0 ? nsName : 0), nextName);
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
    if (plan.rest >= REST_CONTENTS) dst = contentsOf(dst, log.contents, logEnd);
  }
  return byte(dst, CLOSE);
}

export function members(dst: usize, logEnd: usize): usize {
  return write(dst, logEnd);
}

export function cut(body: usize, end: usize): usize {
  return cutJson(body, end);
}

function comma(dst: usize): usize {
  if (!first) return byte(dst, COMMA);
  first = false;
  return dst;
}

/** The name of the field read last. */
function name(dst: usize): usize {
  return nameOf(byte(comma(dst), QUOTE), pair.key, pair.keyEnd);
}

/** Whether a field that is no pair is written now; then `key` is its name. @param own the name it has if it has no other. */
function isWritten(kind: u32, own: usize, length: usize, isEmpty: bool): bool {
  renameKey(own, own + length);
  return isKept(kind, isEmpty) && !isReserved(pair.key, pair.keyEnd - pair.key);
}

function timesOf(dst: usize): usize {
  if (log.hasTime && isWritten(FIELD_TIME, TIME, TIME_LENGTH, false))
    dst = decimal(name(dst), log.time, digitsOf(log.time));
  if (log.nanoseconds == 0 || !isWritten(FIELD_TIME_NS, TIME_NS, TIME_NS_LENGTH, false)) return dst;
  return decimal(name(dst), log.nanoseconds, digitsOf(log.nanoseconds));
}

function copyShared(dst: usize): usize {
  if (log.hasTime && sharedTimeEnd != shared) {
    dst = decimal(copyNext(dst, shared, sharedTimeEnd), log.time, digitsOf(log.time));
  }
  if (log.nanoseconds != 0 && sharedNsEnd != sharedTimeEnd) {
    dst = decimal(copyNext(dst, sharedTimeEnd, sharedNsEnd), log.nanoseconds, digitsOf(log.nanoseconds));
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
  if (isWritten(REF_TOPIC, TOPIC, TOPIC_LENGTH, group.topic == group.topicEnd)) {
    dst = writeJsonText(name(dst), group.topic, group.topicEnd, false);
  }
  if (!isWritten(REF_SOURCE, SOURCE, SOURCE_LENGTH, group.source == group.sourceEnd)) return dst;
  return writeJsonText(name(dst), group.source, group.sourceEnd, false);
}

function tagsOf(dst: usize): usize {
  for (let p = group.tagsFrom; p < group.tagsTo;) {
    p = readField(p, group.tagsTo);
    if (field.tag != GROUP_TAG) continue;
    readPair(field.start, field.end);
    if (!isKept(REF_TAG, pair.value == pair.valueEnd)) continue;
    const isLong = hasPrefix();
    const length = pair.keyEnd - pair.key;
    if (isLong ? isReservedTag(pair.key, length) : isReserved(pair.key, length)) continue;
    dst = isLong ? tagNameOf(byte(comma(dst), QUOTE), pair.key, pair.keyEnd) : name(dst);
    dst = writeJsonText(dst, pair.value, pair.valueEnd, false);
  }
  return dst;
}

/** A tag keeps its prefix where a member has its name. */
function hasPrefix(): bool {
  return !isRenamed() && (plan.stripTags == 0 || isReserved(pair.key, pair.keyEnd - pair.key));
}

function contentsOf(dst: usize, p: usize, logEnd: usize): usize {
  const isChoosy = trimmed.on || plan.shaped != 0 || plan.reservedCount != 0;
  while (p < logEnd) {
    if (!isChoosy && !first) {
      dst = shortContents(dst, p, logEnd);
      p = following;
      if (p >= logEnd) break;
    }
    p = readContent(p, logEnd);
    if (!pair.isContent || (isChoosy && !isChosen())) continue;
    dst = writeJsonText(name(dst), pair.value, pair.valueEnd, plan.expand != 0);
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
    if (dst > room.limit) dst = flush(dst);
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
  return isKept(REF_CONTENT, pair.value == pair.valueEnd) && !isReserved(pair.key, pair.keyEnd - pair.key);
}
