/** Where there is room to write, and where what was written goes once there is none. */
import { pour } from './pieces';
import { handOver, roomFor, WINDOW_END } from './window';

@unmanaged
class Room {
  /** Whoever writes looks here first, at least every 600 bytes: beyond it, {@link flush}. */
  limit: usize;
  /** Where what a frame has beyond its budget is written, over and over; 0 for frames of any size. */
  excess: usize;
  /** Bytes that were written there. */
  lost: u32;
  /** What is written now is not output but lies in the basin of pieces.ts. */
  isBasin: bool;
}

/** Only this file writes it. */
export const room = changetype<Room>(memory.data(offsetof<Room>(), 16));

/** What lies before the end of the budget, and the first bytes behind, stay as they were written. */
const MARGIN: usize = 64;

/** To be called once a batch. */
export function openRoom(): void {
  room.limit = WINDOW_END;
  room.excess = 0;
  room.isBasin = false;
}

/** Takes everything before `dst` away. @returns where to go on writing. */
export function flush(dst: usize): usize {
  if (room.excess != 0) {
    room.lost += <u32>(dst - room.excess);
    return room.excess;
  }
  return room.isBasin ? pour(dst, false) : handOver(dst);
}

/** Room for the beginning of a frame. */
export function makeRoom(dst: usize): usize {
  return dst > room.limit ? flush(dst) : dst;
}

/** Until {@link endBudget} the frame stays in the window, and what is beyond `bytes` (at most 128 KiB) of it is lost. */
export function beginBudget(dst: usize, bytes: u32): usize {
  dst = roomFor(dst, bytes + MARGIN);
  room.excess = dst + bytes + MARGIN;
  room.limit = room.excess;
  room.lost = 0;
  return dst;
}

/** The message is written once more from where it began. */
export function retryBudget(): void {
  room.lost = 0;
}

/** The bytes of what was written from `begin` to `end`, with all that is lost of it. */
export function heldSize(begin: usize, end: usize): u32 {
  return <u32>(end - begin) + room.lost;
}

export function endBudget(): void {
  room.limit = WINDOW_END;
  room.excess = 0;
}

/** What is written now goes to the basin, and is poured out when it is beyond `end`. */
export function beginBasin(end: usize): void {
  room.isBasin = true;
  room.limit = end;
}

export function endBasin(): void {
  room.isBasin = false;
  room.limit = WINDOW_END;
}

/** What is written now goes elsewhere, to a place known to be large enough. @returns what {@link endElsewhere} needs. */
export function beginElsewhere(): usize {
  const kept = room.limit;
  room.limit = usize.MAX_VALUE;
  return kept;
}

export function endElsewhere(kept: usize): void {
  room.limit = kept;
}
