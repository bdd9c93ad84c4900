/** RFC 5424 §6.2.3: UTC with `Z`, or the plan's zone with its offset; the fraction is truncated, never rounded into the next second. */
import { decimal } from './decimal';
import { monthName } from './month';
import { plan } from './plan';
import { minutesAhead } from './zone';

const SECONDS_PER_DAY: u64 = 86_400;
/** From the first of March of the year 0 to 1970. */
const EPOCH_DAYS: u64 = 719_468;

/** The last TIMESTAMP written: the logs of a batch mostly share few, or at least the second. */
const stamp = memory.data(32, 16);
const SECONDS_LENGTH: usize = 19;
let length: usize = 0;
let ofSecond: i64 = -1;
let ofNanoseconds: u32 = 0;
let ofDigits: u32 = 0;
/** Of that second, where the plan has a zone. */
let minutes: i32 = 0;

/** The plan may have changed. */
export function beginTimestamps(): void {
  ofSecond = -1;
}

/** @param fractionDigits 0, 3 or 6. */
export function timestamp(dst: usize, seconds: u32, nanoseconds: u32, fractionDigits: u32): usize {
  if (<i64>seconds != ofSecond || nanoseconds != ofNanoseconds || fractionDigits != ofDigits) {
    if (<i64>seconds != ofSecond) renderSeconds(seconds);
    renderFraction(nanoseconds, fractionDigits);
  }
  v128.store(dst, v128.load(stamp));
  v128.store(dst + 16, v128.load(stamp + 16));
  return dst + length;
}

/** RFC 3164 §4.1.2: `Nov  4 22:13:20`, or with the year as Cisco writes it: `Nov  4 2026 22:13:20`. */
export function bsdTimestamp(dst: usize, seconds: u32, withYear: bool): usize {
  if (<i64>seconds != ofSecond) renderSeconds(seconds);
  ofDigits = u32.MAX_VALUE;
  const month: usize = (load<u8>(stamp + 5) - 0x30) * 10 + (load<u8>(stamp + 6) - 0x30);
  store<u32>(dst, monthName(month));
  store<u16>(dst + 4, load<u16>(stamp + 8));
  if (load<u8>(dst + 4) == 0x30) store<u8>(dst + 4, 0x20);
  store<u8>(dst + 6, 0x20);
  dst += 7;
  if (withYear) {
    store<u32>(dst, load<u32>(stamp));
    store<u8>(dst + 4, 0x20);
    dst += 5;
  }
  store<u64>(dst, load<u64>(stamp + 11));
  return dst + 8;
}

function renderFraction(nanoseconds: u32, digits: u32): void {
  let at = stamp + SECONDS_LENGTH;
  if (digits != 0) {
    store<u8>(at, 0x2e);
    at = decimal(at + 1, nanoseconds / (digits == 3 ? 1_000_000 : 1_000), digits);
  }
  length = offset(at) - stamp;
  ofNanoseconds = nanoseconds;
  ofDigits = digits;
}

function offset(at: usize): usize {
  if (plan.zoneCount == 0) {
    store<u8>(at, 0x5a);
    return at + 1;
  }
  const size = abs(minutes);
  store<u8>(at, minutes < 0 ? 0x2d : 0x2b);
  at = part(at + 1, size / 60, 2, 0x3a);
  return decimal(at, size % 60, 2);
}

/** The proleptic Gregorian date by era, year of era and day of a year that begins in March, so that the leap day comes last. */
function renderSeconds(seconds: u32): void {
  minutes = minutesAhead(plan.zone, plan.zoneCount, seconds);
  const local = EPOCH_DAYS * SECONDS_PER_DAY + seconds + <i64>minutes * 60;
  const days = <u32>(local / SECONDS_PER_DAY);
  const era = days / 146_097;
  const dayOfEra = days % 146_097;
  const yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const shifted = (5 * dayOfYear + 2) / 153;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const time = <u32>(local % SECONDS_PER_DAY);
  let at = part(stamp, year, 4, 0x2d);
  at = part(at, month, 2, 0x2d);
  at = part(at, dayOfYear - (153 * shifted + 2) / 5 + 1, 2, 0x54);
  at = part(at, time / 3_600, 2, 0x3a);
  at = part(at, (time / 60) % 60, 2, 0x3a);
  decimal(at, time % 60, 2);
  ofSecond = seconds;
}

function part(at: usize, value: u32, digits: u32, separator: u8): usize {
  at = decimal(at, value, digits);
  store<u8>(at, separator);
  return at + 1;
}
