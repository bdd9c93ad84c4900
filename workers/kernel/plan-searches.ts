import type { Condition, FieldRef } from '../../src/model/format-plan.js';
import type { DataSegment } from './data-segment.js';
import { SIZES } from './numbers.js';
import { sizeOf, type Extent } from './records.js';
import { masksOf, type EncodedSearch } from './needles.js';
import { idOf, type RefTable } from './plan-refs.js';

type Contains = Extract<Condition, { values: readonly string[] }>;

/** The kernel looks for its texts together with others. */
export function isSearch({ op, ignoreCase }: Contains): boolean {
  return op === 'contains' && ignoreCase !== true;
}

/** A Search of the kernel: what is looked for in one ref, all in one pass. */
interface Search {
  readonly ref: FieldRef;
  readonly needles: readonly string[];
}

/** All that a plan's conditions look for inside values, in a table whose address is known before the conditions are written. */
export class SearchTable {
  readonly encoded: readonly EncodedSearch[];
  readonly #searches: readonly Search[];
  /** Address and number. */
  readonly table: Extent;

  constructor(segment: DataSegment, refs: RefTable, conditions: readonly Condition[]) {
    const byRef = new Map<string, { ref: FieldRef; needles: Set<string> }>();
    for (const { ref, values } of conditions.flatMap(containsIn)) {
      const entry = byRef.get(idOf(ref)) ?? { ref, needles: new Set() };
      for (const value of values) entry.needles.add(value);
      byRef.set(idOf(ref), entry);
    }
    this.#searches = [...byRef.values()].flatMap(({ ref, needles }) =>
      chunks([...needles], SIZES.NEEDLES_PER_SEARCH).map((some) => ({ ref, needles: some })),
    );
    this.encoded = this.#searches.map(({ needles }) => encodeNeedles(segment, needles));
    const refsAt = this.#searches.map(({ ref }) => refs.addressOf(ref));
    this.table = segment.list(
      'Search',
      this.encoded.map(({ needlesAt, masksAt }, i) => ({ ref: refsAt[i] ?? 0, needles: needlesAt, masks: masksAt })),
    );
  }

  /** The searches that look for one of its texts in its ref, and of each the bits of these texts. */
  find({ ref, values }: Contains): { address: number; bits: number }[] {
    return this.#searches
      .map((search, i) => ({
        address: this.table[0] + i * sizeOf('Search'),
        bits: idOf(search.ref) === idOf(ref) ? bitsOf(search.needles, values) : 0,
      }))
      .filter(({ bits }) => bits !== 0);
  }
}

function containsIn(condition: Condition): Contains[] {
  if ('values' in condition) return isSearch(condition) ? [condition] : [];
  if (!('of' in condition)) return [];
  return condition.op === 'not' ? containsIn(condition.of) : condition.of.flatMap(containsIn);
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

function bitsOf(needles: readonly string[], values: readonly string[]): number {
  return needles.reduce((bits, needle, i) => (values.includes(needle) ? bits | (1 << i) : bits), 0);
}

function encodeNeedles(segment: DataSegment, needles: readonly string[]): EncodedSearch {
  const texts = needles.map((needle) => new TextEncoder().encode(needle));
  const [needlesAt] = segment.list(
    'Needle',
    needles.map((needle) => ({ text: segment.text(needle), offset: 0 })),
  );
  return { texts, needlesAt, masksAt: segment.put(masksOf(texts, [])) };
}
