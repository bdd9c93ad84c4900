import { plan } from './plan';
import { Text, TEXT_SIZE } from './plan-fields';
import { isSame } from './same';

/** Whether the plan keeps this name for itself. */
export function isReserved(at: usize, length: usize): bool {
  for (let i: u32 = 0; i < plan.reservedCount; i++) {
    const text = changetype<Text>(plan.reserved + i * TEXT_SIZE);
    if (text.length == length && isSame(at, text.at, length)) return true;
  }
  return false;
}
