import { TEXT_SIZE, Text } from './layout';
import { plan } from './plan';
import { isSame } from './same';

/** `__tag__:` */
export const TAG: u64 = 0x3a5f_5f67_6174_5f5f;
export const TAG_LENGTH: usize = 8;

/** Whether the plan keeps this name for itself. */
export function isReserved(at: usize, length: usize): bool {
  for (let i: u32 = 0; i < plan.reservedCount; i++) {
    const text = changetype<Text>(plan.reserved + i * TEXT_SIZE);
    if (text.textLength == length && isSame(at, text.text, length)) return true;
  }
  return false;
}

/** The same for a tag with `__tag__:` before its name. */
export function isReservedTag(at: usize, length: usize): bool {
  for (let i: u32 = 0; i < plan.reservedCount; i++) {
    const text = changetype<Text>(plan.reserved + i * TEXT_SIZE);
    if (text.textLength != length + TAG_LENGTH || load<u64>(text.text) != TAG) continue;
    if (isSame(at, text.text + TAG_LENGTH, <u32>length)) return true;
  }
  return false;
}
