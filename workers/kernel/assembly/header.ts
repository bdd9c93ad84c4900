/** Everything before MSG: PRI and TIMESTAMP, the header fields of RFC 5424 §6.2.4–§6.2.7 (or those of RFC 3164 §4.1), the structured data. */
import { eventTime } from './event-time';
import {
  ESCAPE_SD_VALUE,
  Head,
  PART_SIZE,
  Part,
  SEGMENT_SIZE,
  Segment,
  TIME_BSD,
  TIME_ISO8601,
  TIME_NONE,
  TIME_YEAR,
} from './layout';
import { log } from './log';
import { firstNonEmpty, literal, memberAt, writeValue } from './members';
import { plan } from './plan';
import { bsdTimestamp, timestamp } from './timestamp';

const UNDERSCORE: i8 = 0x5f;
const NILVALUE: u8 = 0x2d;

/** PRI and TIMESTAMP of the log that was scanned last. */
export function headerStart(dst: usize, head: Head): usize {
  v128.store(dst, v128.load(head.text));
  dst += head.textLength;
  if (plan.timeRef == 0) return time(dst, log.hasTime, log.time, log.nanoseconds);
  return time(dst, eventTime.known, eventTime.seconds, eventTime.nanoseconds);
}

/** The one place that tells the styles of a time apart. */
function time(dst: usize, known: bool, seconds: u32, nanoseconds: u32): usize {
  const style = plan.timeStyle;
  if (style == TIME_NONE) return dst;
  if (style == TIME_BSD || style == TIME_YEAR) return bsdTimestamp(dst, known ? seconds : 0, style == TIME_YEAR);
  if (known) return timestamp(dst, seconds, nanoseconds, plan.fractionDigits);
  if (style == TIME_ISO8601) return timestamp(dst, 0, 0, plan.fractionDigits);
  store<u8>(dst, NILVALUE);
  return dst + 1;
}

/** At most about 500 bytes: the caller has room for them. */
export function headerFields(dst: usize): usize {
  /** 1 behind brackets that were left out. */
  let skipped: u32 = 0;
  for (let i: u32 = 0; i < plan.segmentsCount; i++) {
    const segment = changetype<Segment>(plan.segments + i * SEGMENT_SIZE);
    const length = segment.literalLength - skipped;
    memory.copy(dst, segment.literal + skipped, length);
    dst += length;
    skipped = 0;
    if (segment.maxLength == 0) continue;
    const begin = dst;
    dst = headerField(dst, segment);
    if (dst != begin) continue;
    if (segment.bracketed != 0) {
      dst--;
      skipped = 1;
    } else {
      memory.copy(dst, segment.empty, segment.emptyLength);
      dst += segment.emptyLength;
    }
  }
  return dst;
}

/** Structured data with values of the log in it. Each may be of any size. */
export function structuredData(dst: usize): usize {
  for (let i: u32 = 0; i < plan.dataCount; i++) {
    const member = memberAt(plan.data, i);
    dst = writeValue(literal(dst, member), member.parts, member.partsCount, ESCAPE_SD_VALUE);
  }
  return dst;
}

function headerField(dst: usize, segment: Segment): usize {
  const limit = dst + segment.maxLength;
  for (let i: u32 = 0; i < segment.partsCount; i++) {
    const part = changetype<Part>(segment.parts + i * PART_SIZE);
    const ref = firstNonEmpty(part);
    dst =
      changetype<usize>(ref) == 0
        ? printable(dst, limit, part.text, part.textLength)
        : printable(dst, limit, ref.value, ref.valueLength);
  }
  return dst;
}

/** PRINTUSASCII only, cut to what the field may still hold. */
function printable(dst: usize, limit: usize, src: usize, length: usize): usize {
  const end = dst + min<usize>(length, limit - dst);
  while (dst < end) {
    const v = v128.load(src);
    // With 1 added, DEL and all bytes from 0x80 are negative.
    const bad = i8x16.lt_s(i8x16.add(v, i8x16.splat(1)), i8x16.splat(0x22));
    v128.store(dst, v128.bitselect(i8x16.splat(UNDERSCORE), v, bad));
    dst += 16;
    src += 16;
  }
  return end;
}
