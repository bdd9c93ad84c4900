/** The contents that give up bytes because their message is too large, and how many each may keep. */
import { TRIM_SIZE, Trim, WHOLE } from './layout';
import { pair, replaceValue } from './pair';
import { plan } from './plan';
import { isSame } from './same';

@unmanaged
class Trimmed {
  /** Some contents are shortened. */
  on: bool;
}

/** Only this file writes it. */
export const trimmed = changetype<Trimmed>(memory.data(offsetof<Trimmed>(), 16));

export function trimAt(index: u32): Trim {
  return changetype<Trim>(plan.trims + index * TRIM_SIZE);
}

/** The contents of a trim may have no more bytes than this. */
export function limitTo(trim: Trim, bytes: u32): void {
  trim.limit = bytes;
  trimmed.on = true;
}

/** The contents are whole again. */
export function forgetTrims(): void {
  for (let i: u32 = 0; i < plan.trimsCount; i++) trimAt(i).limit = WHOLE;
  trimmed.on = false;
}

/** Shortens the pair that was read last, if its content is to be: it ends between two characters. */
export function trimPair(): void {
  for (let i: u32 = 0; i < plan.trimsCount; i++) {
    const trim = trimAt(i);
    if (pair.valueEnd - pair.value <= trim.limit || !isKeyOf(trim)) continue;
    let end = pair.value + trim.limit;
    while (end > pair.value && (load<u8>(end) & 0xc0) == 0x80) end--;
    replaceValue(pair.value, end);
    return;
  }
}

/** Whether the pair that was read last is a content of that trim. */
export function isKeyOf(trim: Trim): bool {
  return <u32>(pair.keyEnd - pair.key) == trim.keyLength && isSame(pair.key, trim.key, trim.keyLength);
}
