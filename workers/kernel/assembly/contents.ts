/** The contents of a log, one by one. */
import { LOG_CONTENT } from './messages';
import { markContent, readPair, setPair } from './pair';
import { field, readField } from './protobuf';
import { trimmed, trimPair } from './trimmed';

/** Bytes between the key and the value of a short content: the tag, and a length of one byte. */
export const SHORT: usize = 2;

/**
 * Whether a field is a content of less than 128 bytes with its key before its value: then each of its three lengths is a single byte, and
 * one comparison proves that they fit each other.
 * @param head its first four bytes. @param middle the two behind the key.
 */
export function isShortContent(head: u32, keyLength: u32, middle: u32): bool {
  const lengths = ((head >> 8) & 0x7f) ^ (keyLength + (middle >> 8) + 4);
  return (((head ^ 0x000a_0012) & 0x80ff_80ff) | ((middle ^ 0x12) & 0x80ff) | lengths) == 0;
}

/**
 * The hot loops' look at a content: where it ends if it is a short one, and not beyond `limit`; else 0. Then its key is the `load<u8>(p, 3)`
 * bytes at `p + 4`, and its value what follows two bytes behind it.
 */
export function shortEnd(p: usize, limit: usize): usize {
  const head: u32 = load<u32>(p);
  const keyLength = (head >> 24) & 0x7f;
  const next = p + 2 + ((head >> 8) & 0x7f);
  return isShortContent(head, keyLength, load<u16>(p + 4 + keyLength)) && next <= limit ? next : 0;
}

/**
 * Reads a field of a log, and where it is a content its key and value; the shape of the fast path in bodies/kv.ts.
 * @returns where the next field begins.
 */
export function readContent(p: usize, limit: usize): usize {
  const head: u32 = load<u32>(p);
  const keyLength = (head >> 24) & 0x7f;
  const next = p + 2 + ((head >> 8) & 0x7f);
  if (isShortContent(head, keyLength, load<u16>(p + 4 + keyLength)) && next <= limit) {
    markContent(true);
    setPair(p + 4, keyLength, SHORT, next);
    if (trimmed.on) trimPair();
    return next;
  }
  const after = readField(p, limit);
  const isContent = field.tag == LOG_CONTENT;
  markContent(isContent);
  if (isContent) {
    readPair(field.start, field.end);
    if (trimmed.on) trimPair();
  }
  return after;
}
