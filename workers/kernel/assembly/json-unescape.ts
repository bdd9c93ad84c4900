/** What is in a JSON string, without its escapes (RFC 8259 §7). */
import { BACKSLASH } from './json-bytes';
import { hex } from './quotes';

export function hasEscape(p: usize, end: usize): bool {
  for (; p < end; p += 16) {
    let bits = <u32>i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(<i8>BACKSLASH)));
    const left = <u32>(end - p);
    if (left < 16) bits &= (1 << left) - 1;
    if (bits != 0) return true;
  }
  return false;
}

export function unescape(dst: usize, p: usize, end: usize): usize {
  while (p < end) {
    const c: u32 = load<u8>(p++);
    if (c != BACKSLASH) {
      store<u8>(dst++, c);
      continue;
    }
    const letter: u32 = load<u8>(p++);
    if (letter == 0x75 && hex(p) >= 0) {
      dst = codePoint(dst, p, end);
      p = afterCodePoint;
    } else {
      store<u8>(dst++, plainOf(letter));
    }
  }
  return dst;
}

function plainOf(letter: u32): u32 {
  if (letter == 0x6e) return 0x0a;
  if (letter == 0x74) return 0x09;
  if (letter == 0x72) return 0x0d;
  if (letter == 0x62) return 0x08;
  return letter == 0x66 ? 0x0c : letter;
}

let afterCodePoint: usize = 0;

/** The UTF-8 of four hexadecimal digits, or of a pair of surrogates; of half a pair that of U+FFFD. */
function codePoint(dst: usize, p: usize, end: usize): usize {
  let code: u32 = hex(p);
  p += 4;
  if (code >= 0xd800 && code <= 0xdfff) {
    const isPair = code < 0xdc00 && end - p >= 6 && load<u16>(p) == 0x755c;
    const low: u32 = isPair ? hex(p + 2) : 0;
    if (low >= 0xdc00 && low <= 0xdfff) {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      p += 6;
    } else {
      code = 0xfffd;
    }
  }
  afterCodePoint = p;
  if (code < 0x80) {
    store<u8>(dst, code);
    return dst + 1;
  }
  if (code < 0x800) {
    store<u8>(dst, 0xc0 | (code >> 6));
    store<u8>(dst + 1, 0x80 | (code & 63));
    return dst + 2;
  }
  if (code < 0x10000) {
    store<u8>(dst, 0xe0 | (code >> 12));
    store<u8>(dst + 1, 0x80 | ((code >> 6) & 63));
    store<u8>(dst + 2, 0x80 | (code & 63));
    return dst + 3;
  }
  store<u8>(dst, 0xf0 | (code >> 18));
  store<u8>(dst + 1, 0x80 | ((code >> 12) & 63));
  store<u8>(dst + 2, 0x80 | ((code >> 6) & 63));
  store<u8>(dst + 3, 0x80 | (code & 63));
  return dst + 4;
}
