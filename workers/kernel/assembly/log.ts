/**
 * The messages of a LogGroupList:
 *
 *     LogGroupList { repeated LogGroup = 1 }
 *     LogGroup { repeated Log logs = 1; topic = 3; source = 4; repeated LogTag tags = 6 }     category 2 and machine 5 are not forwarded
 *     Log { uint32 time = 1; repeated Content contents = 2; fixed32 time_ns = 4 }
 *     Content, LogTag { key = 1; value = 2 }
 *
 * Fields may come in any order, unknown ones are skipped, and of a scalar that is repeated the last one counts.
 */
import { nameOf, noteContent, noteNames } from './lookup';
import { end, FIXED32, LEN, readField, scalar, start, tag, VARINT } from './protobuf';
import { trimmedEnd } from './trim';

export const LIST_GROUP: u32 = (1 << 3) | LEN;
export const GROUP_LOG: u32 = (1 << 3) | LEN;
const GROUP_TOPIC: u32 = (3 << 3) | LEN;
const GROUP_SOURCE: u32 = (4 << 3) | LEN;
export const GROUP_TAG: u32 = (6 << 3) | LEN;
const LOG_TIME: u32 = (1 << 3) | VARINT;
export const LOG_CONTENT: u32 = (2 << 3) | LEN;
const LOG_TIME_NS: u32 = (4 << 3) | FIXED32;
const PAIR_KEY: u32 = (1 << 3) | LEN;
const PAIR_VALUE: u32 = (2 << 3) | LEN;

/** The group and the log being looked at. */
export let groupFrom: usize = 0;
export let groupTo: usize = 0;
export let logFrom: usize = 0;

export let topic: usize = 0;
export let topicEnd: usize = 0;
export let source: usize = 0;
export let sourceEnd: usize = 0;
export let logs: u32 = 0;
/** The tags of the group, the bytes they take, and the part of the group that holds them all (and perhaps more). */
export let tags: u32 = 0;
export let tagBytes: usize = 0;
export let tagsFrom: usize = 0;
export let tagsTo: usize = 0;

export let hasTime: bool = false;
export let time: u32 = 0;
/** 0 if absent or not below one second. */
export let nanoseconds: u32 = 0;
/** The first content of the log, or its end. */
export let contentsFrom: usize = 0;

export let key: usize = 0;
export let keyEnd: usize = 0;
export let value: usize = 0;
export let valueEnd: usize = 0;

/** The number of logs in the list; a first look that also finds damage in the outer two levels before anything is written. */
export function countLogs(p: usize, limit: usize): u32 {
  let count: u32 = 0;
  while (p < limit) {
    const next = readField(p, limit);
    if (tag == LIST_GROUP) count += countGroup(start, end);
    p = next;
  }
  return count;
}

function countGroup(p: usize, limit: usize): u32 {
  let count: u32 = 0;
  while (p < limit) {
    p = readField(p, limit);
    if (tag == GROUP_LOG) count++;
  }
  return count;
}

/** Reads what all logs of a group share: encoders write it after them. */
export function scanGroup(p: usize, limit: usize): void {
  topic = topicEnd = source = sourceEnd = tagBytes = tagsFrom = tagsTo = 0;
  logs = tags = 0;
  groupFrom = p;
  groupTo = limit;
  while (p < limit) {
    const field = p;
    p = readField(p, limit);
    if (tag == GROUP_LOG) {
      logs++;
    } else if (tag == GROUP_TOPIC) {
      topic = start;
      topicEnd = end;
    } else if (tag == GROUP_SOURCE) {
      source = start;
      sourceEnd = end;
    } else if (tag == GROUP_TAG) {
      if (tags == 0) tagsFrom = field;
      tagsTo = end;
      tags++;
      tagBytes += end - field;
    }
  }
}

/** Reads when it happened, and where its contents are. */
export function scanLog(p: usize, limit: usize): void {
  beginLog(p, limit);
  while (p < limit) {
    // A content of less than 128 bytes, by far the most frequent field.
    const head: u32 = load<u16>(p);
    if ((head & 0x80ff) == LOG_CONTENT && (head >> 8) + 2 <= limit - p) {
      contentsFrom = min(contentsFrom, p);
      p += (head >> 8) + 2;
    } else {
      p = scanField(p, limit);
    }
  }
}

/** The same, and notes the contents that the plan asks for. */
export function scanNamedLog(p: usize, limit: usize): void {
  beginLog(p, limit);
  // Nearly always the time.
  if (p < limit) p = noteField(p, limit);
  while (p < limit) {
    const head = load<u64>(p);
    const keyLength = (<u32>(head >> 24)) & 0x7f;
    const next = p + 2 + (((<usize>head) >> 8) & 0x7f);
    if (isShortContent(<u32>head, keyLength, load<u16>(p + 4 + keyLength)) && next <= limit) {
      contentsFrom = min(contentsFrom, p);
      const name = nameOf(head >> 24, keyLength);
      if (name != 0) noteShort(name, p + 4, keyLength, next);
      p = next;
    } else {
      p = noteField(p, limit);
    }
  }
}

/** Any field. @returns where the next one begins. */
function noteField(p: usize, limit: usize): usize {
  const behind = longEnd(p, load<u64>(p), limit);
  if (behind != 0) {
    contentsFrom = min(contentsFrom, p);
    setPair(p + 5, load<u8>(p, 4), LONG, behind);
    notePair();
    return behind;
  }
  const next = scanField(p, limit);
  if (tag != LOG_CONTENT) return next;
  readPair(start, end);
  notePair();
  return next;
}

