/** RFC 5424 §6.2.3: UTC with `Z`; the fraction is truncated, never rounded into the next second. */
import { decimal } from './decimal';

const SECONDS_PER_DAY: u32 = 86_400;

/** The last TIMESTAMP written: the logs of a batch mostly share few, or at least the second. */
const stamp = memory.data(32, 16);
const SECONDS_LENGTH: usize = 19;
let length: usize = 0;
let ofSecond: i64 = -1;
let ofNanoseconds: u32 = 0;
let ofDigits: u32 = 0;

/** `Jan ` to `Dec `. */
const MONTHS = memory.data<u32>([
  0x206e_614a, 0x2062_6546, 0x2072_614d, 0x2072_7041, 0x2079_614d, 0x206e_754a, 0x206c_754a, 0x2067_7541, 0x2070_6553,
  0x2074_634f, 0x2076_6f4e, 0x2063_6544,
]);

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

/** RFC 3164 §4.1.2, in UTC: `Nov  4 22:13:20`. */
export function bsdTimestamp(dst: usize, seconds: u32): usize {
  if (<i64>seconds != ofSecond) renderSeconds(seconds);
  ofDigits = u32.MAX_VALUE;
  const month: usize = (load<u8>(stamp + 5) - 0x30) * 10 + (load<u8>(stamp + 6) - 0x30);
  store<u32>(dst, load<u32>(MONTHS + 4 * (month - 1)));
  store<u16>(dst + 4, load<u16>(stamp + 8));
  if (load<u8>(dst + 4) == 0x30) store<u8>(dst + 4, 0x20);
  store<u8>(dst + 6, 0x20);
  store<u64>(dst + 7, load<u64>(stamp + 11));
  return dst + 15;
}

function renderFraction(nanoseconds: u32, digits: u32): void {
  let at = stamp + SECONDS_LENGTH;
  if (digits != 0) {
    store<u8>(at, 0x2e);
    at = decimal(at + 1, nanoseconds / (digits == 3 ? 1_000_000 : 1_000), digits);
  }
  store<u8>(at, 0x5a);
  length = at + 1 - stamp;
  ofNanoseconds = nanoseconds;
  ofDigits = digits;
}

/** The proleptic Gregorian date by era, year of era and day of a year that begins in March, so that the leap day comes last. */
function renderSeconds(seconds: u32): void {
  const days = seconds / SECONDS_PER_DAY + 719_468;
  const era = days / 146_097;
  const dayOfEra = days % 146_097;
  const yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const shifted = (5 * dayOfYear + 2) / 153;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const time = seconds % SECONDS_PER_DAY;
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
