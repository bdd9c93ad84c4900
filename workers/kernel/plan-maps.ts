import type { FormatPlan, ValueMap } from '../../src/model/format-plan.js';
import type { DataSegment } from './data-segment.js';
import type { RefTable } from './plan-refs.js';
import type { Extent } from './records.js';

/** Address and number of Mappeds; a map that none of them needs is left out. */
export function encodeMaps(segment: DataSegment, maps: FormatPlan['maps'], refs: RefTable): Extent {
  const encoded = new Map<string, number>();
  return refs.mapped((name) => {
    const known = encoded.get(name) ?? encodeMap(segment, maps[name] ?? { entries: [], other: undefined });
    encoded.set(name, known);
    return known;
  });
}

function encodeMap(segment: DataSegment, { entries, other }: ValueMap): number {
  const keys = entries.map(([key]) => new TextEncoder().encode(key));
  const slots = Array<number>(2 ** Math.ceil(Math.log2(2 * entries.length + 1))).fill(0);
  for (const [i, [, shown]] of entries.entries()) {
    const key = keys[i] ?? new Uint8Array();
    const slot = hashOf(key) & (slots.length - 1);
    const text: Extent = [segment.put(key), key.length];
    slots[slot] = segment.record('MapEntry', { key: text, shown: segment.text(shown), next: slots[slot] ?? 0 });
  }
  return segment.record('ValueMap', {
    slots: segment.addresses(slots),
    longest: Math.max(0, ...keys.map(({ length }) => length)),
    other: segment.text(other ?? ''),
    hasOther: Number(other !== undefined),
  });
}

const SPREAD = 0x9e37_79b9_7f4a_7c15n;

/** Eight bytes at a time, as in assembly/value-maps.ts. @returns 31 bits. */
function hashOf(bytes: Uint8Array): number {
  const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8);
  padded.set(bytes);
  const words = new BigUint64Array(padded.buffer);
  let hash = BigInt(bytes.length);
  for (const word of words) {
    hash = BigInt.asUintN(64, (hash ^ word) * SPREAD);
    hash ^= hash >> 32n;
  }
  return Number(hash & 0x7fff_ffffn);
}
