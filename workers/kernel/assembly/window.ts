/**
 * Frames are written into a window that the host empties when it is full. So the kernel's memory does not grow with its output, and the
 * frames are still in the processor's cache when the host copies them.
 */
import { emit } from './host';

const SIZE: usize = 1 << 18;
/** The longest piece written between two looks at the room (a frame's prefix, PRI, TIMESTAMP and header fields) is about 600 bytes. */
const SLACK: usize = 1024;

const bytes = memory.data(SIZE + SLACK + 8, 16);
/** Beyond this the host has to empty it. */
export const WINDOW_END: usize = bytes + SIZE;
/** Frames have 16 bytes and more where they have a header; of shorter ones, fewer than fill the window end in it. */
const MAX_FRAMES: u32 = 16_448;
const ends = memory.data(4 * MAX_FRAMES, 16);

@unmanaged
class Window {
  /** Bytes of output the host has taken. */
  flushed: u32;
  /**
   * Where the output behind them begins: as far behind a multiple of 8 as in the host's buffer. V8 copies into memory that threads share in
   * words if both places are aligned alike, and else byte by byte (13 and 3.6 GB/s).
   */
  begin: usize;
  /** Frames that ended in the window. */
  frames: u32;
  /** Bytes of the raw batch read so far. */
  consumed: u32;
}

/** Only this file writes it. */
export const window = changetype<Window>(memory.data(offsetof<Window>(), 16));

/** @returns where to write. */
export function openWindow(): usize {
  window.flushed = 0;
  window.begin = bytes;
  window.frames = 0;
  window.consumed = 0;
  return bytes;
}

export function setConsumed(bytes: u32): void {
  window.consumed = bytes;
}

/** Output offset of `dst`. */
export function offsetOf(dst: usize): u32 {
  return window.flushed + <u32>(dst - window.begin);
}

/** Where an output offset that the host has not taken yet lies in memory. */
export function addressOf(offset: u32): usize {
  return window.begin + (offset - window.flushed);
}

/** Hands everything before `dst` to the host. @returns where to go on writing. */
export function handOver(dst: usize): usize {
  const length = <u32>(dst - window.begin);
  emit(window.begin, length, ends, window.frames, window.consumed);
  window.flushed += length;
  window.begin = bytes + (window.flushed & 7);
  window.frames = 0;
  return window.begin;
}

/** Room for so many bytes (at most 128 KiB) that must stay in the window. */
export function roomFor(dst: usize, bytes: usize): usize {
  return dst + bytes > WINDOW_END ? handOver(dst) : dst;
}

/** Notes that a frame ends at `dst`. @returns where to go on writing. */
export function noteEnd(dst: usize): usize {
  store<u32>(ends + (window.frames << 2), offsetOf(dst));
  window.frames++;
  return window.frames == MAX_FRAMES ? handOver(dst) : dst;
}

/** The host made already emitted output longer (or shorter) by some bytes. */
export function shiftFlushed(by: i32): void {
  window.flushed += by;
}
