/**
 * JSON without the space between its tokens, with U+FFFD for half a pair of surrogates, and with no name twice in one object: other parsers
 * refuse these.
 */
import { hasDoubtfulNames, isCompact } from './json';
import { BACKSLASH, isSpace, QUOTE } from './json-bytes';
import { unescape } from './json-unescape';
import { addToName, beginName, beginNaming, endName, isNameNext, passToken } from './member-names';
import { hex, isSurrogate } from './quotes';
import { flush, room } from './room';
import { copyReady, mended, multibyte } from './text';

/** What an escape stands for. */
const character = memory.data(4, 4);

/** Copies a value that isJson has accepted. */
export function compactJson(dst: usize, p: usize, end: usize): usize {
  if (isCompact()) return copyReady(dst, p, end - p);
  const isNaming = hasDoubtfulNames();
  if (isNaming) beginNaming(end - p);
  let inString = false;
  let inName: bool = false;
  while (p < end) {
    if (dst > room.limit) dst = flush(dst);
    const from = dst;
    const c: u32 = load<u8>(p);
    if (c >= 0x80) {
      dst = multibyte(dst, p, end, c);
      p = mended.following;
      if (inName) addToName(from, dst);
    } else if (c == BACKSLASH) {
      p = escape(dst, p);
      dst = escapeEnd;
      if (inName) addToName(character, unescape(character, from, dst));
    } else {
      p++;
      if (!inString && isSpace(c)) continue;
      if (c == QUOTE) {
        inString = !inString;
        if (inName) dst = endName(dst);
        inName = inString && isNaming && isNameNext();
        if (inName) beginName();
      } else if (inName) {
        addToName(p - 1, p);
      } else if (isNaming && !inString) {
        passToken(c);
      }
      store<u8>(dst++, c);
    }
  }
  return dst;
}

/** Bytes of `\uXXXX`. */
const UNIT: usize = 6;
/** `\ufffd` */
const REPLACEMENT: u64 = 0x6466_6666_755c;
/** `\u` */
const ESCAPED_UNIT: u32 = 0x755c;

let escapeEnd: usize = 0;

/** Copies the escape at `p`, or both of a pair of surrogates. @returns behind it; what was written ends at `escapeEnd`. */
function escape(dst: usize, p: usize): usize {
  if (<u32>load<u16>(p) != ESCAPED_UNIT) {
    store<u16>(dst, load<u16>(p));
    escapeEnd = dst + 2;
    return p + 2;
  }
  const length = escapeLength(p);
  const isHalf = length == 0;
  if (isHalf) store<u64>(dst, REPLACEMENT);
  else memory.copy(dst, p, length);
  escapeEnd = dst + (isHalf ? UNIT : length);
  return p + (isHalf ? UNIT : length);
}

/** Bytes of the `\uXXXX` at `p`, or of both of a pair of surrogates; 0 for half a pair. The text is sound: a closing quote is behind. */
function escapeLength(p: usize): usize {
  const code = hex(p + 2);
  if (!isSurrogate(code)) return UNIT;
  if (code >= 0xdc00 || <u32>load<u16>(p + UNIT) != ESCAPED_UNIT) return 0;
  const low = hex(p + UNIT + 2);
  return isSurrogate(low) && low >= 0xdc00 ? 2 * UNIT : 0;
}
