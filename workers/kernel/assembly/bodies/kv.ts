/**
 * `<separator>key=value` for topic, source, the nanoseconds, tags and contents, in the order of the old sample. Nothing in keys and values
 * is escaped beyond what `text` mends, as there, unless the plan wants quotes.
 */
import { cutText } from '../cut';
import { decimal, digitsOf } from '../decimal';
import { readContent } from '../contents';
import { group } from '../group';
import { ESCAPE_KV_VALUE, FIELD_TIME_NS, QUOTE_ALWAYS, REF_CONTENT, REF_SOURCE, REF_TAG, REF_TOPIC } from '../layout';
import { log } from '../log';
import { SHOWN_BOUND } from '../mask';
import { byte } from '../members';
import { GROUP_TAG, LOG_CONTENT } from '../messages';
import { pair, readPair } from '../pair';
import { plan } from '../plan';
import { field, readField } from '../protobuf';
import { bareName, cutQuoted, quotedValue } from '../quote';
import { flush, room } from '../room';
import { beginTurn, isKept, isRenamed } from '../shape';
import { copyReady, ONE_AND_BOUND, specialsBy, text } from '../text';
import { trimmed } from '../trimmed';

const EQUALS: u8 = 0x3d;
const QUOTE: u8 = 0x22;

// Each with at least 32 readable bytes, of which *_LENGTH count.
const TOPIC = memory.data<u8>([
  0x5f, 0x5f, 0x74, 0x6f, 0x70, 0x69, 0x63, 0x5f, 0x5f, 0x3d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0,
]); // __topic__=
const TOPIC_LENGTH: usize = 10;
const SOURCE = memory.data<u8>([
  0x5f, 0x5f, 0x73, 0x6f, 0x75, 0x72, 0x63, 0x65, 0x5f, 0x5f, 0x3d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0,
]); // __source__=
const SOURCE_LENGTH: usize = 11;
const TAG = memory.data<u8>([
  0x5f, 0x5f, 0x74, 0x61, 0x67, 0x5f, 0x5f, 0x3a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0,
]); // __tag__:
const TAG_LENGTH: usize = 8;
const TIME_NS = memory.data<u8>([
  0x5f, 0x5f, 0x74, 0x69, 0x6d, 0x65, 0x5f, 0x6e, 0x73, 0x5f, 0x70, 0x61, 0x72, 0x74, 0x5f, 0x5f, 0x3d, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]); // __time_ns_part__=
const TIME_NS_LENGTH: usize = 17;

/** The most that a pair has beside its key and value; and with a name of its own and another value than it has. */
const PAIR_BOUND: u64 = 64;
const SHAPED_BOUND: u64 = 64 + 255 + 16 + 4 * SHOWN_BOUND;

/**
 * What all logs of a group have: topic and source, then (behind the nanoseconds, which each log has of its own) its tags. 0 if it is not ready
 * to be copied.
 */
let shared: usize = 0;
let sharedTags: usize = 0;
let sharedEnd: usize = 0;

export function begin(): void {
  // Nothing is kept from log to log.
}

export function bareSize(): i32 {
  return 0;
}

export function share(dst: usize, most: usize): bool {
  shared = 0;
  if (plan.orderCount != 0 || groupBound() > <u64>most) return false;
  shared = dst;
  sharedTags = originOf(dst);
  sharedEnd = tagsOf(sharedTags);
  return true;
}

/** The most that {@link share} can write for this group. */
function groupBound(): u64 {
  const bytes = <u64>group.tagBytes + (group.topicEnd - group.topic) + (group.sourceEnd - group.source);
  return 4 * bytes + (plan.shaped != 0 ? SHAPED_BOUND : PAIR_BOUND) * (<u64>group.tags + 2);
}

export function write(dst: usize, logEnd: usize): usize {
  if (shared == 0) return ordered(dst, logEnd);
  if (log.nanoseconds == 0) {
    dst = copyReady(dst, shared, sharedEnd - shared);
  } else {
    dst = nanosecondsOf(copyReady(dst, shared, sharedTags - shared));
    dst = copyReady(dst, sharedTags, sharedEnd - sharedTags);
  }
  return contentsOf(dst, log.contents, logEnd);
}

export function members(dst: usize, logEnd: usize): usize {
  return write(dst, logEnd);
}

export function cut(body: usize, end: usize): usize {
  return plan.valueMode == ESCAPE_KV_VALUE ? cutQuoted(body, end) : cutText(body, end);
}

/** Some fields before all others. */
function ordered(dst: usize, logEnd: usize): usize {
  for (let turn: u32 = 0; turn <= plan.orderCount; turn++) {
    beginTurn(turn);
    dst = contentsOf(tagsOf(nanosecondsOf(originOf(dst))), log.contents, logEnd);
  }
  return dst;
}

function originOf(dst: usize): usize {
  if (isKept(REF_TOPIC, group.topic == group.topicEnd))
    dst = valueOf(name(dst, TOPIC, TOPIC_LENGTH), group.topic, group.topicEnd);
  if (!isKept(REF_SOURCE, group.source == group.sourceEnd)) return dst;
  return valueOf(name(dst, SOURCE, SOURCE_LENGTH), group.source, group.sourceEnd);
}

