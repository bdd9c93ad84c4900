/** Ways into JSON that run over each other, and texts that are looked for in any case. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition, FieldRef } from '../../../src/model/format-plan.js';
import { kernelOf, PLAN, run } from '../../support/oracle/oracle.js';
import { encode } from '../../support/oracle/log-group-list.js';
import { format, group, pair } from '../../support/oracle/logs.js';

test('a key of which both the whole value and a member are asked for gives both, in any order', () => {
  const part = (key: string): FieldRef => ({ kind: 'content', key });
  const logs = [group([{ time: 1, contents: [pair('e', '{"a":{"b":1}}')] }])];
  for (const refs of [
    [part('e.a'), part('e.a.b')],
    [part('e.a.b'), part('e.a')],
  ]) {
    const value = refs.map((ref) => ({ kind: 'field', refs: [ref], fallback: '-' }) as const);
    const [frame = ''] = format(logs, { ...PLAN, body: { kind: 'raw', value } });
    assert.ok(frame.includes('{"b":1}1') || frame.includes('1{"b":1}'), frame);
  }
});

test('a text is found in any case only where that is asked for', () => {
  const k = { kind: 'content', key: 'k' } as const;
  const kept = (include: Condition): number => {
    const logs = ['a FOX', 'a fox', 'a dog'].map((value) => ({ time: 1, contents: [pair('k', value)] }));
    const result = run(kernelOf([{ ...PLAN, include }]), encode([{ logs, tags: [] }]));
    assert.ok(result.ok);
    return result.ends.length;
  };
  for (const values of [['FoX'], ['cow', 'FoX', 'quick', 'brown']]) {
    assert.equal(kept({ op: 'contains', ref: k, values, ignoreCase: true }), 2);
    assert.equal(kept({ op: 'contains', ref: k, values }), 0);
  }
});
