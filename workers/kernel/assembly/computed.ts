/** Refs whose value is made, not found: the time, the rating, the id of the event. */
import { decimal, digitsOf } from './decimal';
import { eventTime } from './event-time';
import { ORIGIN_ROOM, REF_EVENT_ID, REF_EVENT_MS, REF_RATING, REF_SIZE, REF_TIME, Ref } from './layout';
import { log } from './log';
import { plan } from './plan';
import { position } from './position';

/** Shard (and cursor, where that is no number) with their slashes, from the host. */
const origin = memory.data(ORIGIN_ROOM, 16);
let originLength: usize = 0;
/** The cursor of the batch's first log group: that of each further one is one more. */
let firstCursor: u64 = 0;

export function originBuffer(): usize {
  return origin;
}

/** @param length at most ORIGIN_ROOM. */
export function beginIds(length: u32, cursorHigh: u32, cursorLow: u32): void {
  originLength = min<u32>(length, ORIGIN_ROOM);
  firstCursor = ((<u64>cursorHigh) << 32) | cursorLow;
}

/** @param rating of the log. */
export function computeRefs(rating: u32): void {
  for (let i: u32 = 0; i < plan.madeCount; i++) {
    const ref = changetype<Ref>(plan.made + i * REF_SIZE);
    ref.valueLength = compute(ref, rating);
    ref.value = ref.slot;
  }
}

/** @returns the length of the value in the ref's slot. */
export function compute(ref: Ref, rating: u32): u32 {
  const begin = ref.slot;
  if (ref.kind == REF_RATING) return <u32>(decimal(begin, rating, digitsOf(rating)) - begin);
  if (ref.kind == REF_EVENT_ID) return <u32>(eventId(ref) - begin);
  if (ref.kind == REF_EVENT_MS && plan.timeRef != 0) {
    return eventTime.known ? milliseconds(begin, eventTime.seconds, eventTime.nanoseconds) : 0;
  }
  if (!log.hasTime) return 0;
  if (ref.kind == REF_TIME) return <u32>(decimal(begin, log.time, digitsOf(log.time)) - begin);
  return milliseconds(begin, log.time, log.nanoseconds);
}

/** @returns the length of what is written. */
function milliseconds(dst: usize, seconds: u32, nanoseconds: u32): u32 {
  const rest = nanoseconds / 1_000_000;
  if (seconds == 0) return <u32>(decimal(dst, rest, digitsOf(rest)) - dst);
  return <u32>(decimal(secondsText(dst, seconds), rest, 3) - dst);
}

/** The digits of the second that was written last: logs come by the hundred in one. */
const known = memory.data(16, 16);
let knownSeconds: u32 = 0;
let knownDigits: u32 = 0;

/** @param seconds not 0. Writes 16 bytes. */
function secondsText(dst: usize, seconds: u32): usize {
  if (seconds != knownSeconds) {
    knownSeconds = seconds;
    knownDigits = digitsOf(seconds);
    decimal(known, seconds, knownDigits);
  }
  v128.store(dst, v128.load(known));
  return dst + knownDigits;
}

function eventId(ref: Ref): usize {
  memory.copy(ref.slot, ref.key, ref.keyLength);
  memory.copy(ref.slot + ref.keyLength, origin, originLength);
  let dst = decimal64(ref.slot + ref.keyLength + originLength, firstCursor + position.group);
  store<u8>(dst++, 0x2f);
  return decimal(dst, position.log, digitsOf(position.log));
}

function decimal64(dst: usize, value: u64): usize {
  let digits: usize = 1;
  for (let rest = value; rest >= 10; rest /= 10) digits++;
  for (let at = dst + digits; at > dst; value /= 10) store<u8>(--at, 0x30 + <u8>(value % 10));
  return dst + digits;
}
