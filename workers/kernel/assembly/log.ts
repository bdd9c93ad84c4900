/** The log being looked at. */
import { isShortContent, SHORT } from './contents';
import { nameOf, noteContent, noteNames } from './lookup';
import { LOG_CONTENT, LOG_TIME, LOG_TIME_NS } from './messages';
import { readPair, setPair } from './pair';
import { field, readField } from './protobuf';
import { trimmed, trimPair } from './trimmed';

@unmanaged
class Log {
  /** Where its bytes begin. */
  from: usize;
  /** Its first content, or its end. */
  contents: usize;
  hasTime: bool;
  time: u32;
  /** 0 if absent or not below one second. */
  nanoseconds: u32;
}

/** Only this file writes it. */
export const log = changetype<Log>(memory.data(offsetof<Log>(), 16));

/** Reads when it happened, and where its contents are. */
export function scanLog(p: usize, limit: usize): void {
  beginLog(p, limit);
  while (p < limit) {
    // A content of less than 128 bytes, by far the most frequent field.
    const head: u32 = load<u16>(p);
    if ((head & 0x80ff) == LOG_CONTENT && (head >> 8) + 2 <= limit - p) {
      if (p < log.contents) log.contents = p;
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
      if (p < log.contents) log.contents = p;
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
    if (p < log.contents) log.contents = p;
    setPair(p + 5, load<u8>(p, 4), LONG, behind);
    notePair();
    return behind;
  }
  const next = scanField(p, limit);
  if (field.tag != LOG_CONTENT) return next;
  readPair(field.start, field.end);
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
  log.hasTime = false;
  log.nanoseconds = 0;
  log.contents = limit;
  log.from = p;
}

function scanField(p: usize, limit: usize): usize {
  const next = readField(p, limit);
  if (field.tag == LOG_CONTENT) {
    if (p < log.contents) log.contents = p;
  } else if (field.tag == LOG_TIME) {
    log.hasTime = true;
    log.time = field.scalar;
  } else if (field.tag == LOG_TIME_NS) {
    log.nanoseconds = field.scalar < 1_000_000_000 ? field.scalar : 0;
  }
  return next;
}

/** Bytes between the key and the value of a long one: the length has two. */
const LONG: usize = 3;

function noteShort(name: usize, keyAt: usize, keyLength: usize, next: usize): void {
  setPair(keyAt, keyLength, SHORT, next);
  if (trimmed.on) trimPair();
  noteNames(name);
}

function notePair(): void {
  if (trimmed.on) trimPair();
  noteContent();
}
