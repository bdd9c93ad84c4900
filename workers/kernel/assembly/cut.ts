/** Messages that are larger than a receiver takes are cut, so that what is left is still UTF-8. */
import { characterEnd } from './piece-end';
import { plan } from './plan';

/** A receiver that takes less gets content rather than a marker. */
const MARKED_FROM: usize = 64;

/** Bytes of the marker that is written behind what is kept of `[body, end)`. */
export function markerLength(body: usize, end: usize): usize {
  return end - body < MARKED_FROM ? 0 : plan.markerLength;
}

/** Writes so many bytes of the marker. @returns behind it. */
export function mark(dst: usize, length: usize): usize {
  memory.copy(dst, plan.marker, length);
  return dst + length;
}

/** Keeps what fits between `body` and `end`, and the marker. @returns behind it. */
export function cutText(body: usize, end: usize): usize {
  const marker = markerLength(body, end);
  return mark(characterEnd(body, end - marker), marker);
}
