import { z } from 'zod';
import type { Condition, FieldRef, IpRange } from '../model/format-plan.js';
import { flag, parsed } from './leaves.js';
import { parsePattern, parseRange, PATTERN_EXPECTED, RANGE_EXPECTED } from './match.js';
import { type Parsed } from './scalars.js';
import { parseFieldRef } from './template.js';

/** What a user writes to choose events: `{ field, test }`, or `all`, `any`, `not` of others. */

export const field = parsed('the name of a field', (name): Parsed<FieldRef> => parseFieldRef(name));
const asText = (raw: unknown): unknown => (typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : raw);
const text = z.preprocess(asText, z.string());
const someText = z.preprocess(
  asText,
  parsed('some text', (given): Parsed<string> => (given === '' ? { wrong: 'expected some text' } : given)),
);
const number = z.preprocess(
  (raw) => (typeof raw === 'number' ? String(raw) : raw),
  parsed(
    'a number',
    (given): Parsed<number> =>
      /^-?\d{1,15}(\.\d{1,9})?$/.test(given) ? Number(given) : { wrong: 'expected a number' },
    { anyOf: [{ type: 'number' }] },
  ),
);

const range = parsed(RANGE_EXPECTED, (given): Parsed<IpRange> => parseRange(given));
const ranges = z.preprocess((raw) => (typeof raw === 'string' ? [raw] : raw), z.array(range).min(1).max(1000));
const pattern = parsed(PATTERN_EXPECTED, (given): Parsed<string> => parsePattern(given));
const share = z.preprocess(
  (raw) => (typeof raw === 'number' ? String(raw) : raw),
  parsed(
    'a share between 0 and 1, such as 0.1',
    (given): Parsed<number> =>
      /^0?\.\d{1,9}$/.test(given) && Number(given) > 0
        ? Number(given)
        : { wrong: 'expected a share between 0 and 1, such as 0.1' },
    { anyOf: [{ type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }] },
  ),
);

const TEXT_TESTS = ['equals', 'in', 'prefix', 'suffix', 'contains', 'regex'] as const;
const TESTS = [...TEXT_TESTS, 'cidr', 'sample', 'exists', 'lt', 'le', 'gt', 'ge'] as const;
const GROUPS = ['all', 'any', 'not'] as const;

export const condition: z.ZodType<Condition> = z.lazy(() => shape);

const shape = z
  .strictObject({
    all: z.array(condition).min(1).optional().describe('Holds if all of these do.'),
    any: z.array(condition).min(1).optional().describe('Holds if at least one of these does.'),
    not: condition.optional().describe('Holds if this does not.'),
    field: field.optional().describe('Name of a field, as in a template; a.b is b in the JSON of a.'),
    equals: text.optional().describe('Its value is this.'),
    in: z.array(text).min(1).optional().describe('Its value is one of these.'),
    prefix: someText.optional().describe('Its value begins with this.'),
    suffix: someText.optional().describe('Its value ends with this.'),
    contains: someText.optional().describe('Its value has this in it.'),
    regex: pattern.optional().describe('Something in its value matches this regular expression (RE2 syntax).'),
    ignoreCase: flag().optional().describe('A to Z count as a to z, for the tests of text.'),
    cidr: ranges.optional().describe('It is an IPv4 or IPv6 address in this range, or one of these.'),
    sample: share
      .optional()
      .describe(
        'A share of all events, such as 0.1: the same value of the field (or event) is always in or always out.',
      ),
    exists: flag().optional().describe('It is there and not empty (or, with false, it is not).'),
    lt: number.optional().describe('It is a number less than this.'),
    le: number.optional().describe('It is a number of at most this.'),
    gt: number.optional().describe('It is a number greater than this.'),
    ge: number.optional().describe('It is a number of at least this.'),
  })
  .transform((raw, context): Condition => {
    const tests = TESTS.filter((name) => raw[name] !== undefined);
    const groups = GROUPS.filter((name) => raw[name] !== undefined);
    const wrong = complaint(raw.field !== undefined || tests[0] === 'sample', tests, groups) ?? caseless(raw, tests);
    if (wrong === undefined) return toCondition(raw);
    context.issues.push({ code: 'custom', message: wrong, input: raw });
    return z.NEVER;
  });

