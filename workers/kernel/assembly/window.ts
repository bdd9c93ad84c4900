/**
 * Frames are written into a window that the host empties when it is full. So the kernel's memory does not grow with its output, and the
 * frames are still in the processor's cache when the host copies them.
 */
import { emit } from './host';
import { pour } from './parts';

const SIZE: usize = 1 << 18;
/** The longest piece written between two looks at {@link limit} (a frame's prefix, PRI, TIMESTAMP and header fields) is about 600 bytes. */
const SLACK: usize = 1024;

const window = memory.data((1 << 18) + 1024 + 8, 16);
/** Frames have 16 bytes and more where they have a header; of shorter ones, fewer than fill the window end in it. */
const MAX_FRAMES: u32 = 16_448;
const ends = memory.data(4 * 16_448, 16);

/** Whoever writes looks here first, at least every SLACK bytes: beyond it, {@link flush}. */
export let limit: usize = 0;

/** Bytes of output the host has taken. */
export let flushed: u32 = 0;

/**
 * Where the output behind them begins in the window: as far behind a multiple of 8 as in the host's buffer. V8 copies into memory that threads
 * share in words if both places are aligned alike, and else byte by byte (13 and 3.6 GB/s).
 */
let begin: usize = window;

/** Frames that ended in the window. */
let frames: u32 = 0;

/** Bytes of the raw batch read so far. */
let consumed: u32 = 0;

/** @returns where to write. */
export function openWindow(): usize {
  limit = window + SIZE;
  flushed = 0;
  begin = window;
  frames = 0;
  consumed = 0;
  return begin;
}

export function setConsumed(bytes: u32): void {
  consumed = bytes;
}

/** Output offset of `dst`. */
export function offsetOf(dst: usize): u32 {
  return flushed + <u32>(dst - begin);
}

/** Where an output offset that the host has not taken yet lies in memory. */
export function addressOf(offset: u32): usize {
  return begin + (offset - flushed);
}

/** Hands everything before `dst` to the host. @returns where to go on writing. */
export function flush(dst: usize): usize {
  if (excess != 0) {
    lost += <u32>(dst - excess);
    return excess;
  }
  return diverted ? pour(dst, false) : hand(dst);
}

function hand(dst: usize): usize {
  emit(begin, <u32>(dst - begin), ends, frames, consumed);
  flushed += <u32>(dst - begin);
  begin = window + (flushed & 7);
  frames = 0;
  return begin;
}

/** Room for the beginning of a frame. */
export function makeRoom(dst: usize): usize {
  return dst > limit ? flush(dst) : dst;
}

/** Where what a frame has beyond its budget is written, over and over; 0 for frames of any size. */
let excess: usize = 0;
/** Bytes that were written there. */
let lost: u32 = 0;
/** What lies before the end of the budget, and the first bytes behind, stay as they were written. */
const MARGIN: usize = 64;

/** Until {@link endBudget} the frame stays in the window, and what is beyond `bytes` (at most 128 KiB) of it is lost. Again for another try. */
export function beginBudget(dst: usize, bytes: u32): usize {
  if (dst + bytes + MARGIN > window + SIZE) dst = flush(dst);
  limit = excess = dst + bytes + MARGIN;
  lost = 0;
  return dst;
}

/** The bytes of what was written from `begin` to `end`, with all that is lost of it. */
export function heldSize(begin: usize, end: usize): u32 {
  return <u32>(end - begin) + lost;
}

export function endBudget(): void {
  limit = window + SIZE;
  excess = 0;
}

/** What is written now is not output but lies somewhere else, and is poured out when `dst` is beyond `end`. */
let diverted = false;

export function beginDiversion(end: usize): void {
  diverted = true;
  limit = end;
}

export function endDiversion(): void {
  diverted = false;
  limit = window + SIZE;
}

/** Room for a whole frame whose message has no more than `bytes`. */
export function roomFor(dst: usize, bytes: u32): usize {
  return dst + bytes + MARGIN > window + SIZE ? hand(dst) : dst;
}

/** Notes that a frame ends at `dst`. @returns where to go on writing. */
export function noteEnd(dst: usize): usize {
  store<u32>(ends + (frames << 2), offsetOf(dst));
  return ++frames == MAX_FRAMES ? hand(dst) : dst;
}

/** The host made already emitted output longer (or shorter) by some bytes. */
export function shiftFlushed(by: i32): void {
  flushed += by;
}

/** What is written now goes elsewhere, to a place known to be large enough. @returns what {@link endElsewhere} needs. */
export function beginElsewhere(): usize {
  const kept = limit;
  limit = usize.MAX_VALUE;
  return kept;
}

export function endElsewhere(kept: usize): void {
  limit = kept;
}
