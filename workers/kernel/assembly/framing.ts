/** RFC 6587 §3.4.1 (octet counting) and §3.4.2 (a trailer, such as LF); RELP's commands: a text, the count, the message, LF. */
import { decimal, digitsOf } from './decimal';
import { count } from './host';
import { BODY_JSON, BODY_PAIRS } from './layout';
import { plan } from './plan';
import { copyReady } from './text';
import { addressOf, flush, flushed, noteEnd, offsetOf, shiftFlushed } from './window';

const SPACE: u8 = 0x20;

/** Output offset of the open frame. */
let start: u32 = 0;
/** Bytes held for the count and its space: as many as the last frame needed, which is nearly always right. */
let prefix: u32 = 4;

/** Where the open frame's message began; once the window was emptied, something else lies there. */
let message: usize = 0;

/** Output offset of the body of the open frame. */
let body: u32 = 0;

/** @returns where the message goes. */
export function openFrame(dst: usize): usize {
  start = offsetOf(dst);
  message = plan.counted == 0 ? dst : copyReady(dst, plan.command, plan.commandLength) + prefix;
  return message;
}

/** @param dst behind the header. */
export function noteBody(dst: usize): void {
  body = offsetOf(dst);
}

/** Where the open frame's members begin: behind the header of LEEF or CEF. */
let members: u32 = 0;

export function noteMembers(dst: usize): void {
  members = offsetOf(dst);
}

export function membersAt(): usize {
  return addressOf(members);
}

/** Where the open frame's body begins: a frame that is still in the window. */
export function bodyAt(): usize {
  return addressOf(body);
}

/** Where the open frame itself begins. */
export function frameAt(): usize {
  return addressOf(start);
}

/** Messages of no bytes, which are not sent: `0 ` breaks receivers that count octets, and nothing tells what such a frame is about. */
export let empty: u32 = 0;

/** Messages that are sent although their body shows nothing of the log. */
export let bare: u32 = 0;
/** Bytes of a body that shows nothing: `{}` in JSON, none in key=value and raw text; the others always have titles. */
let nothing: i32 = -1;

/** For the next batch. */
export function beginFrames(): void {
  empty = bare = 0;
  nothing = plan.bodyKind == BODY_JSON ? 2 : plan.bodyKind == BODY_PAIRS ? -1 : 0;
}

/** {@link closeFrame} of one whole message. */
export function closeWhole(dst: usize): usize {
  if (<i32>(offsetOf(dst) - body) > nothing) return closeFrame(dst);
  const before = empty;
  dst = closeFrame(dst);
  if (empty == before) bare++;
  return dst;
}

/** @param dst behind the message. */
export function closeFrame(dst: usize): usize {
  if (dst == message && isEmpty(dst)) return dropFrame();
  if (plan.counted != 0) dst = writeCount(dst);
  store<u64>(dst, load<u64>(plan.trailer));
  dst += plan.trailerLength;
  return noteEnd(dst);
}

function isEmpty(dst: usize): bool {
  return offsetOf(dst) == start + (plan.counted != 0 ? plan.commandLength + <u32>prefix : 0);
}

function dropFrame(): usize {
  empty++;
  return addressOf(start);
}

function writeCount(dst: usize): usize {
  const from = start + plan.commandLength;
  const length = offsetOf(dst) - from - prefix;
  const digits = digitsOf(length);
  const held = prefix;
  prefix = digits + 1;
  if (from < flushed) {
    dst = flush(dst);
    count(from, held, length);
    shiftFlushed(<i32>prefix - <i32>held);
    return dst;
  }
  const at = addressOf(from);
  if (held != prefix) memory.copy(at + prefix, at + held, length);
  store<u8>(decimal(at, length, digits), SPACE);
  return at + prefix + length;
}
