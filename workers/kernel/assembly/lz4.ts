import { fail } from './fault';
import { FAULT_LZ4_CORRUPT, FAULT_SIZE_MISMATCH } from './layout';

/**
 * Row n: indices that repeat the first n bytes of a vector over all 16 lanes; the match of a short offset overlaps its own output.
 * Row 0 is never used (offset 0 is a fault).
 */
const REPEAT = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0,
  1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1,
  2, 3, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 0, 1, 2, 3, 4,
  5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2,
  3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4, 0, 1, 2,
  3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8,
  9, 10, 11, 12, 13, 0, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0,
]);

/** Start of the block, for fault offsets. */
let block: usize = 0;
/** Where {@link extended} stopped reading. */
let after: usize = 0;

/** Copies in steps of 16 bytes: up to 15 bytes beyond `length` are read and written, which the callers' slack allows. */
function copy(to: usize, from: usize, length: usize): void {
  const end = to + length;
  do {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  } while (to < end);
}

/** A length that did not fit its nibble. More than `room` is a fault at once, so the sum can't wrap around. */
function extended(src: usize, srcEnd: usize, room: usize): usize {
  let length: usize = 15;
  let byte: usize = 255;
  while (byte == 255) {
    if (src >= srcEnd) fail(FAULT_LZ4_CORRUPT, src - block);
    byte = load<u8>(src++);
    length += byte;
    if (length > room) fail(FAULT_SIZE_MISMATCH, src - block);
  }
  after = src;
  return length;
}

function overlapping(to: usize, offset: usize, length: usize): void {
  const pattern = i8x16.swizzle(v128.load(to - offset), v128.load(REPEAT + (offset << 4)));
  const step = 16 - (16 % offset);
  const end = to + length;
  while (to < end) {
    v128.store(to, pattern);
    to += step;
  }
}

/**
 * Decodes one raw LZ4 block (no frame, no size prefix), which must yield exactly `dstEnd - dst` bytes.
 * Both buffers need 32 bytes of slack: what lies there may be read and is overwritten, but never becomes output.
 */
export function inflate(start: usize, srcEnd: usize, dstStart: usize, dstEnd: usize): void {
  block = start;
  let src = start;
  let dst = dstStart;
  while (true) {
    if (src >= srcEnd) fail(FAULT_LZ4_CORRUPT, src - block);
    const token: usize = load<u8>(src++);
    let literals = token >> 4;
    if (literals == 15) {
      literals = extended(src, srcEnd, dstEnd - dst);
      src = after;
    }
    if (literals > srcEnd - src) fail(FAULT_LZ4_CORRUPT, src - block);
    if (literals > dstEnd - dst) fail(FAULT_SIZE_MISMATCH, src - block);
    v128.store(dst, v128.load(src));
    if (literals > 16) copy(dst + 16, src + 16, literals - 16);
    src += literals;
    dst += literals;
    if (src == srcEnd) break;

    if (srcEnd - src < 2) fail(FAULT_LZ4_CORRUPT, src - block);
    const offset: usize = load<u16>(src);
    const from = dst - offset;
    if (offset == 0 || offset > dst - dstStart) fail(FAULT_LZ4_CORRUPT, src - block);
    src += 2;
    let length = token & 15;
    if (length == 15) {
      length = extended(src, srcEnd, dstEnd - dst);
      src = after;
    }
    length += 4;
    if (length > dstEnd - dst) fail(FAULT_SIZE_MISMATCH, src - block);
    if (offset >= 16) {
      v128.store(dst, v128.load(from));
      v128.store(dst + 16, v128.load(from + 16));
      if (length > 32) copy(dst + 32, from + 32, length - 32);
    } else {
      overlapping(dst, offset, length);
    }
    dst += length;
  }
  if (dst != dstEnd) fail(FAULT_SIZE_MISMATCH, src - block);
}