/**
 * Where a content of 128 bytes to 16 KB ends, with a key of less than 128 and such a value; or 0.
 * @param head its first eight bytes.
 */
function longEnd(p: usize, head: u64, limit: usize): usize {
  if (((head ^ 0x00_0a_00_80_12) & 0x80_ff_80_80_ff) != 0) return 0;
  const keyLength = (<usize>(head >> 32)) & 0x7f;
  const middle: u32 = load<u32>(p + 5 + keyLength);
  const length = ((<u32>(head >> 8)) & 0x7f) | ((<u32>(head >> 9)) & 0x3f80);
  const valueLength = ((middle >> 8) & 0x7f) | ((middle >> 9) & 0x3f80);
  const next = p + 3 + length;
  if (((middle ^ 0x0000_8012) & 0x0080_80ff) != 0 || length != <u32>keyLength + 5 + valueLength) return 0;
  return next <= limit ? next : 0;
}

function beginLog(p: usize, limit: usize): void {
  hasTime = false;
  nanoseconds = 0;
  contentsFrom = limit;
  logFrom = p;
}

function scanField(p: usize, limit: usize): usize {
  const next = readField(p, limit);
  if (tag == LOG_CONTENT) {
    contentsFrom = min(contentsFrom, p);
  } else if (tag == LOG_TIME) {
    hasTime = true;
    time = scalar;
  } else if (tag == LOG_TIME_NS) {
    nanoseconds = scalar < 1_000_000_000 ? scalar : 0;
  }
  return next;
}

/** Bytes between a key and its value: the tag, and a length of one byte or two. */
const SHORT: usize = 2;
const LONG: usize = 3;

function noteShort(name: usize, keyAt: usize, keyLength: usize, next: usize): void {
  setPair(keyAt, keyLength, SHORT, next);
  if (limited) valueEnd = trimmedEnd();
  noteNames(name);
}

function notePair(): void {
  if (limited) valueEnd = trimmedEnd();
  noteContent();
}

/**
 * Whether a field is a content of less than 128 bytes with its key before its value: then each of its three lengths is a single byte, and
 * one comparison proves that they fit each other.
 * @param head its first four bytes. @param middle the two behind the key.
 */
function isShortContent(head: u32, keyLength: u32, middle: u32): bool {
  const lengths = ((head >> 8) & 0x7f) ^ (keyLength + (middle >> 8) + 4);
  return (((head ^ 0x000a_0012) & 0x80ff_80ff) | ((middle ^ 0x12) & 0x80ff) | lengths) == 0;
}

/**
 * The hot loops' look at a content: where it ends if it is a short one, and not beyond `limit`; else 0. Then its key is the `load<u8>(p, 3)`
 * bytes at `p + 4`, and its value what follows two bytes behind it.
 */
export function shortEnd(p: usize, limit: usize): usize {
  const head: u32 = load<u32>(p);
  const keyLength = (head >> 24) & 0x7f;
  const next = p + 2 + ((head >> 8) & 0x7f);
  return isShortContent(head, keyLength, load<u16>(p + 4 + keyLength)) && next <= limit ? next : 0;
}

function setPair(keyAt: usize, keyLength: usize, between: usize, next: usize): void {
  key = keyAt;
  keyEnd = keyAt + keyLength;
  value = keyEnd + between;
  valueEnd = next;
}

/** Reads a Content or a LogTag. */
export function readPair(p: usize, limit: usize): void {
  key = keyEnd = value = valueEnd = 0;
  while (p < limit) {
    p = readField(p, limit);
    if (tag == PAIR_KEY) {
      key = start;
      keyEnd = end;
    } else if (tag == PAIR_VALUE) {
      value = start;
      valueEnd = end;
    }
  }
}

/** The pair that was read last has another name now. */
export function renameKey(from: usize, to: usize): void {
  key = from;
  keyEnd = to;
}

/** What is shown of the pair that was read last. */
export function replaceValue(from: usize, to: usize): void {
  value = from;
  valueEnd = to;
}

/** What is shown of the group's topic and source. */
export function replaceOrigin(topicFrom: usize, topicTo: usize, sourceFrom: usize, sourceTo: usize): void {
  topic = topicFrom;
  topicEnd = topicTo;
  source = sourceFrom;
  sourceEnd = sourceTo;
}

/** Some contents are to be shortened. */
export let limited: bool = false;

export function limitContents(on: bool): void {
  limited = on;
}

/** What {@link readContent} read is a content. */
export let isContent: bool = false;

/**
 * Reads a field of a log, and where it is a content its key and value; the shape of kvContents' fast path.
 * @returns where the next field begins.
 */
export function readContent(p: usize, limit: usize): usize {
  const head: u32 = load<u32>(p);
  const keyLength = (head >> 24) & 0x7f;
  const next = p + 2 + ((head >> 8) & 0x7f);
  if (isShortContent(head, keyLength, load<u16>(p + 4 + keyLength)) && next <= limit) {
    isContent = true;
    setPair(p + 4, keyLength, SHORT, next);
    if (limited) valueEnd = trimmedEnd();
    return next;
  }
  const after = readField(p, limit);
  isContent = tag == LOG_CONTENT;
  if (isContent) {
    readPair(start, end);
    if (limited) valueEnd = trimmedEnd();
  }
  return after;
}
