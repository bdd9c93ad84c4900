/** Text on its way into a JSON string, a LEEF or CEF member, or a parameter of structured data: {@link text} with another alphabet each. */
import { control, mended, multibyte, specials, text } from './text';
import {
  ESCAPE_CEF_TITLE,
  ESCAPE_CEF_VALUE,
  ESCAPE_JSON,
  ESCAPE_KV_VALUE,
  ESCAPE_LEEF_TITLE,
  ESCAPE_LEEF_VALUE,
  ESCAPE_PLAIN,
} from './layout';
import { plan } from './plan';
import { flush, room } from './room';

const TAB: u32 = 0x09;
const LF: u32 = 0x0a;
const CR: u32 = 0x0d;
const SPACE: u32 = 0x20;
const QUOTE: u32 = 0x22;
const EQUALS: u32 = 0x3d;
const BACKSLASH: u32 = 0x5c;
const BRACKET: u32 = 0x5d;
const BAR: u32 = 0x7c;
const DEL: u32 = 0x7f;
const UNDERSCORE: u32 = 0x5f;

/** Three printable characters that a mode treats in its own way. */
let first: u32 = 0;
let second: u32 = 0;
let third: u32 = 0;

function choose(mode: u32): void {
  first = second = third = BACKSLASH;
  if (mode == ESCAPE_JSON || mode == ESCAPE_KV_VALUE) {
    second = QUOTE;
  } else if (mode == ESCAPE_LEEF_VALUE) {
    first = second = third = plan.delimiter;
  } else if (mode == ESCAPE_LEEF_TITLE) {
    first = second = third = BAR;
  } else if (mode == ESCAPE_CEF_VALUE) {
    second = EQUALS;
  } else if (mode == ESCAPE_CEF_TITLE) {
    second = BAR;
  } else {
    second = QUOTE;
    third = BRACKET;
  }
}

/** Copies `[src, end)`, mended and escaped. Reads up to 31 bytes beyond, and writes as many. */
export function escaped(dst: usize, src: usize, end: usize, mode: u32): usize {
  if (mode == ESCAPE_PLAIN) return text(dst, src, end);
  if (dst > room.limit) dst = flush(dst);
  // Most texts are fewer than 32 bytes, none of them special in any mode.
  const length = end - src;
  if (length < 32) {
    const v0 = v128.load(src);
    const v1 = v128.load(src, 16);
    v128.store(dst, v0);
    v128.store(dst, v1, 16);
    const odd = unfit(v0) | (unfit(v1) << 16);
    if ((odd & ((1 << (<u32>length)) - 1)) == 0) return dst + length;
  }
  return chosen(dst, src, end, mode);
}

function chosen(dst: usize, src: usize, end: usize, mode: u32): usize {
  choose(mode);
  const a = i8x16.splat(<i8>first);
  const b = i8x16.splat(<i8>second);
  const c = i8x16.splat(<i8>third);
  const slashes = mode != ESCAPE_LEEF_VALUE && mode != ESCAPE_LEEF_TITLE;
  while (src < end) {
    if (dst > room.limit) dst = flush(dst);
    const v = v128.load(src);
    v128.store(dst, v);
    const left = end - src;
    const within: u32 = left < 16 ? (1 << (<u32>left)) - 1 : 0xffff;
    const odd = specials(v) & within;
    let slashed = ownOf(v, a, b, c) & within;
    if (odd != 0 || (slashed != 0 && !slashes)) {
      const clean = ctz(odd | slashed);
      dst = run(dst + clean, src + clean, end, mode);
      src = next;
      continue;
    }
    // JSON as text has a quote in nearly every vector: what follows it is written again, one byte further.
    for (; slashed != 0; slashed &= slashed - 1) {
      const at = ctz(slashed);
      store<u8>(dst + at, <u8>BACKSLASH);
      dst++;
      v128.store(dst + at, v128.load(src + at));
    }
    const n = min<usize>(left, 16);
    dst += n;
    src += n;
  }
  return dst;
}

/** A JSON string: {@link escaped} in quotes. */
export function jsonString(dst: usize, src: usize, end: usize): usize {
  if (dst > room.limit) dst = flush(dst);
  store<u8>(dst++, QUOTE);
  const length = end - src;
  if (length < 32) {
    const v0 = v128.load(src);
    const v1 = v128.load(src, 16);
    v128.store(dst, v0);
    v128.store(dst, v1, 16);
    const odd = unfitForJson(v0) | (unfitForJson(v1) << 16);
    if ((odd & ((1 << (<u32>length)) - 1)) == 0) {
      store<u8>(dst + length, QUOTE);
      return dst + length + 1;
    }
  }
  dst = escaped(dst, src, end, ESCAPE_JSON);
  store<u8>(dst, QUOTE);
  return dst + 1;
}

