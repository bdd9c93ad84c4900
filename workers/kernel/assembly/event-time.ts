/** When the event happened, as one of its fields says. Only where the plan names such a field; else the log's own time counts. */
import { FORMAT_CLF, FORMAT_ISO8601 } from './layout';
import { log } from './log';
import { monthNamed } from './month';
import { plan } from './plan';
import { refOf } from './refs';
import { minutesAhead } from './zone';

@unmanaged
class EventTime {
  known: bool;
  seconds: u32;
  nanoseconds: u32;
  /** The field is missing, or holds no time that can be read: the log's own counts. */
  unread: bool;
}

/** Only this file writes it. */
export const eventTime = changetype<EventTime>(memory.data(offsetof<EventTime>(), 16));

const DAY: i64 = 86_400;
const LEAP_SECOND: i32 = 60;
const PER_SECOND: u64 = 1_000_000_000;
/** Powers of ten from 0 to 9. */
const POWERS = memory.data<u32>([
  1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
]);

const COLON: u32 = 0x3a;
const DASH: u32 = 0x2d;
const PLUS: u32 = 0x2b;
const SLASH: u32 = 0x2f;
const SPACE: u32 = 0x20;

/** What is still to be read of the value. */
let at: usize = 0;
let end: usize = 0;

/** For the next batch, whose plan may have no such field. */
export function beginTimes(): void {
  eventTime.unread = false;
}

/** For the log whose refs were looked up last. What can't be read leaves the log's own time. */
export function readEventTime(): void {
  eventTime.unread = true;
  eventTime.known = log.hasTime;
  eventTime.seconds = log.time;
  eventTime.nanoseconds = log.nanoseconds;
  const ref = refOf(plan.timeRef);
  at = ref.value;
  end = at + ref.valueLength;
  while (at < end && isBlank(load<u8>(at))) at++;
  while (at < end && isBlank(load<u8>(end - 1))) end--;
  const format = plan.timeFormat;
  if (at == end) return;
  if (format == FORMAT_ISO8601) isoTime();
  else if (format == FORMAT_CLF) clfTime();
  else unixTime(format);
}

/** Space, TAB, LF or CR. */
function isBlank(c: u32): bool {
  return c == SPACE || c == 0x09 || c == 0x0a || c == 0x0d;
}

/** @param power of ten: nanoseconds in the unit. */
function unixTime(power: u32): void {
  const begin = at;
  let whole: u64 = 0;
  while (isDigit() && at - begin < 19 - power) whole = whole * 10 + next();
  if (at == begin || isDigit()) return;
  const part = fraction(power);
  if (part < 0 || at != end) return;
  const all = whole * power10(power) + <u64>part;
  const found = all / PER_SECOND;
  if (found > u32.MAX_VALUE) return;
  accept(<u32>found, <u32>(all % PER_SECOND));
}

/** `2026-11-04T22:13:20.5+08:00`, also with slashes, a space for the T, a comma, without seconds or without a zone. */
function isoTime(): void {
  const year = digits(4);
  const separator = peek();
  if (separator != DASH && separator != SLASH) return;
  at++;
  const month = digits(2);
  if (!take(separator)) return;
  const day = digits(2);
  const between = peek();
  if (between != SPACE && (between | 0x20) != 0x74) return;
  at++;
  clock(year, month, day, true);
}

/** `04/Nov/2026:22:13:20 +0800`. */
function clfTime(): void {
  const day = digits(2);
  if (!take(SLASH) || end - at < 4) return;
  const month = monthNamed(at);
  at += 3;
  if (month == 0 || !take(SLASH)) return;
  const year = digits(4);
  if (take(COLON)) clock(year, month, day, false);
}

/** The time of the day, then the zone. A part of the date that could not be read is negative. */
function clock(year: i32, month: i32, day: i32, short: bool): void {
  const hour = digits(2);
  if (!take(COLON)) return;
  const minute = digits(2);
  let second = 0;
  let part: i64 = 0;
  if (take(COLON)) {
    second = digits(2);
    part = fraction(9);
  } else if (!short) return;
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysOf(month, year)) return;
  if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > LEAP_SECOND || part < 0) return;
  // ISO 8601: the end of the day, which is the beginning of the next.
  if (hour == 24 && (minute != 0 || second != 0 || part != 0)) return;
  const local = daysFrom1970(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
  const found = at == end ? inZone(local) : local - offset() * 60;
  // RFC 3339 §5.7: only the last minute of a day of UTC has one; Unix time counts it as the first second of the next day.
  if (second == LEAP_SECOND && found % DAY != 0) return;
  if (at == end && found >= 0 && found <= <i64>u32.MAX_VALUE) accept(<u32>found, <u32>part);
}

/** By the plan's zone; where a clock was put back the time may have been twice, where it was put forward never. */
function inZone(local: i64): i64 {
  const first = local - <i64>minutesAhead(plan.timeZone, plan.timeZoneCount, clamped(local)) * 60;
  return local - <i64>minutesAhead(plan.timeZone, plan.timeZoneCount, clamped(first)) * 60;
}

function clamped(time: i64): u32 {
  return <u32>min<i64>(max<i64>(time, 0), u32.MAX_VALUE);
}

/** `Z`, `+08:00`, `+0800`, `+08`, also after a space: minutes. Something is left to be read if it is none of them. */
function offset(): i64 {
  const begin = at;
  if (peek() == SPACE) at++;
  const sign = peek();
  at++;
  if ((sign | 0x20) == 0x7a) return 0;
  if (sign == PLUS || sign == DASH) {
    const hours = digits(2);
    const colon = take(COLON);
    const minutes = at == end && !colon ? 0 : digits(2);
    if (hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60)
      return sign == DASH ? -hours * 60 - minutes : hours * 60 + minutes;
  }
  at = begin;
  return 0;
}

function accept(found: u32, part: u32): void {
  eventTime.unread = false;
  eventTime.known = true;
  eventTime.seconds = found;
  eventTime.nanoseconds = part;
}

/** The first digits of what follows a point or comma, as so many; 0 if there is none, -1 if no digit follows. */
function fraction(count: u32): i64 {
  if (peek() != 0x2e && peek() != 0x2c) return 0;
  at++;
  if (!isDigit()) return -1;
  let value: u64 = 0;
  let missing = count;
  for (; isDigit(); at++) {
    if (missing == 0) continue;
    value = value * 10 + (load<u8>(at) - 0x30);
    missing--;
  }
  return value * power10(missing);
}

/** A number of exactly so many digits, or -1. */
function digits(count: u32): i32 {
  let value: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    if (!isDigit()) return -1;
    value = value * 10 + next();
  }
  return value;
}

function power10(power: u32): u64 {
  return load<u32>(POWERS + 4 * power);
}

function isDigit(): bool {
  return peek() - 0x30 <= 9;
}

function next(): u32 {
  return <u32>load<u8>(at++) - 0x30;
}

function take(c: u32): bool {
  if (peek() != c) return false;
  at++;
  return true;
}

/** 0 at the end. */
function peek(): u32 {
  return at < end ? load<u8>(at) : 0;
}

function daysOf(month: i32, year: i32): i32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Years begin in March, so that the leap day comes last; see timestamp.ts. */
function daysFrom1970(year: i32, month: i32, day: i32): i64 {
  const y = month <= 2 ? year + 399 : year + 400;
  const dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return <i64>(365 * y + y / 4 - y / 100 + y / 400 + dayOfYear) - 719_468 - 146_097;
}
