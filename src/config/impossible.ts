import type { Condition } from '../model/format-plan.js';
import { quoted } from './problem.js';

/** Conditions that hold for no event, by what they ask of one field: a rule that never counts, a filter that leaves nothing. */

type Single = Exclude<Condition, { op: 'all' | 'any' | 'not' }>;
type Bound = Extract<Condition, { number: number }>;

/** Why a condition can never hold, in words; undefined where it may. */
export function whyImpossible(condition: Condition): string | undefined {
  if (condition.op === 'any') {
    const reasons = condition.of.map(whyImpossible);
    return reasons.includes(undefined) ? undefined : reasons[0];
  }
  if (condition.op !== 'all') return undefined;
  const parts = partsOf(condition);
  const nested = parts
    .map((part) => (part.op === 'any' ? whyImpossible(part) : undefined))
    .find((why) => why !== undefined);
  if (nested !== undefined) return nested;
  const fields = new Map(parts.flatMap((part) => ('ref' in part ? [[JSON.stringify(part.ref), part.ref]] : [])));
  for (const [id] of fields) {
    const ofField = parts.filter((part): part is Single => 'ref' in part && JSON.stringify(part.ref) === id);
    const isAbsent = parts.some((part) => part.op === 'not' && isExists(part.of, id));
    const why = isAbsent ? absent(ofField) : (equalsOther(ofField) ?? outside(ofField));
    if (why !== undefined) return why;
  }
  return undefined;
}

/** With those of an `all` inside an `all`. */
function partsOf(condition: Condition): Condition[] {
  return condition.op === 'all' ? condition.of.flatMap(partsOf) : [condition];
}

const isExists = (condition: Condition, id: string): boolean =>
  condition.op === 'exists' && JSON.stringify(condition.ref) === id;

/** An absent field counts as empty. */
function absent(parts: readonly Single[]): string | undefined {
  const maybe = (part: Single): boolean =>
    part.op === 'regex' || part.op === 'sample' || ('values' in part && part.values.includes(''));
  const other = parts.find((part) => !maybe(part));
  return other === undefined ? undefined : `a field that is not there can't pass "${other.op}" too`;
}

function equalsOther(parts: readonly Single[]): string | undefined {
  const [first, ...others] = parts.flatMap((part) =>
    part.op === 'equals' ? [part.values.map((value) => value.toLowerCase())] : [],
  );
  const other = others.find((values) => first !== undefined && !values.some((value) => first.includes(value)));
  if (first === undefined || other === undefined) return undefined;
  return `no value is both ${quoted(first[0] ?? '')} and ${quoted(other[0] ?? '')}`;
}

const BOUNDS = { gt: 'greater than', ge: 'at least', lt: 'less than', le: 'at most' } as const;

function outside(parts: readonly Single[]): string | undefined {
  const bounds = parts.filter((part): part is Bound => 'number' in part);
  for (const low of bounds.filter(({ op }) => op === 'gt' || op === 'ge')) {
    for (const high of bounds.filter(({ op }) => op === 'lt' || op === 'le')) {
      const isOpen = low.op === 'gt' || high.op === 'lt';
      if (low.number < high.number || (low.number === high.number && !isOpen)) continue;
      return `no number is ${BOUNDS[low.op]} ${low.number} and ${BOUNDS[high.op]} ${high.number}`;
    }
  }
  return undefined;
}
