/** RFC 6587 §3.4.1 (octet counting) and §3.4.2 (a trailer, such as LF). */
import { cut } from './budget';
import { decimal, digitsOf } from './decimal';
import { count } from './host';
import { OCTET_COUNTING, OVER_DROP, plan } from './plan';
import { addressOf, beginBudget, endBudget, flush, flushed, noteEnd, offsetOf, shiftFlushed } from './window';

const SPACE: u8 = 0x20;

/** Output offset of the open frame. */
let start: u32 = 0;
/** Bytes held for the count and its space: as many as the last frame needed, which is nearly always right. */
let prefix: u32 = 4;
/** Of a frame that has a budget. */
const MAX_PREFIX: u32 = 8;

/** Output offset of the body of the open frame. */
let body: u32 = 0;

/** Messages that were cut, and logs that were not sent because of their size. */
export let truncated: u32 = 0;
export let dropped: u32 = 0;

export function beginFrames(): void {
  truncated = dropped = 0;
}

export function openFrame(dst: usize): usize {
  if (plan.budget != 0) dst = beginBudget(dst, plan.budget + MAX_PREFIX);
  start = offsetOf(dst);
  return plan.framing == OCTET_COUNTING ? dst + prefix : dst;
}

/** @param dst behind the header. */
export function noteBody(dst: usize): void {
  body = offsetOf(dst);
}

export function closeFrame(dst: usize): usize {
  if (plan.budget != 0) {
    dst = fit(dst);
    if (dst == addressOf(start)) return dst;
  }
  if (plan.framing == OCTET_COUNTING) {
    dst = writeCount(dst);
  } else {
    store<u64>(dst, load<u64>(plan.trailer));
    dst += plan.trailerLength;
  }
  noteEnd(dst);
  return dst;
}

/** @returns the message's new end, which is the frame's beginning if it is dropped. */
function fit(dst: usize): usize {
  endBudget();
  const begin = addressOf(start) + (plan.framing == OCTET_COUNTING ? prefix : 0);
  if (dst - begin <= plan.budget) return dst;
  if (plan.overBudget == OVER_DROP) {
    dropped++;
    return addressOf(start);
  }
  truncated++;
  return cut(addressOf(body), begin + plan.budget);
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