function caseless({ ignoreCase }: { readonly ignoreCase?: boolean | undefined }, tests: readonly string[]) {
  if (ignoreCase === undefined || TEXT_TESTS.some((name) => tests.includes(name))) return undefined;
  return `ignoreCase goes with one of ${TEXT_TESTS.join(', ')}`;
}

type Raw = z.output<(typeof shape)['in']>;

/** Why these keys are not one condition. */
function complaint(hasField: boolean, tests: readonly string[], groups: readonly string[]): string | undefined {
  const all = [...groups, ...(hasField ? ['field'] : []), ...tests];
  if (groups.length + Number(hasField) > 1) {
    return `${all.slice(0, 2).join(' and ')} can't stand side by side; put several conditions under all: or any:`;
  }
  if (groups.length === 1 && tests.length > 0) return `${tests[0] ?? ''} needs a field: beside it`;
  if (groups.length === 1) return undefined;
  if (!hasField) return `a condition is field: with one of ${TESTS.join(', ')}; or all:, any: or not: with others`;
  if (tests.length === 1) return undefined;
  return tests.length === 0
    ? `say what about the field: one of ${TESTS.join(', ')}`
    : `${tests.join(' and ')} can't stand side by side; put several conditions under all: or any:`;
}

function toCondition(raw: Raw): Condition {
  if (raw.all !== undefined) return { op: 'all', of: raw.all };
  if (raw.any !== undefined) return { op: 'any', of: raw.any };
  if (raw.not !== undefined) return { op: 'not', of: raw.not };
  if (raw.sample !== undefined) return toSample(raw.field, raw.sample);
  const ref = raw.field ?? { kind: 'topic' };
  if (raw.exists !== undefined) {
    return raw.exists ? { op: 'exists', ref } : { op: 'not', of: { op: 'exists', ref } };
  }
  const folded = raw.ignoreCase === true ? ({ ignoreCase: true } as const) : {};
  if (raw.in !== undefined) return { op: 'equals', ref, values: raw.in, ...folded };
  for (const op of ['equals', 'prefix', 'suffix', 'contains'] as const) {
    const value = raw[op];
    if (value !== undefined) return { op, ref, values: [value], ...folded };
  }
  if (raw.regex !== undefined) {
    return { op: 'regex', ref, pattern: raw.ignoreCase === true ? `(?i)${raw.regex}` : raw.regex };
  }
  if (raw.cidr !== undefined) return { op: 'cidr', ref, ranges: raw.cidr };
  if (raw.lt !== undefined) return { op: 'lt', ref, number: raw.lt };
  if (raw.le !== undefined) return { op: 'le', ref, number: raw.le };
  if (raw.gt !== undefined) return { op: 'gt', ref, number: raw.gt };
  return { op: 'ge', ref, number: raw.ge ?? 0 };
}

/** Events without the field are sampled one by one: together they would all be in, or all be out. */
function toSample(ref: FieldRef | undefined, share: number): Condition {
  const one: Condition = { op: 'sample', ref: { kind: 'eventId', prefix: '' }, share };
  if (ref === undefined) return one;
  const exists: Condition = { op: 'exists', ref };
  return {
    op: 'any',
    of: [
      { op: 'all', of: [exists, { op: 'sample', ref, share }] },
      { op: 'all', of: [{ op: 'not', of: exists }, one] },
    ],
  };
}

/**
 * Whether some events are chosen by where they stand in their shard: a sample without a field. What {@link toSample} makes for events that lack a field
 * does not count.
 */
export function samplesByPlace(condition: Condition): boolean {
  switch (condition.op) {
    case 'all':
    case 'any':
      return !isSampleOfField(condition.of) && condition.of.some(samplesByPlace);
    case 'not':
      return samplesByPlace(condition.of);
    case 'sample':
      return condition.ref.kind === 'eventId';
    default:
      return false;
  }
}

function isSampleOfField([present, absent]: readonly Condition[]): boolean {
  if (present?.op !== 'all' || absent?.op !== 'all') return false;
  const [unless] = absent.of;
  return unless?.op === 'not' && unless.of === present.of[0];
}