/** The old sample has this pair only where the log has nanoseconds. */
function nanosecondsOf(dst: usize): usize {
  const nanoseconds = log.nanoseconds;
  if (nanoseconds == 0 || !isKept(FIELD_TIME_NS, false)) return dst;
  dst = name(dst, TIME_NS, TIME_NS_LENGTH);
  if (plan.quote != QUOTE_ALWAYS) return decimal(dst, nanoseconds, digitsOf(nanoseconds));
  return byte(decimal(byte(dst, QUOTE), nanoseconds, digitsOf(nanoseconds)), QUOTE);
}

function tagsOf(dst: usize): usize {
  for (let p = group.tagsFrom; p < group.tagsTo;) {
    p = readField(p, group.tagsTo);
    if (field.tag != GROUP_TAG) continue;
    readPair(field.start, field.end);
    if (!isKept(REF_TAG, pair.value == pair.valueEnd)) continue;
    dst = isRenamed() || plan.stripTags != 0 ? writePair(dst) : rest(name(dst, TAG, TAG_LENGTH));
  }
  return dst;
}

/**
 * The hot loop. Nearly every content is shorter than 128 bytes with its key before its value, so that each of its three lengths is a
 * single byte: then one comparison proves that they fit each other. All others take the slow way. Within, most keys and values are fewer
 * than 32 bytes of printable ASCII, which two vectors copy; written out twice because a call costs as much as the copy.
 *
 * @param p the first content of the log.
 */
function contentsOf(dst: usize, p: usize, logEnd: usize): usize {
  if (trimmed.on || plan.shaped != 0 || plan.quote != 0) return slowly(dst, p, logEnd);
  const one = v128.load(ONE_AND_BOUND);
  const bound = v128.load(ONE_AND_BOUND, 16);
  const before = v128.load(plan.separator);
  const beforeLength = plan.separatorLength;
  while (p < logEnd) {
    // Reads beyond the log are harmless: what they find is used only if it turns out to lie within.
    const head: u32 = load<u32>(p);
    const length = (head >> 8) & 0x7f;
    const keyLength = (head >> 24) & 0x7f;
    const keyAt = p + 4;
    const keyEnd = keyAt + keyLength;
    const middle: u32 = load<u16>(keyEnd);
    const valueLength = middle >> 8;
    const next = p + 2 + length;
    const odd =
      ((head ^ 0x000a_0012) & 0x80ff_80ff) | ((middle ^ 0x12) & 0x80ff) | (length ^ (keyLength + valueLength + 4));
    if (odd != 0 || next > logEnd) {
      p = readField(p, logEnd);
      if (field.tag == LOG_CONTENT) dst = longContent(dst);
      continue;
    }
    if (dst > room.limit) dst = flush(dst);
    v128.store(dst, before);
    dst += beforeLength;

    const key0 = v128.load(keyAt);
    const key1 = v128.load(keyAt, 16);
    v128.store(dst, key0);
    v128.store(dst, key1, 16);
    const keyOdd = (specialsBy(key0, one, bound) | (specialsBy(key1, one, bound) << 16)) & ((1 << keyLength) - 1);
    dst = keyLength < 32 && keyOdd == 0 ? dst + keyLength : text(dst, keyAt, keyEnd);
    store<u8>(dst++, EQUALS);

    const valueAt = keyEnd + 2;
    const value0 = v128.load(valueAt);
    const value1 = v128.load(valueAt, 16);
    v128.store(dst, value0);
    v128.store(dst, value1, 16);
    const valueOdd =
      (specialsBy(value0, one, bound) | (specialsBy(value1, one, bound) << 16)) & ((1 << valueLength) - 1);
    dst = valueLength < 32 && valueOdd == 0 ? dst + valueLength : text(dst, valueAt, next);
    p = next;
  }
  return dst;
}

/** The same, slowly, while some contents are shortened, left out or renamed. */
function slowly(dst: usize, p: usize, logEnd: usize): usize {
  while (p < logEnd) {
    p = readContent(p, logEnd);
    if (pair.isContent && isKept(REF_CONTENT, pair.value == pair.valueEnd)) dst = writePair(dst);
  }
  return dst;
}

function longContent(dst: usize): usize {
  readPair(field.start, field.end);
  return writePair(dst);
}

function writePair(dst: usize): usize {
  return rest(separator(dst));
}

/** What follows the separator, and perhaps a prefix. */
function rest(dst: usize): usize {
  dst = nameOf(dst);
  store<u8>(dst, EQUALS);
  return valueOf(dst + 1, pair.value, pair.valueEnd);
}

function nameOf(dst: usize): usize {
  return plan.quote == 0 ? text(dst, pair.key, pair.keyEnd) : bareName(dst, pair.key, pair.keyEnd);
}

function valueOf(dst: usize, from: usize, to: usize): usize {
  return plan.quote == 0 ? text(dst, from, to) : quotedValue(dst, from, to);
}

function separator(dst: usize): usize {
  if (dst > room.limit) dst = flush(dst);
  v128.store(dst, v128.load(plan.separator));
  return dst + plan.separatorLength;
}

/** @param own at most 32 bytes: the name of the field with its `=`, if it has no other. */
function name(dst: usize, own: usize, length: usize): usize {
  dst = separator(dst);
  if (isRenamed()) {
    dst = nameOf(dst);
    store<u8>(dst, EQUALS);
    return dst + 1;
  }
  v128.store(dst, v128.load(own));
  v128.store(dst, v128.load(own, 16), 16);
  return dst + length;
}
