/** JSON without the space between its tokens. */
import { compact } from './json';
import { BACKSLASH, isSpace, QUOTE } from './json-bytes';
import { copyReady, following, multibyte } from './text';
import { flush, limit } from './window';

/** Copies what isJson has just looked at. */
export function compactJson(dst: usize, p: usize, end: usize): usize {
  if (compact) return copyReady(dst, p, end - p);
  let inString = false;
  while (p < end) {
    if (dst > limit) dst = flush(dst);
    const c: u32 = load<u8>(p);
    if (c >= 0x80) {
      dst = multibyte(dst, p, end, c);
      p = following;
      continue;
    }
    p++;
    if (!inString && isSpace(c)) continue;
    store<u8>(dst++, c);
    if (c == QUOTE) inString = !inString;
    else if (c == BACKSLASH) store<u8>(dst++, load<u8>(p++));
  }
  return dst;
}
