import { z } from 'zod';
import type { Condition, FieldRef } from '../model/format-plan.js';
import { flag, parsed } from './leaves.js';
import { type Parsed } from './scalars.js';
import { parseFieldRef } from './template.js';

/** What a user writes to choose events: `{ field, test }`, or `all`, `any`, `not` of others. */

const field = parsed('the name of a field', (name): Parsed<FieldRef> => parseFieldRef(name));
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

const TESTS = ['equals', 'in', 'prefix', 'suffix', 'contains', 'exists', 'lt', 'le', 'gt', 'ge'] as const;
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
    exists: flag().optional().describe('It is there and not empty (or, with false, it is not).'),
    lt: number.optional().describe('It is a number less than this.'),
    le: number.optional().describe('It is a number of at most this.'),
    gt: number.optional().describe('It is a number greater than this.'),
    ge: number.optional().describe('It is a number of at least this.'),
  })
  .transform((raw, context): Condition => {
    const tests = TESTS.filter((name) => raw[name] !== undefined);
    const groups = GROUPS.filter((name) => raw[name] !== undefined);
    const wrong = complaint(raw.field !== undefined, tests, groups);
    if (wrong === undefined) return toCondition(raw);
    context.issues.push({ code: 'custom', message: wrong, input: raw });
    return z.NEVER;
  });

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
  const ref = raw.field ?? { kind: 'topic' };
  if (raw.exists !== undefined) {
    return raw.exists ? { op: 'exists', ref } : { op: 'not', of: { op: 'exists', ref } };
  }
  if (raw.in !== undefined) return { op: 'equals', ref, values: raw.in };
  for (const op of ['equals', 'prefix', 'suffix', 'contains'] as const) {
    const value = raw[op];
    if (value !== undefined) return { op, ref, values: [value] };
  }
  if (raw.lt !== undefined) return { op: 'lt', ref, number: raw.lt };
  if (raw.le !== undefined) return { op: 'le', ref, number: raw.le };
  if (raw.gt !== undefined) return { op: 'gt', ref, number: raw.gt };
  return { op: 'ge', ref, number: raw.ge ?? 0 };
}
