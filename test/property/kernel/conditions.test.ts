import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { severityRules } from '../../../src/config/severity-from.js';
import type { Condition } from '../../../src/model/format-plan.js';
import { address } from '../../support/oracle/arbitrary.js';
import { RANGES } from '../../support/oracle/arbitrary-plan.js';
import { formatAll } from '../../support/oracle/formatter.js';
import { framesOf, kernelOf, PLAN, run, RUNS, textOf } from '../../support/oracle/oracle.js';
import { encode } from '../../support/oracle/log-group-list.js';

const ref = { kind: 'content', key: 'v' } as const;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const listOf = (values: readonly Uint8Array[]): Uint8Array =>
  encode([{ logs: values.map((value) => ({ time: 1, contents: [{ key: bytes('v'), value }] })), tags: [] }]);

/** Which of the values are sent. */
function sent(include: Condition, values: readonly string[]): string[] {
  const result = run(kernelOf([{ ...PLAN, include }]), listOf(values.map(bytes)));
  return textOf(framesOf(result)).map((frame) => frame.slice(frame.indexOf('||v=') + 4, -1));
}

test('an address is in a range exactly where Node says so', () => {
  const ranges = fc.array(fc.constantFrom(...RANGES), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(address, { minLength: 20, maxLength: 60 }), ranges, (values, some) => {
      const plan = { ...PLAN, include: { op: 'cidr', ref, ranges: some } } as const;
      const raw = listOf(values);
      const expected = textOf(formatAll(raw, plan, { shard: 0, cursor: 0n }));
      assert.deepEqual(textOf(framesOf(run(kernelOf([plan]), raw))), expected);
    }),
    { numRuns: 100 * RUNS },
  );
});

test('no pattern takes more than linear time', () => {
  const values = ['a'.repeat(20_000), `${'a'.repeat(20_000)}!`, 'b'];
  assert.deepEqual(sent({ op: 'regex', ref, pattern: '^(a+)+$' }, values), [values[0]]);
});

test('a regular expression is asked only where the conditions before it leave it open', () => {
  const pattern: Condition = { op: 'regex', ref, pattern: 'x' };
  const asked: string[] = [];
  const prefix: Condition = { op: 'prefix', ref, values: ['a'] };
  const plan = { ...PLAN, include: { op: 'all', of: [prefix, pattern] } } as const;
  const kernel = kernelOf([plan], undefined, () => (text) => {
    asked.push(text);
    return true;
  });
  framesOf(run(kernel, listOf(['a1', 'b1', 'a2', 'b2'].map(bytes))));
  assert.deepEqual(asked, ['a1', 'a2']);
});

test('a sample is near its share, the same in every batch, and part of every larger one', () => {
  const values = Array.from({ length: 20_000 }, (_, i) => `session-${i}`);
  const sample = (share: number): string[] => sent({ op: 'sample', ref, share }, values);
  const [tenth, half] = [sample(0.1), sample(0.5)];
  assert.ok(Math.abs(tenth.length / values.length - 0.1) < 0.01, `${tenth.length}`);
  assert.ok(Math.abs(half.length / values.length - 0.5) < 0.015, `${half.length}`);
  const inHalf = new Set(half);
  assert.ok(tenth.every((value) => inHalf.has(value)));
  assert.deepEqual(
    sent({ op: 'sample', ref, share: 0.1 }, values.slice(10_000)),
    tenth.filter((value) => Number(value.slice(8)) >= 10_000),
  );
  // These may never change: what is in and what is out must outlive an update.
  assert.deepEqual(tenth.slice(0, 5), ['session-0', 'session-5', 'session-11', 'session-32', 'session-35']);
});

test('of rules in a row that compare one field the first that holds counts, as of any others', () => {
  const text = fc.constantFrom('', 'a', 'b', 'ab', 'ba', 'INFO', 'WARN', 'Info', 'x'.repeat(70), 'x'.repeat(6));
  const fields = fc.constantFrom({ kind: 'content', key: 'v' } as const, { kind: 'content', key: 'w' } as const);
  const values = fc.array(text, { minLength: 1, maxLength: 3 });
  const when = fc.oneof(
    { weight: 5, arbitrary: fc.record({ op: fc.constant('equals' as const), ref: fields, values }) },
    fc.record({ op: fc.constantFrom('equals', 'prefix'), ref: fields, values, ignoreCase: fc.constant(true as const) }),
    fc.record({ op: fc.constant('exists' as const), ref: fields }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(when, fc.nat(191)), { maxLength: 12 }),
      fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 8 }),
      (rules, logs) => {
        const plan = { ...PLAN, rules: rules.map(([when, priority]) => ({ when, priority })) };
        const contents = logs.map(([v, w]) => [
          { key: bytes('v'), value: bytes(v) },
          { key: bytes('w'), value: bytes(w) },
        ]);
        const raw = encode([{ logs: contents.map((contents) => ({ time: 1, contents })), tags: [] }]);
        assert.deepEqual(textOf(framesOf(run(kernelOf([plan]), raw))), textOf(formatAll(raw, plan)));
      },
    ),
    { numRuns: 400 * RUNS },
  );
});

test('words, numbers and codes that mean a severity', () => {
  const severities = (as: Parameters<typeof severityRules>[0]['as'], values: readonly string[]): number[] => {
    const rules = severityRules({ field: ref, as }).map(({ when, severity }) => ({ when, priority: 8 + severity }));
    const frames = textOf(
      framesOf(
        run(kernelOf([{ ...PLAN, header: { ...PLAN.header, priority: 8 + 5 }, rules }]), listOf(values.map(bytes))),
      ),
    );
    return frames.map((frame) => Number(/^<(\d+)>/.exec(frame)?.[1]) - 8);
  };
  const levels = [
    'PANIC',
    'Alert',
    'fatal',
    'ERROR',
    'Warn',
    'notice',
    'Info',
    'TRACE',
    '0',
    '7',
    '8',
    'unheard of',
    '',
  ];
  assert.deepEqual(severities('level', levels), [0, 1, 2, 3, 4, 5, 6, 7, 0, 7, 5, 5, 5]);
  assert.deepEqual(
    severities('httpStatus', ['200', '302', '404', '499', '500', '599', '600', '-', '']),
    [6, 6, 4, 4, 3, 3, 5, 5, 5],
  );
  assert.deepEqual(severities('errorCode', ['NoPermission', '']), [4, 5]);
});
