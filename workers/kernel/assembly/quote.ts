/** Names and values of key=value that can be told apart again: values in quotes, names without anything that means something. */
import { mark, markerLength } from './cut';
import { escaped } from './escape';
import { ESCAPE_KV_VALUE, QUOTE_ALWAYS } from './layout';
import { byte } from './members';
import { characterEnd } from './piece-end';
import { plan } from './plan';
import { text } from './text';

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const UNDERSCORE: u8 = 0x5f;

export function quotedValue(dst: usize, from: usize, to: usize): usize {
  if (plan.quote != QUOTE_ALWAYS && oddByte(from, to) == to) return text(dst, from, to);
  return byte(escaped(byte(dst, QUOTE), from, to, ESCAPE_KV_VALUE), QUOTE);
}

export function bareName(dst: usize, from: usize, to: usize): usize {
  if (from == to) return byte(dst, UNDERSCORE);
  let odd = oddByte(from, to);
  for (; odd < to; odd = oddByte(from, to)) {
    dst = byte(text(dst, from, odd), UNDERSCORE);
    from = odd + 1;
  }
  return text(dst, from, to);
}

/** Cuts pairs with quotes, which are closed again. */
export function cutQuoted(body: usize, end: usize): usize {
  const marker = markerLength(body, end);
  const room = characterEnd(body, end - marker - 1);
  let p = body;
  let isOpen = false;
  while (p < room) {
    const c = load<u8>(p);
    const length: usize = c == BACKSLASH ? 2 : 1;
    if (p + length > room) break;
    if (c == QUOTE) isOpen = !isOpen;
    p += length;
  }
  p = mark(p, marker);
  if (isOpen) store<u8>(p++, QUOTE);
  return p;
}

/** Where the first byte lies that means something to a reader of such pairs, or `to`. */
function oddByte(p: usize, to: usize): usize {
  while (p < to && load<u8>(plan.oddBytes + load<u8>(p)) == 0) p++;
  return p;
}
