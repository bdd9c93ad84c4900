import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Condition } from '../../../src/model/format-plan.js';
import { formatAll } from '../../support/oracle/formatter.js';
import { framesOf, kernelOf, PLAN, RUNS, textOf } from '../../support/oracle/oracle.js';
import { encode } from '../../support/oracle/log-group-list.js';

/** Few letters, so that nearly every place looks like a needle for a while. */
const letters = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom('a', 'b', 'q'), minLength, maxLength });

test('what is inside a value is found at every place, whatever else is looked for in the same pass', () => {
  const scenario = fc.record({
    needles: fc.array(fc.oneof(letters(1, 3), letters(1, 40)), { minLength: 1, maxLength: 150, size: 'max' }),
    values: fc.array(letters(0, 70), { minLength: 1, maxLength: 10 }),
    each: fc.integer({ min: 1, max: 5 }),
    // From a few kilobytes on a batch is looked at for what is rare in it.
    times: fc.constantFrom(1, 60),
  });
  fc.assert(
    fc.property(scenario, ({ needles, values, each, times }) => {
      const contains = (some: readonly string[]): Condition => {
        return { op: 'contains', ref: { kind: 'content', key: 'k' }, values: some };
      };
      const groups = needles.flatMap((_, i) => (i % each === 0 ? [needles.slice(i, i + each)] : []));
      const rules = groups.map((some, i) => ({ when: contains(some), priority: i % 192 }));
      const plan = { ...PLAN, rules, exclude: { op: 'any', of: [contains(['qqqq']), contains(['bqb'])] } as const };
      const logs = Array.from({ length: times }, () => values)
        .flat()
        .map((value) => ({
          time: 1,
          contents: [{ key: Buffer.from('k'), value: Buffer.from(value) }],
        }));
      const raw = encode([{ logs, tags: [] }]);
      const kernel = kernelOf([plan]);
      for (let turn = 0; turn < 3; turn++) {
        const result = kernel.format({ plan: 0, body: raw, encoding: 'none', rawSize: raw.length, out: undefined });
        assert.deepEqual(textOf(framesOf(result)), textOf(formatAll(raw, plan)));
      }
    }),
    { numRuns: 100 * RUNS },
  );
});

test('a text of one byte, two, or three at the very end of a value of any length is found', () => {
  for (const needle of ['a', 'ab', 'abc', 'abcd']) {
    const include = { op: 'contains', ref: { kind: 'content', key: 'k' }, values: [needle] } as const;
    const values = Array.from({ length: 140 }, (_, length) => ['x'.repeat(length) + needle, 'x'.repeat(length)]).flat();
    const logs = values.map((value) => ({ time: 1, contents: [{ key: Buffer.from('k'), value: Buffer.from(value) }] }));
    const raw = encode([{ logs, tags: [] }]);
    const kernel = kernelOf([{ ...PLAN, include }]);
    // Before anything is learned of the logs, and after.
    for (let turn = 0; turn < 2; turn++) {
      const result = kernel.format({ plan: 0, body: raw, encoding: 'none', rawSize: raw.length, out: undefined });
      assert.equal(framesOf(result).length, 140);
    }
  }
});
