/** Contents that give up bytes first when a message is too large. */
import { TRIM_SIZE, Trim, WHOLE } from './layout';
import { isContent, key, keyEnd, limitContents, readContent, value, valueEnd } from './log';
import { plan } from './plan';
import { isSame } from './same';

/** Shortens the values of a content by some bytes. @returns whether there was anything to shorten. */
export function trim(index: u32, by: u32, p: usize, limit: usize): bool {
  const trim = changetype<Trim>(plan.trims + index * TRIM_SIZE);
  let longest: u32 = 0;
  while (p < limit) {
    p = readContent(p, limit);
    if (isContent && isKeyOf(trim)) longest = max(longest, <u32>(valueEnd - value));
  }
  if (longest == 0) return false;
  trim.limit = longest > by ? longest - by : 0;
  limitContents(true);
  return true;
}

/** The contents are whole again. */
export function forgetTrims(): void {
  for (let i: u32 = 0; i < plan.trimsCount; i++) changetype<Trim>(plan.trims + i * TRIM_SIZE).limit = WHOLE;
  limitContents(false);
}

/** Where the value that was read last ends, if its content is to be shortened: between two characters. */
export function trimmedEnd(): usize {
  for (let i: u32 = 0; i < plan.trimsCount; i++) {
    const trim = changetype<Trim>(plan.trims + i * TRIM_SIZE);
    if (valueEnd - value <= trim.limit || !isKeyOf(trim)) continue;
    let end = value + trim.limit;
    while (end > value && (load<u8>(end) & 0xc0) == 0x80) end--;
    return end;
  }
  return valueEnd;
}

function isKeyOf(trim: Trim): bool {
  return <u32>(keyEnd - key) == trim.keyLength && isSame(key, trim.key, trim.keyLength);
}
