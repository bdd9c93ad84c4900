/** RFC 6587 §3.4.1 (octet counting) and §3.4.2 (LF). */
import { decimal, digitsOf } from './decimal';
import { count } from './host';
import { OCTET_COUNTING, plan } from './plan';
import { addressOf, flush, flushed, noteEnd, offsetOf, shiftFlushed } from './window';

const SPACE: u8 = 0x20;
const LF: u8 = 0x0a;

/** Output offset of the open frame. */
let start: u32 = 0;
/** Bytes held for the count and its space: as many as the last frame needed, which is nearly always right. */
let prefix: u32 = 4;

export function openFrame(dst: usize): usize {
  start = offsetOf(dst);
  return plan.framing == OCTET_COUNTING ? dst + prefix : dst;
}

export function closeFrame(dst: usize): usize {
  if (plan.framing == OCTET_COUNTING) {
    dst = writeCount(dst);
  } else {
    store<u8>(dst++, LF);
  }
  noteEnd(dst);
  return dst;
}

function writeCount(dst: usize): usize {
  const length = offsetOf(dst) - start - prefix;
  const digits = digitsOf(length);
  const held = prefix;
  prefix = digits + 1;
  if (start < flushed) {
    dst = flush(dst);
    count(start, held, length);
    shiftFlushed(<i32>prefix - <i32>held);
    return dst;
  }
  const at = addressOf(start);
  if (held != prefix) memory.copy(at + prefix, at + held, length);
  store<u8>(decimal(at, length, digits), SPACE);
  return at + prefix + length;
}
