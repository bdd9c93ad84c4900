/** JSON without the space between its tokens, and with U+FFFD for half a pair of surrogates, which other parsers refuse. */
import { isCompact } from './json';
import { BACKSLASH, isSpace, QUOTE } from './json-bytes';
import { hex, isSurrogate } from './quotes';
import { flush, room } from './room';
import { copyReady, mended, multibyte } from './text';

/** Copies a value that isJson has accepted. */
export function compactJson(dst: usize, p: usize, end: usize): usize {
  if (isCompact()) return copyReady(dst, p, end - p);
  let inString = false;
  while (p < end) {
    if (dst > room.limit) dst = flush(dst);
    const c: u32 = load<u8>(p);
    if (c >= 0x80) {
      dst = multibyte(dst, p, end, c);
      p = mended.following;
      continue;
    }
    if (c == BACKSLASH) {
      if (<u32>load<u16>(p) != ESCAPED_UNIT) {
        store<u16>(dst, load<u16>(p));
        dst += 2;
        p += 2;
        continue;
      }
      const length = escapeLength(p);
      if (length == 0) store<u64>(dst, REPLACEMENT);
      else memory.copy(dst, p, length);
      dst += length == 0 ? UNIT : length;
      p += length == 0 ? UNIT : length;
      continue;
    }
    p++;
    if (!inString && isSpace(c)) continue;
    store<u8>(dst++, c);
    if (c == QUOTE) inString = !inString;
  }
  return dst;
}

/** Bytes of `\uXXXX`. */
const UNIT: usize = 6;
/** `\ufffd` */
const REPLACEMENT: u64 = 0x6466_6666_755c;
/** `\u` */
const ESCAPED_UNIT: u32 = 0x755c;

/** Bytes of the `\uXXXX` at `p`, or of both of a pair of surrogates; 0 for half a pair. The text is sound: a closing quote is behind. */
function escapeLength(p: usize): usize {
  const code = hex(p + 2);
  if (!isSurrogate(code)) return UNIT;
  if (code >= 0xdc00 || <u32>load<u16>(p + UNIT) != ESCAPED_UNIT) return 0;
  const low = hex(p + UNIT + 2);
  return isSurrogate(low) && low >= 0xdc00 ? 2 * UNIT : 0;
}
