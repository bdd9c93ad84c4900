/** Which shapes of JSON are known: all names of a text, and which object has which, as a hash. Texts of one source have few shapes. */

export const PRIME: u64 = 0x9e37_79b9_7f4a_7c15;
export const SHAPE_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const table = memory.data(8 * 1024, 8);

export function mixShape(shape: u64, word: u64): u64 {
  return rotl<u64>(shape ^ word, 29) * PRIME;
}

/** No object of this shape has a name twice. */
export function isKnownShape(shape: u64): bool {
  return load<u64>(slotOf(shape)) == shape;
}

/** From now on it is known, until another takes its place. */
export function learnShape(shape: u64): void {
  store<u64>(slotOf(shape), shape);
}

function slotOf(shape: u64): usize {
  return table + ((<usize>(shape >> 54)) << 3);
}
