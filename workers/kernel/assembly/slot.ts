import { TEXT_SLOT_STEP, TEXT_SLOTS } from './layout';

/** One of 64 places by the length and the first byte of a text: nearly every other text is told from it by that. */
export function slotOf(at: usize, length: usize): usize {
  const first: usize = length == 0 ? 0 : load<u8>(at);
  return (length + first * TEXT_SLOT_STEP) & (TEXT_SLOTS - 1);
}
