/** RFC 6587 §3.4.1 (octet counting) and §3.4.2 (a trailer, such as LF); RELP's commands: a text, the count, the message, LF. */
import { noteBare, noteEmpty } from './counts';
import { decimal, digitsOf } from './decimal';
import { count } from './host';
import { plan } from './plan';
import { addressOf, handOver, noteEnd, offsetOf, shiftFlushed, window } from './window';

const SPACE: u8 = 0x20;

/** The open frame. */
@unmanaged
class Frame {
  /** Output offset where it begins. */
  start: u32;
  /** Bytes held for the count and its space: as many as the frame before needed, which is nearly always right. */
  prefix: u32;
  /** Where its message began; once the window was emptied, something else lies there. */
  message: usize;
  /** Output offset of its body … */
  body: u32;
  /** … and of what follows the header that LEEF and CEF have of their own. */
  members: u32;
  /** Bytes of a body that shows nothing of the log; -1 where every body shows something. */
  bare: i32;
}

const frame = changetype<Frame>(memory.data(offsetof<Frame>(), 16));

/** For the next batch. @param bare see {@link Frame}. */
export function beginFrames(bare: i32): void {
  frame.prefix = 4;
  frame.bare = bare;
}

/** @returns where the message goes. */
export function openFrame(dst: usize): usize {
  frame.start = offsetOf(dst);
  frame.message = plan.counted == 0 ? dst : command(dst) + frame.prefix;
  return frame.message;
}

/** Two vectors hold it. */
function command(dst: usize): usize {
  v128.store(dst, v128.load(plan.command));
  v128.store(dst, v128.load(plan.command, 16), 16);
  return dst + plan.commandLength;
}

/** @param dst behind the header. */
export function noteBody(dst: usize): void {
  const offset = offsetOf(dst);
  frame.body = offset;
  frame.members = offset;
}

/** @param dst behind the body's own header, if it has one. */
export function noteMembers(dst: usize): void {
  frame.members = offsetOf(dst);
}

/** Where the open frame's members begin: of a frame that is still in the window. */
export function membersAt(): usize {
  return addressOf(frame.members);
}

/** Where its body begins. */
export function bodyAt(): usize {
  return addressOf(frame.body);
}

/** Where it begins itself. */
export function frameAt(): usize {
  return addressOf(frame.start);
}

/** {@link closeFrame} of one whole message. */
export function closeWhole(dst: usize): usize {
  const isBare = <i32>(offsetOf(dst) - frame.body) <= frame.bare;
  if (isBare && !isEmpty(dst)) noteBare();
  return closeFrame(dst);
}

/** @param dst behind the message. */
export function closeFrame(dst: usize): usize {
  if (isEmpty(dst)) return dropFrame();
  if (plan.counted != 0) dst = writeCount(dst);
  store<u64>(dst, load<u64>(plan.trailer));
  dst += plan.trailerLength;
  return noteEnd(dst);
}

/** The address alone does not tell: the window may have been emptied. */
function isEmpty(dst: usize): bool {
  if (dst != frame.message) return false;
  return offsetOf(dst) == frame.start + (plan.counted != 0 ? plan.commandLength + frame.prefix : 0);
}

/** `0 ` breaks receivers that count octets, and nothing tells what a frame without a message is about. */
function dropFrame(): usize {
  noteEmpty();
  return addressOf(frame.start);
}

function writeCount(dst: usize): usize {
  const from = frame.start + plan.commandLength;
  const held = frame.prefix;
  const length = offsetOf(dst) - from - held;
  const digits = digitsOf(length);
  const prefix = digits + 1;
  frame.prefix = prefix;
  if (from < window.flushed) {
    dst = handOver(dst);
    count(from, held, length);
    shiftFlushed(<i32>prefix - <i32>held);
    return dst;
  }
  const at = addressOf(from);
  if (held != prefix) memory.copy(at + prefix, at + held, length);
  store<u8>(decimal(at, length, digits), SPACE);
  return at + prefix + length;
}
