import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FormatPlan } from '../../../src/model/format-plan.js';
import { framesOf, kernelOf, PLAN, run, RUNS, textOf } from '../../support/oracle/oracle.js';
import { encode } from '../../support/oracle/log-group-list.js';
import { formatAll } from '../../support/oracle/formatter.js';

const planOf = (entries: readonly (readonly [string, string])[], other: string | undefined): FormatPlan => {
  const of = { kind: 'content', key: 'k' } as const;
  const value = [{ kind: 'field' as const, refs: [{ kind: 'mapped' as const, map: 'm', of }], fallback: 'nothing' }];
  return {
    ...PLAN,
    header: { ...PLAN.header, style: 'none' },
    maps: { m: { entries, other } },
    body: { kind: 'raw', value },
  };
};
const rawOf = (values: readonly string[]): Uint8Array =>
  encode([
    {
      logs: values.map((value) => ({ time: 1, contents: [{ key: Buffer.from('k'), value: Buffer.from(value) }] })),
      tags: [],
    },
  ]);
const shown = (plan: FormatPlan, values: readonly string[]): string[] =>
  textOf(framesOf(run(kernelOf([plan]), rawOf(values))));

test('a value is what its map says, other values are the default or stay, an empty one stays empty', () => {
  const entries = [
    ['6', 'TCP'],
    ['17', ''],
  ] as const;
  assert.deepEqual(shown(planOf(entries, undefined), ['6', '17', '66', '']), [
    'TCP\n',
    'nothing\n',
    '66\n',
    'nothing\n',
  ]);
  assert.deepEqual(shown(planOf(entries, '?'), ['6', '17', '66', '']), ['TCP\n', 'nothing\n', '?\n', 'nothing\n']);
  assert.deepEqual(shown(planOf([], undefined), ['6']), ['6\n']);
});

test('every value of a large map is found, whatever its length, and nothing else', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\0', '0', 'é'), minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(
      fc.uniqueArray(text, { minLength: 1, maxLength: 3000, size: 'max' }),
      fc.array(text),
      (keys, others) => {
        const plan = planOf(
          keys.map((key, i) => [key, `n${i}`]),
          undefined,
        );
        const raw = rawOf([...keys, ...others]);
        const frames = textOf(framesOf(run(kernelOf([plan]), raw)));
        assert.deepEqual(frames, textOf(formatAll(raw, plan)));
        assert.deepEqual(
          frames.slice(0, keys.length),
          keys.map((_, i) => `n${i}\n`),
        );
      },
    ),
    { numRuns: 10 * RUNS },
  );
});
