/** Conditions on several fields are folded together for speed; each still asks its own field. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition, FormatPlan } from '../../../src/model/format-plan.js';
import { kernelOf, PLAN, run } from '../../support/oracle/oracle.js';
import { format, group, pair } from '../../support/oracle/logs.js';
import { encode } from '../../support/oracle/log-group-list.js';

const field = (key: string) => ({ kind: 'content', key }) as const;
const contains = (key: string, ...values: string[]): Condition => ({ op: 'contains', ref: field(key), values });
const equals = (key: string, ...values: string[]): Condition => ({ op: 'equals', ref: field(key), values });

/** Of logs with one field each, those that are sent. */
function sent(plan: Partial<FormatPlan>, ...logs: readonly (readonly [string, string])[]): string[] {
  const made = logs.map(([key, value]) => ({ time: 1, contents: [pair(key, value)] }));
  return format([group(made)], { ...PLAN, ...plan }).map((frame) => frame.slice(frame.lastIndexOf('||') + 2, -1));
}

test('alternatives on one field are one look at it, those on another are their own', () => {
  const include: Condition = { op: 'any', of: [equals('a', 'x'), equals('a', 'y'), equals('b', 'z')] };
  const logs = [
    ['a', 'x'],
    ['a', 'y'],
    ['b', 'z'],
    ['a', 'z'],
    ['b', 'x'],
    ['b', 'y'],
  ] as const;
  assert.deepEqual(sent({ include }, ...logs), ['a=x', 'a=y', 'b=z']);
});

test('a text that is looked for in two fields counts in the one it was found in', () => {
  const exclude: Condition = { op: 'all', of: [contains('b', 'needle'), equals('b', 'never')] };
  const logs = [
    ['a', 'a needle'],
    ['b', 'a needle'],
    ['a', 'hay'],
  ] as const;
  assert.deepEqual(sent({ include: contains('a', 'needle'), exclude }, ...logs), ['a=a needle']);
});

test('what goes wrong in the host is thrown, and not taken for a batch that is corrupt', () => {
  const plan: FormatPlan = { ...PLAN, include: { op: 'regex', ref: field('a'), pattern: 'x' } };
  const kernel = kernelOf([plan], undefined, () => () => {
    throw new TypeError('a bug');
  });
  const raw = encode([group([{ time: 1, contents: [pair('a', 'x')] }])]);
  assert.throws(() => run(kernel, raw), /a bug/);
});
