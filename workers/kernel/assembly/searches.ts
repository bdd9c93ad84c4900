/**
 * Looks for many texts inside one value at once. Each text has three neighbouring bytes whose lower halves are rare in the logs. Three
 * tables of 16 tell for 16 places at a time whether these bytes may be there. Only then the text is compared ("Teddy", of the Hyperscan library).
 * Eight texts cost as much as one.
 */
import { NEEDLE_SIZE, Needle, Ref, SEARCH_SIZE, Search } from './layout';
import { plan } from './plan';
import { refOf } from './refs';
import { isSame } from './same';

/** The two vectors being looked at, for their bytes one by one. */
const lanes = memory.data(32, 16);
/** 15 in 16 lanes, loaded: see text.ts. */
const LOW = memory.data<u8>([15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15]);

/** To be called before a log is scanned. */
export function forgetSearches(): void {
  for (let i: u32 = 0; i < plan.searchesCount; i++) changetype<Search>(plan.searches + i * SEARCH_SIZE).done = 0;
}

/** Whether the value holds one of the needles that have a bit. */
export function finds(at: usize, wanted: u32): bool {
  const search = changetype<Search>(at);
  if (!search.done) {
    search.done = 1;
    search.hits = 0;
    const ref = refOf(search.ref);
    if (ref.valueLength != 0) look(search, ref);
  }
  return (search.hits & wanted) != 0;
}

function look(search: Search, ref: Ref): void {
  const masks = search.masks;
  const firsts = v128.load(masks);
  const seconds = v128.load(masks, 16);
  const thirds = v128.load(masks, 32);
  const low = v128.load(LOW);
  // A needle of one byte may be the last: then the two behind it lie beyond the value.
  const end = ref.value + ref.valueLength + 2;
  let first = i8x16.splat(0);
  let second = i8x16.splat(0);
  for (let p = ref.value; p < end; p += 32) {
    const a = v128.and(v128.load(p), low);
    const b = v128.and(v128.load(p, 16), low);
    const firstA = i8x16.swizzle(firsts, a);
    const firstB = i8x16.swizzle(firsts, b);
    const secondA = i8x16.swizzle(seconds, a);
    const secondB = i8x16.swizzle(seconds, b);
    const allA = v128.and(v128.and(twoBefore(first, firstA), oneBefore(second, secondA)), i8x16.swizzle(thirds, a));
    const allB = v128.and(v128.and(twoBefore(firstA, firstB), oneBefore(secondA, secondB)), i8x16.swizzle(thirds, b));
    if (v128.any_true(v128.or(allA, allB))) compare(search, ref, p - 2, allA, allB);
    first = firstB;
    second = secondB;
  }
}

/** What was one lane before. */
function oneBefore(before: v128, now: v128): v128 {
  return v128.shuffle<u8>(before, now, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
}

function twoBefore(before: v128, now: v128): v128 {
  return v128.shuffle<u8>(before, now, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
}

/** @param a for the place of each lane, counted from `p`, the needles whose three bytes may be there; `b` for the lanes behind. */
function compare(search: Search, ref: Ref, p: usize, a: v128, b: v128): void {
  v128.store(lanes, a);
  v128.store(lanes, b, 16);
  const none = i8x16.splat(0);
  let places = ~((<u32>i8x16.bitmask(i8x16.eq(a, none))) | ((<u32>i8x16.bitmask(i8x16.eq(b, none))) << 16));
  for (; places != 0; places &= places - 1) {
    const lane = ctz(places);
    for (let bits = <u32>load<u8>(lanes + lane); bits != 0; bits &= bits - 1) {
      compareAt(search, ref, p + lane, ctz(bits));
    }
  }
}

function compareAt(search: Search, ref: Ref, p: usize, i: u32): void {
  const needle = changetype<Needle>(search.needles + i * NEEDLE_SIZE);
  const at = p - needle.offset;
  if (at < ref.value || at + needle.textLength > ref.value + ref.valueLength) return;
  if (isSame(at, needle.text, needle.textLength)) search.hits |= 1 << i;
}
