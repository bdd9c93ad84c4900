import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition, FormatPlan } from '../../../src/model/format-plan.js';
import { kernelOf, PLAN, run } from '../../support/oracle/oracle.js';
import { encode } from '../../support/oracle/log-group-list.js';

test('what sampling alone leaves out has a count of its own', () => {
  const k = { kind: 'content', key: 'k' } as const;
  const half: Condition = { op: 'sample', ref: k, share: 0.5 };
  const isX: Condition = { op: 'prefix', ref: k, values: ['x'] };
  const logs = Array.from({ length: 200 }, (_, i) => {
    const value = Buffer.from(`${i % 2 === 0 ? 'x' : 'y'}${i}`);
    return { time: 1, contents: [{ key: Buffer.from('k'), value }] };
  });
  const counts = (filters: Partial<FormatPlan>): number[] => {
    const result = run(kernelOf([{ ...PLAN, ...filters }]), encode([{ logs, tags: [] }]));
    assert.ok(result.ok);
    return [result.ends.length, result.filtered, result.sampled];
  };
  const [kept = 0] = counts({ include: { op: 'all', of: [isX, half] } });
  assert.ok(kept > 20 && kept < 80, `${kept} of 100`);
  const expected = [kept, 100, 100 - kept];
  assert.deepEqual(counts({ include: { op: 'all', of: [half, isX] } }), expected);
  assert.deepEqual(counts({ include: isX, exclude: { op: 'not', of: half } }), expected);
  assert.deepEqual(
    counts({ exclude: { op: 'not', of: { op: 'all', of: [{ op: 'not', of: { op: 'not', of: isX } }, half] } } }),
    expected,
  );
  assert.deepEqual(counts({ include: isX, exclude: half }), [100 - kept, 100, kept]);
  assert.deepEqual(counts({ include: isX }), [100, 100, 0]);
});