/**
 * One bit for every lane that does not stay as it is in a JSON string. With bit 1 turned over, the quote lies behind the control characters,
 * and bytes from 0x80 are negative: one comparison finds all three. DEL needs no escape.
 */
export function unfitForJson(v: v128): u32 {
  const low = i8x16.lt_s(v128.xor(v, i8x16.splat(2)), i8x16.splat(0x21));
  return i8x16.bitmask(v128.or(low, i8x16.eq(v, i8x16.splat(<i8>BACKSLASH))));
}

/**
 * One bit for every lane that does not stay as it is in a value of LEEF or CEF, and for some that do.
 * @param delimiter in all lanes: LEEF's.
 */
export function unfitForPairs(v: v128, delimiter: v128): u32 {
  const signs = v128.or(i8x16.eq(v, i8x16.splat(<i8>EQUALS)), i8x16.eq(v, i8x16.splat(<i8>BACKSLASH)));
  const low = i8x16.lt_s(i8x16.add(v, i8x16.splat(1)), i8x16.splat(0x21));
  return i8x16.bitmask(v128.or(low, v128.or(i8x16.eq(v, delimiter), signs)));
}

/**
 * One bit for every lane that does not stay as it is in some mode, and for a few that always do: the quote as above, `\`, `=`, `]` and the
 * bar (by the bits they have in common, as have `<` and `}`), and LEEF's delimiter.
 */
function unfit(v: v128): u32 {
  const low = i8x16.lt_s(v128.xor(v, i8x16.splat(2)), i8x16.splat(0x21));
  const signs = i8x16.eq(v128.and(v, i8x16.splat(0x1e)), i8x16.splat(0x1c));
  const others = v128.or(i8x16.eq(v, i8x16.splat(<i8>DEL)), i8x16.eq(v, i8x16.splat(<i8>plan.delimiter)));
  return i8x16.bitmask(v128.or(v128.or(low, signs), others));
}

/** One bit for every lane that is one of three characters. */
function ownOf(v: v128, a: v128, b: v128, c: v128): u32 {
  return i8x16.bitmask(v128.or(i8x16.eq(v, a), v128.or(i8x16.eq(v, b), i8x16.eq(v, c))));
}

/** Where {@link run} stopped reading. */
let next: usize = 0;

/** Everything up to the next character that stays as it is. */
function run(dst: usize, src: usize, end: usize, mode: u32): usize {
  while (src < end) {
    if (dst > room.limit) dst = flush(dst);
    const c: u32 = load<u8>(src);
    if (c >= 0x80) {
      dst = multibyte(dst, src, end, c);
      src = mended.following;
    } else if (c < SPACE || c == DEL) {
      dst = mode == ESCAPE_JSON ? jsonControl(dst, c) : otherControl(dst, c, mode);
      src++;
    } else if (c == first || c == second || c == third) {
      dst = own(dst, c, mode);
      src++;
    } else {
      break;
    }
  }
  next = src;
  return dst;
}

function own(dst: usize, c: u32, mode: u32): usize {
  if (mode == ESCAPE_LEEF_VALUE || mode == ESCAPE_LEEF_TITLE) {
    store<u8>(dst, mode == ESCAPE_LEEF_VALUE ? SPACE : UNDERSCORE);
    return dst + 1;
  }
  store<u16>(dst, <u16>(BACKSLASH | (c << 8)));
  return dst + 2;
}

function jsonControl(dst: usize, c: u32): usize {
  if (c == DEL) {
    store<u8>(dst, c);
    return dst + 1;
  }
  const letter: u32 = c == LF ? 0x6e : c == CR ? 0x72 : c == TAB ? 0x74 : c == 0x08 ? 0x62 : c == 0x0c ? 0x66 : 0;
  if (letter != 0) {
    store<u16>(dst, <u16>(BACKSLASH | (letter << 8)));
    return dst + 2;
  }
  store<u32>(dst, 0x3030_755c); // \u00
  const low = c & 15;
  store<u8>(dst, 0x30 + (c >> 4), 4);
  store<u8>(dst, low < 10 ? 0x30 + low : 0x57 + low, 5);
  return dst + 6;
}

function otherControl(dst: usize, c: u32, mode: u32): usize {
  if (mode == ESCAPE_CEF_VALUE && (c == LF || c == CR)) {
    store<u16>(dst, c == LF ? 0x6e5c : 0x725c);
    return dst + 2;
  }
  const isValue = mode == ESCAPE_LEEF_VALUE || mode == ESCAPE_CEF_VALUE || mode == ESCAPE_KV_VALUE;
  if (isValue && !(mode == ESCAPE_LEEF_VALUE && c == plan.delimiter) && !(c == TAB && mode == ESCAPE_LEEF_VALUE)) {
    return control(dst, c);
  }
  if (c != 0) store<u8>(dst++, SPACE);
  return dst;
}
