/** Where a body may be divided. */
import { ESCAPE_CEF_VALUE } from './layout';
import { plan } from './plan';

const LF: i8 = 0x0a;
const QUOTE: u32 = 0x22;
const EQUALS: u32 = 0x3d;
const BACKSLASH: u32 = 0x5c;
const UNDERSCORE: u32 = 0x5f;

/** The last place before or at `end` where no character is split. */
export function characterEnd(begin: usize, end: usize): usize {
  let p = end;
  while (p > begin && (load<u8>(p) & 0xc0) == 0x80) p--;
  return p;
}

/** The same where backslashes escape: never behind half an escape. */
export function escapeEnd(begin: usize, end: usize): usize {
  let slashes: usize = 0;
  while (end - slashes > begin && <u32>load<u8>(end - slashes - 1) == BACKSLASH) slashes++;
  return end - (slashes & 1);
}

/** The first line break in `[p, to)`, or 0. */
export function lineEnd(p: usize, to: usize): usize {
  for (; p < to; p += 16) {
    let bits = <u32>i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(LF)));
    const left = to - p;
    if (left < 16) bits &= (1 << (<u32>left)) - 1;
    if (bits != 0) return p + ctz(bits);
  }
  return 0;
}

/** As much of `[p, to)` as fits once quotes and backslashes have a backslash before them. */
export function quotableEnd(p: usize, to: usize, room: usize): usize {
  for (; p < to; p++) {
    const c: u32 = load<u8>(p);
    const size: usize = c == QUOTE || c == BACKSLASH ? 2 : 1;
    if (size > room) break;
    room -= size;
  }
  return p;
}

/** Between two members of LEEF or CEF, if that keeps at least half; never behind half an escape of CEF. */
export function memberEnd(p: usize, end: usize): usize {
  const least = p + ((end - p) >> 1);
  const isCef = plan.valueMode == ESCAPE_CEF_VALUE;
  let named: bool = false;
  for (let q = end; q > least; q--) {
    const c: u32 = load<u8>(q - 1);
    if (c == plan.delimiter && (!isCef || named)) return q;
    if (isCef) named = c == EQUALS ? true : named && isWord(c);
  }
  return isCef ? escapeEnd(p, end) : end;
}

/** A letter, a digit or `_`. */
export function isWord(c: u32): bool {
  return c - 0x30 <= 9 || (c | 0x20) - 0x61 <= 25 || c == UNDERSCORE;
}
