import type { Condition, FieldRef } from '../../src/model/format-plan.js';
import type { Arena } from './arena.js';
import { idOf, type RefTable } from './plan-refs.js';

type Contains = Extract<Condition, { values: readonly string[] }>;

/** The kernel looks for its texts together with others. */
export function isSearch({ op, ignoreCase }: Contains): boolean {
  return op === 'contains' && ignoreCase !== true;
}

/** Needles of one Search are bits of 64 … */
const MAX_NEEDLES = 64;
/** … of which every eighth is in one set, as in assembly/searches.ts. */
const SETS = 8;
const WORD = 4;
const SEARCH_WORDS = 6;

/** A Search of the kernel: what is looked for in one ref, all in one pass. */
interface Search {
  readonly ref: FieldRef;
  readonly needles: readonly string[];
}

/** All that a plan's conditions look for inside values, in a table whose address is known before the conditions are written. */
export class SearchTable {
  readonly #searches: readonly Search[];
  readonly #address: number;

  constructor(arena: Arena, refs: RefTable, conditions: readonly Condition[]) {
    const byRef = new Map<string, { ref: FieldRef; needles: Set<string> }>();
    for (const { ref, values } of conditions.flatMap(containsIn)) {
      const entry = byRef.get(idOf(ref)) ?? { ref, needles: new Set() };
      for (const value of values) entry.needles.add(value);
      byRef.set(idOf(ref), entry);
    }
    this.#searches = [...byRef.values()].flatMap(({ ref, needles }) =>
      chunks([...needles], MAX_NEEDLES).map((some) => ({ ref, needles: some })),
    );
    this.#address = arena.words(
      this.#searches.flatMap(({ ref, needles }) => [
        refs.addressOf(ref),
        ...encodeNeedles(arena, needles),
        0,
        arena.reserve(2 * WORD),
      ]),
    );
  }

  /** Address and number. */
  get table(): [number, number] {
    return [this.#address, this.#searches.length];
  }

  /** The searches that look for one of its texts in its ref, and of each the bits of these texts. */
  find({ ref, values }: Contains): { address: number; bits: bigint }[] {
    return this.#searches
      .map((search, i) => ({
        address: this.#address + i * SEARCH_WORDS * WORD,
        bits: idOf(search.ref) === idOf(ref) ? bitsOf(search.needles, values) : 0n,
      }))
      .filter(({ bits }) => bits !== 0n);
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

function bitsOf(needles: readonly string[], values: readonly string[]): bigint {
  return needles.reduce((bits, needle, i) => (values.includes(needle) ? bits | (1n << BigInt(i)) : bits), 0n);
}

/** Address and number of the needles, and the address of their masks. */
function encodeNeedles(arena: Arena, needles: readonly string[]): [number, number, number] {
  const masks = new Uint8Array(64);
  const words = needles.flatMap((needle, i) => {
    const text = new TextEncoder().encode(needle);
    const offset = rarestPair(text);
    const set = 1 << (i % SETS);
    allow(masks.subarray(0, 32), text[offset], set);
    allow(masks.subarray(32), text[offset + 1], set);
    return [...arena.text(needle), offset];
  });
  return [arena.words(words), needles.length, arena.put(masks)];
}

/** @param nibbles 16 sets for the low nibble, 16 for the high one. @param byte undefined for any. */
function allow(nibbles: Uint8Array, byte: number | undefined, set: number): void {
  for (const [i, sets] of nibbles.entries()) {
    const nibble = i < 16 ? (byte ?? 0) & 15 : (byte ?? 0) >> 4;
    if (byte === undefined || nibble === (i & 15)) nibbles[i] = sets | set;
  }
}

/** From the most to the least frequent in logs; what is not here is rarer still. */
const FREQUENT = ' "eaitnsor,:lcd.0123456789mupgh-fbvyw/_ASCETIRDkN';

/** Where in a text the two neighbouring bytes are that logs have least of. */
function rarestPair(text: Uint8Array): number {
  let best = 0;
  for (let at = 0; at + 1 < text.length; at++) {
    if (frequencyAt(text, at) < frequencyAt(text, best)) best = at;
  }
  return best;
}

/** A capital with a small letter begins a word, as names in JSON are full of: there it counts as if it were not rare. */
function frequencyAt(text: Uint8Array, at: number): number {
  const pair = String.fromCharCode(text[at] ?? 0, text[at + 1] ?? 0);
  return (/[A-Z][a-z]/.test(pair) ? WORD_BEGIN : frequencyOf(pair.charAt(0))) * frequencyOf(pair.charAt(1));
}

const WORD_BEGIN = 0.3;

function frequencyOf(character: string): number {
  const rank = FREQUENT.indexOf(character);
  return 2 ** -((rank < 0 ? FREQUENT.length : rank) / 8);
}
