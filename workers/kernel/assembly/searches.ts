/**
 * Looks for many texts inside one value at once. Of each text two neighbouring bytes were chosen that are rare in logs; four tables of
 * nibbles tell for 16 places at a time whether these may be there, and only then is compared ("Teddy", of the Hyperscan library). Ten
 * texts cost what one does.
 */
import { plan } from './plan';
import { Ref } from './plan-refs';
import { Needle, NEEDLE_SIZE, Search, SEARCH_SIZE } from './plan-rules';
import { refOf } from './refs';
import { isSame } from './same';

const SETS: u32 = 8;
/** The vector being looked at, for its bytes one by one. */
const lanes = memory.data(16, 16);

/** To be called before a log is scanned. */
export function forgetSearches(): void {
  for (let i: u32 = 0; i < plan.searchCount; i++) changetype<Search>(plan.searches + i * SEARCH_SIZE).done = 0;
}

/** Whether the value holds one of the needles that have a bit. */
export function finds(at: usize, wanted: u64): bool {
  const search = changetype<Search>(at);
  if (!search.done) {
    search.done = 1;
    store<u64>(search.hits, 0);
    const ref = refOf(search.ref);
    if (ref.valueLength != 0) look(search, ref);
  }
  return (load<u64>(search.hits) & wanted) != 0;
}

function look(search: Search, ref: Ref): void {
  const masks = search.masks;
  const low0 = v128.load(masks);
  const high0 = v128.load(masks, 16);
  const low1 = v128.load(masks, 32);
  const high1 = v128.load(masks, 48);
  const end = ref.value + ref.valueLength;
  let before = i8x16.splat(0);
  // A needle of one byte may be the last: then the one behind it lies beyond the value.
  for (let p = ref.value; p <= end; p += 32) {
    const a = v128.load(p);
    const b = v128.load(p, 16);
    const firstA = sets(low0, high0, a);
    const firstB = sets(low0, high0, b);
    const bothA = v128.and(behind(before, firstA), sets(low1, high1, a));
    const bothB = v128.and(behind(firstA, firstB), sets(low1, high1, b));
    if (v128.any_true(v128.or(bothA, bothB))) {
      if (v128.any_true(bothA)) compare(search, ref, p - 1, bothA);
      if (v128.any_true(bothB)) compare(search, ref, p + 15, bothB);
    }
    before = firstB;
  }
}

/** For each lane the sets that may have its byte. */
function sets(low: v128, high: v128, v: v128): v128 {
  const nibble = i8x16.splat(15);
  return v128.and(i8x16.swizzle(low, v128.and(v, nibble)), i8x16.swizzle(high, v128.and(i16x8.shr_u(v, 4), nibble)));
}

/** What was one lane before. */
function behind(before: v128, now: v128): v128 {
  return v128.shuffle<u8>(before, now, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
}

/** @param both for the place of each lane, counted from `p`, the sets of needles whose two bytes may be there. */
function compare(search: Search, ref: Ref, p: usize, both: v128): void {
  v128.store(lanes, both);
  let places: u32 = ~(<u32>i8x16.bitmask(i8x16.eq(both, i8x16.splat(0)))) & 0xffff;
  for (; places != 0; places &= places - 1) {
    const lane = ctz(places);
    for (let bits = <u32>load<u8>(lanes + lane); bits != 0; bits &= bits - 1) {
      compareSet(search, ref, p + lane, ctz(bits));
    }
  }
}

function compareSet(search: Search, ref: Ref, p: usize, set: u32): void {
  for (let i = set; i < search.needleCount; i += SETS) {
    const needle = changetype<Needle>(search.needles + i * NEEDLE_SIZE);
    const at = p - needle.offset;
    if (at < ref.value || at + needle.length > ref.value + ref.valueLength) continue;
    if (isSame(at, needle.at, needle.length)) store<u64>(search.hits, load<u64>(search.hits) | ((<u64>1) << i));
  }
}
