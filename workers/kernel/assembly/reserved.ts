import { TEXT_SIZE, Text } from './layout';
import { plan } from './plan';
import { isSame } from './same';

/** Whether the plan keeps this name for itself. */
export function isReserved(at: usize, length: usize): bool {
  for (let i: u32 = 0; i < plan.reservedCount; i++) {
    const text = changetype<Text>(plan.reserved + i * TEXT_SIZE);
    if (text.textLength == length && isSame(at, text.text, length)) return true;
  }
  return false;
}
