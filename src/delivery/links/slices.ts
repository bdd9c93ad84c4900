/**
 * Where a slice of whole frames ends.
 *
 * @param ends end offset of every frame of a batch.
 * @param from its first frame, which begins at byte `start`.
 * @returns the first frame not in it: at least `from + 1`, as a frame larger than `maxBytes` can't be cut.
 */
export function sliceEnd(ends: Uint32Array, from: number, start: number, maxEvents: number, maxBytes: number): number {
  let [inside, beyond] = [from + 1, Math.min(ends.length, from + maxEvents) + 1];
  while (beyond - inside > 1) {
    const middle = (inside + beyond) >>> 1;
    if ((ends[middle - 1] ?? 0) - start <= maxBytes) inside = middle;
    else beyond = middle;
  }
  return inside;
}
