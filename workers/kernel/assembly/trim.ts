/** Finds what a content can give up when a message is too large. */
import { readContent } from './contents';
import { pair } from './pair';
import { isKeyOf, limitTo, trimAt } from './trimmed';

/** Shortens the values of a content by some bytes. @returns whether there was anything to shorten. */
export function trim(index: u32, by: u32, p: usize, limit: usize): bool {
  const trim = trimAt(index);
  let longest: u32 = 0;
  while (p < limit) {
    p = readContent(p, limit);
    if (pair.isContent && isKeyOf(trim)) longest = max(longest, <u32>(pair.valueEnd - pair.value));
  }
  if (longest == 0) return false;
  limitTo(trim, longest > by ? longest - by : 0);
  return true;
}
