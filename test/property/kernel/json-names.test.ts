/** A strict parser takes every JSON object that is sent: no member comes twice, whatever the log and the plan are called. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BodyField, FormatPlan, Member, ShapePlan } from '../../../src/model/format-plan.js';
import { formatAll } from '../../support/oracle/formatter.js';
import { framesOf, kernelOf, PLAN, run, RUNS, textOf } from '../../support/oracle/oracle.js';
import { encode, type LogGroup, type Pair } from '../../support/oracle/log-group-list.js';
import { pair } from '../../support/oracle/logs.js';
import { parseStrictly } from '../../support/strict-json.js';

/** Keys that are equal, become equal, follow from each other, or are names that a body writes on its own. */
const KEYS = [
  ...[
    'a',
    'a_2',
    'a_2_2',
    'b',
    '',
    '_2',
    '"',
    '\\"',
    '\n',
    '\u0007',
    '\0',
    'a\0',
    'é',
    '\ufffd',
    '\ufffd_2',
    '_truncated',
  ],
  ...['__time__', '__time_ns_part__', '__topic__', '__source__', '__tag__:a', '__tag__:', '__tag__:__tag__:a'],
  ...['k'.repeat(26), 'k'.repeat(27), 'k'.repeat(31), 'k'.repeat(32), 'k'.repeat(33), `${'k'.repeat(31)}"`],
  ...['x'.repeat(247), 'x'.repeat(255), 'x'.repeat(256), 'é'.repeat(128), '"'.repeat(128), 'y'.repeat(3000)],
];
const key = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...KEYS).map((text) => Buffer.from(text)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom([0xff], [0xfe], [0x61, 0xc0], [0xff, 0x5f, 0x32]).map((bytes) => Buffer.from(bytes)),
  },
  { weight: 3, arbitrary: fc.nat(80).map((i) => Buffer.from(`key${i}`)) },
);
const value = fc.constantFrom('', 'v', 'a "value" of more than thirty-two bytes', '{"a":1}', 'x'.repeat(200));
const pairs = (maxLength: number): fc.Arbitrary<Pair[]> =>
  fc.array(
    fc.tuple(key, value).map(([key, value]) => ({ key, value: Buffer.from(value) })),
    { maxLength, size: 'max' },
  );

/** Logs of one kind mostly, so that names are known from those before. */
const logs = pairs(14).chain((kind) =>
  fc.array(
    fc.record({
      time: fc.option(fc.constant(1), { nil: undefined, freq: 5 }),
      timeNs: fc.option(fc.constant(5), { nil: undefined }),
      contents: fc.oneof(fc.constant(kind), fc.shuffledSubarray(kind), pairs(90)),
    }),
    { maxLength: 4 },
  ),
);
const group: fc.Arbitrary<LogGroup> = fc.record({
  topic: fc.constant(Buffer.from('t')),
  source: fc.constant(Buffer.from('s')),
  tags: pairs(4),
  logs,
});

const ref = (key: string): Member['value'] => [{ kind: 'field', refs: [{ kind: 'content', key }], fallback: '' }];
const name = fc.constantFrom(...KEYS.filter((one) => one !== '' && one !== '_truncated' && one.length < 100));
const members = fc.uniqueArray(name, { maxLength: 3 }).map((names) => names.map((name) => ({ name, value: ref('a') })));
const field: fc.Arbitrary<BodyField> = fc.oneof(
  fc.constantFrom('time' as const, 'timeNs' as const, 'topic' as const, 'source' as const).map((kind) => ({ kind })),
  fc.record({ kind: fc.constantFrom('tag' as const, 'content' as const), key: fc.constantFrom('a', 'b', '"') }),
);
const renamed = fc.record({ field, drop: fc.constant(false), name: fc.option(name, { nil: undefined }) });
const shape: fc.Arbitrary<ShapePlan> = fc.record({
  fields: fc.uniqueArray(renamed, { maxLength: 3, selector: (one) => JSON.stringify(one.field) }),
  dropOthers: fc.constant(false),
  dropEmpty: fc.boolean(),
  stripTags: fc.boolean(),
  order: fc.uniqueArray(field, { maxLength: 3, selector: (one) => JSON.stringify(one) }),
});
const size = fc.integer({ min: 200, max: 1500 });
const plan = fc
  .record({
    members,
    rest: fc.constantFrom('all' as const, 'contents' as const),
    expand: fc.boolean(),
    shape: fc.option(shape, { nil: undefined }),
    maxBytes: fc.option(size, { nil: undefined }),
  })
  .map(({ shape, maxBytes, ...body }): FormatPlan => ({
    ...PLAN,
    header: { ...PLAN.header, style: 'none' },
    framing: { trailer: '' },
    body: { kind: 'json', ...body },
    shape,
    size:
      maxBytes === undefined
        ? undefined
        : { maxBytes, over: 'truncate' as const, marker: '…', trimFirst: [], idPrefix: '' },
  }));

test('no member comes twice, and every name is that of the plain formatter', () => {
  const scenario = fc.tuple(fc.tuple(plan, plan), fc.array(fc.array(group, { maxLength: 3 }), { maxLength: 3 }));
  fc.assert(
    fc.property(scenario, ([plans, batches]) => {
      const kernel = kernelOf(plans);
      for (const [i, groups] of batches.entries()) {
        const raw = encode(groups);
        const frames = textOf(framesOf(run(kernel, raw, i % 2)));
        assert.deepEqual(frames, textOf(formatAll(raw, plans[i % 2]!)));
        for (const frame of frames) parseStrictly(frame);
      }
    }),
    { numRuns: 400 * RUNS },
  );
});

test('more names than can be kept apart by looking at those before have a number each', () => {
  const all: FormatPlan = { ...PLAN, body: { kind: 'json', members: [], rest: 'all', expand: false } };
  const many = Array.from({ length: 12_300 }, (_, i) => pair(`n${i}`, ''));
  const contents = [...many, pair('n12_12290', ''), ...many, pair('n12_12290', '')];
  const raw = encode([{ logs: [{ time: 1, contents }], tags: [] }]);
  const frames = textOf(framesOf(run(kernelOf([all]), raw)));
  assert.deepEqual(frames, textOf(formatAll(raw, all)));
  const object = parseStrictly(frames[0]!.slice(frames[0]!.indexOf('{'))) as object;
  assert.equal(Object.keys(object).length, contents.length + 3);
});
