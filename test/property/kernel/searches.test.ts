import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Condition } from '../../../src/model/format-plan.js';
import { formatAll } from '../../support/oracle/formatter.js';
import { framesOf, kernelOf, PLAN, RUNS, textOf } from '../../support/oracle/kernel.js';
import { encode } from '../../support/oracle/log-group-list.js';

/** Few letters, so that nearly every place looks like a needle for a while. */
const letters = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom('a', 'b', 'q'), minLength, maxLength });

test('what is inside a value is found at every place, whatever else is looked for in the same pass', () => {
  const scenario = fc.record({
    needles: fc.array(fc.oneof(letters(1, 3), letters(1, 40)), { minLength: 1, maxLength: 150, size: 'max' }),
    values: fc.array(letters(0, 70), { minLength: 1, maxLength: 10 }),
    each: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(scenario, ({ needles, values, each }) => {
      const contains = (some: readonly string[]): Condition => {
        return { op: 'contains', ref: { kind: 'content', key: 'k' }, values: some };
      };
      const groups = needles.flatMap((_, i) => (i % each === 0 ? [needles.slice(i, i + each)] : []));
      const rules = groups.map((some, i) => ({ when: contains(some), priority: i % 192 }));
      const plan = { ...PLAN, rules, exclude: { op: 'any', of: [contains(['qqqq']), contains(['bqb'])] } as const };
      const logs = values.map((value) => ({
        time: 1,
        contents: [{ key: Buffer.from('k'), value: Buffer.from(value) }],
      }));
      const raw = encode([{ logs, tags: [] }]);
      const kernel = kernelOf([plan]);
      for (let turn = 0; turn < 2; turn++) {
        const result = kernel.format({ plan: 0, body: raw, encoding: 'none', rawSize: raw.length, out: undefined });
        assert.deepEqual(textOf(framesOf(result)), textOf(formatAll(raw, plan)));
      }
    }),
    { numRuns: 100 * RUNS },
  );
});
