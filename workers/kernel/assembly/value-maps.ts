/** Values that maps of the config put in place of others. */
import { MAPPED_SIZE, MapEntry, Mapped, Ref, ValueMap } from './layout';
import { plan } from './plan';
import { isSame } from './same';

const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/** To be called once a log, when all other refs have what is shown of them. */
export function mapRefs(): void {
  for (let i: u32 = 0; i < plan.mappedCount; i++) {
    const mapped = changetype<Mapped>(plan.mapped + i * MAPPED_SIZE);
    const from = changetype<Ref>(mapped.from);
    const ref = changetype<Ref>(mapped.ref);
    const map = changetype<ValueMap>(mapped.map);
    const entry =
      from.valueLength == 0 || from.valueLength > map.longest ? 0 : entryOf(map, from.value, from.valueLength);
    if (entry != 0) {
      ref.value = changetype<MapEntry>(entry).shown;
      ref.valueLength = changetype<MapEntry>(entry).shownLength;
    } else if (from.valueLength != 0 && map.hasOther) {
      ref.value = map.other;
      ref.valueLength = map.otherLength;
    } else {
      ref.value = from.value;
      ref.valueLength = from.valueLength;
    }
  }
}

function entryOf(map: ValueMap, value: usize, length: u32): usize {
  let at = load<usize>(map.slots + ((hashOf(value, length) & (map.slotsCount - 1)) << 2));
  while (at != 0) {
    const entry = changetype<MapEntry>(at);
    if (entry.keyLength == length && isSame(value, entry.key, length)) return at;
    at = entry.next;
  }
  return 0;
}

/** Eight bytes at a time, as in plan-maps.ts. */
function hashOf(p: usize, length: u32): u32 {
  let hash: u64 = length;
  for (; length >= 8; length -= 8) {
    hash = (hash ^ load<u64>(p)) * SPREAD;
    hash ^= hash >> 32;
    p += 8;
  }
  if (length != 0) {
    hash = (hash ^ (load<u64>(p) & (((<u64>1) << (length << 3)) - 1))) * SPREAD;
    hash ^= hash >> 32;
  }
  return <u32>hash;
}
