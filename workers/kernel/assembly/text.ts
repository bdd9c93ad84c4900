/** Text on its way into a message: control characters, newlines and broken UTF-8 are mended while 16 bytes at a time are copied. */
import { NEWLINE_ESCAPE, NEWLINE_KEEP, NEWLINE_OCTAL, NEWLINE_SPLIT } from './layout';
import { plan } from './plan';
import { flush, room } from './room';

const TAB: u32 = 0x09;
const LF: u32 = 0x0a;
const CR: u32 = 0x0d;
const DEL: u32 = 0x7f;
const SPACE: u32 = 0x20;

@unmanaged
class Mended {
  /** Where {@link multibyte} and {@link special} stopped reading. */
  following: usize;
  /** A line break was written that ends a message. */
  broken: bool;
}

/** Only this file writes it. */
export const mended = changetype<Mended>(memory.data(offsetof<Mended>(), 16));

export function setBroken(is: bool): void {
  mended.broken = is;
}

/** One bit for every lane that is not printable ASCII: with 1 added, DEL and all bytes from 0x80 are negative. */
export function specials(v: v128): u32 {
  return specialsBy(v, i8x16.splat(1), i8x16.splat(0x21));
}

/** The same with 1 and 0x21 in all lanes, for loops: V8 makes a constant at every use; a value that was loaded before stays in a register. */
export function specialsBy(v: v128, one: v128, bound: v128): u32 {
  return i8x16.bitmask(i8x16.lt_s(i8x16.add(v, one), bound));
}

/** 1 and 0x21 in 16 lanes each. */
export const ONE_AND_BOUND = memory.data<u8>([
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 33, 33, 33, 33, 33, 33, 33, 33, 33, 33, 33, 33, 33, 33, 33, 33,
]);

/** Copies bytes that are known to be fit to be sent. */
export function copyReady(dst: usize, src: usize, length: usize): usize {
  const end = src + length;
  for (; src + 64 <= end; src += 64) {
    if (dst > room.limit) dst = flush(dst);
    const v0 = v128.load(src);
    const v1 = v128.load(src, 16);
    const v2 = v128.load(src, 32);
    const v3 = v128.load(src, 48);
    v128.store(dst, v0);
    v128.store(dst, v1, 16);
    v128.store(dst, v2, 32);
    v128.store(dst, v3, 48);
    dst += 64;
  }
  while (src < end) {
    if (dst > room.limit) dst = flush(dst);
    v128.store(dst, v128.load(src));
    dst += 16;
    src += 16;
  }
  return dst - (src - end);
}

/**
 * Copies `[src, end)`, mended. Up to 15 bytes beyond `end` are read and up to 15 beyond the result are written; the next write covers them.
 */
export function text(dst: usize, src: usize, end: usize): usize {
  while (src < end) {
    if (dst > room.limit) dst = flush(dst);
    const v = v128.load(src);
    v128.store(dst, v);
    let bits = specials(v);
    const left = end - src;
    if (left < 16) bits &= (1 << (<u32>left)) - 1;
    if (bits == 0) {
      const n = min<usize>(left, 16);
      dst += n;
      src += n;
    } else {
      const clean = ctz(bits);
      dst = special(dst + clean, src + clean, end);
      src = mended.following;
    }
  }
  return dst;
}

/** Everything up to the next printable ASCII character, of which there is at least one byte. */
function special(dst: usize, src: usize, end: usize): usize {
  while (src < end) {
    if (dst > room.limit) dst = flush(dst);
    const c: u32 = load<u8>(src);
    if (c >= 0x80) {
      dst = multibyte(dst, src, end, c);
      src = mended.following;
    } else if (c < SPACE || c == DEL) {
      dst = control(dst, c);
      src++;
    } else {
      break;
    }
  }
  mended.following = src;
  return dst;
}

export function control(dst: usize, c: u32): usize {
  if (c == 0) return dst;
  if (c == LF || c == CR) return newline(dst, c);
  store<u8>(dst, c == TAB || plan.newline == NEWLINE_KEEP ? c : SPACE);
  return dst + 1;
}

function newline(dst: usize, c: u32): usize {
  const policy = plan.newline;
  if (policy == NEWLINE_ESCAPE) {
    store<u16>(dst, c == LF ? 0x6e5c : 0x725c); // \n or \r
    return dst + 2;
  }
  if (policy == NEWLINE_OCTAL) {
    store<u32>(dst, c == LF ? 0x3231_3023 : 0x3531_3023); // #012 or #015
    return dst + 4;
  }
  if (policy == NEWLINE_SPLIT) {
    mended.broken = true;
    store<u8>(dst, LF);
    return dst + 1;
  }
  store<u8>(dst, policy == NEWLINE_KEEP ? c : SPACE);
  return dst + 1;
}

/**
 * One character of two to four bytes, or U+FFFD for the longest beginning of one that can't go on (a "maximal subpart": Unicode 15 §3.9,
 * which the WHATWG decoder follows). Surrogates, overlong forms and everything above U+10FFFF fall out by the range of the second byte.
 */
export function multibyte(dst: usize, src: usize, end: usize, lead: u32): usize {
  let more: u32 = 0;
  let low: u32 = 0x80;
  let high: u32 = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) {
    more = 1;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    more = 2;
    if (lead == 0xe0) low = 0xa0;
    else if (lead == 0xed) high = 0x9f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    more = 3;
    if (lead == 0xf0) low = 0x90;
    else if (lead == 0xf4) high = 0x8f;
  }
  let n: usize = 1;
  while (n <= more && src + n < end) {
    const c: u32 = load<u8>(src + n);
    if (c < low || c > high) break;
    low = 0x80;
    high = 0xbf;
    n++;
  }
  mended.following = src + n;
  if (more == 0 || n <= more) return replacement(dst);
  store<u32>(dst, load<u32>(src));
  return dst + n;
}

function replacement(dst: usize): usize {
  store<u32>(dst, 0xbd_bf_ef);
  return dst + 3;
}
