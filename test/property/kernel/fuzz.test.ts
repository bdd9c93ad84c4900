import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FormatPlan } from '../../../src/model/format-plan.js';
import type { Kernel, KernelInput, KernelResult } from '../../../workers/kernel/kernel.js';
import { logGroupList } from '../../support/oracle/arbitrary.js';
import { kernelOf, PLAN, run, RUNS, split } from '../../support/oracle/oracle.js';
import { encode } from '../../support/oracle/log-group-list.js';
import { inflatedSize, lz4Compress } from '../../support/oracle/lz4-block.js';

const content = (key: string) => [{ kind: 'field' as const, refs: [{ kind: 'content' as const, key }], fallback: '' }];
const ALL = { vendor: [], product: content('a.b'), version: [], eventId: content('host'), rest: 'contents' as const };
const MEMBERS = [{ name: 'x', value: content('a.host') }];
const SHAPE: NonNullable<FormatPlan['shape']> = {
  fields: [
    { field: { kind: 'content', key: 'a' }, drop: true, name: undefined },
    { field: { kind: 'content', key: 'host' }, drop: false, name: 'h'.repeat(255) },
    { field: { kind: 'topic' }, drop: false, name: 't'.repeat(255) },
  ],
  dropOthers: false,
  dropEmpty: true,
  stripTags: true,
  order: [{ kind: 'content', key: 'host' }, { kind: 'topic' }],
};
const MASKS: NonNullable<FormatPlan['masks']> = {
  fields: [
    { field: { kind: 'content', key: 'a' }, as: { kind: 'stars', first: 32, last: 32 } },
    { field: { kind: 'content', key: 'host' }, as: { kind: 'hash' } },
    { field: { kind: 'topic' }, as: { kind: 'hash' } },
  ],
  key: Buffer.from('Jefe'),
  digits: 64,
};
const PLANS: readonly FormatPlan[] = [
  PLAN,
  { ...PLAN, framing: 'octet-counting', newline: 'octal' },
  {
    ...PLAN,
    body: { kind: 'json', members: MEMBERS, rest: 'all', expand: true },
    rules: [{ when: { op: 'contains', ref: { kind: 'content', key: 'a' }, values: ['fox'] }, priority: 3 }],
    size: { maxBytes: 1024, over: 'truncate', marker: '[cut]', trimFirst: ['a', 'host'], idPrefix: '' },
  },
  { ...PLAN, body: { kind: 'leef', format: '2.0', delimiter: '^', members: MEMBERS, ...ALL } },
  { ...PLAN, shape: SHAPE, masks: MASKS },
  { ...PLAN, masks: MASKS },
  { ...PLAN, body: { kind: 'json', members: MEMBERS, rest: 'all', expand: true }, shape: SHAPE },
  {
    ...PLAN,
    framing: 'octet-counting',
    body: { kind: 'cef', format: '0', name: [], reserved: ['a'], members: MEMBERS, ...ALL },
  },
];
const POISON_BYTES = 600_000;

/** A kernel whose memory (batch, window, common text) is full of one letter from an earlier batch. */
function poisoned(letter: string): Kernel {
  const kernel = kernelOf(PLANS);
  const fill = (size: number): Uint8Array => Buffer.from(letter.repeat(size));
  const logs = [{ time: 1, contents: [{ key: fill(1), value: fill(POISON_BYTES) }] }];
  const result = run(kernel, encode([{ logs, tags: [{ key: fill(1), value: fill(30_000) }], topic: fill(9) }]));
  assert.ok(result.ok);
  return kernel;
}

const mutation = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), value: fc.constant(0) }),
  fc.record({
    kind: fc.constant('set' as const),
    at: fc.nat(),
    value: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 127, 128, 255)),
  }),
  fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), value: fc.nat(255) }),
  fc.record({ kind: fc.constant('remove' as const), at: fc.nat(), value: fc.constant(0) }),
);

function mutate(bytes: Uint8Array, mutations: readonly { kind: string; at: number; value: number }[]): Uint8Array {
  let now = [...bytes];
  for (const { kind, at, value } of mutations) {
    const index = at % (now.length + 1);
    if (kind === 'cut') now = now.slice(0, index);
    else if (kind === 'set') now[Math.min(index, Math.max(0, now.length - 1))] = value;
    else if (kind === 'insert') now.splice(index, 0, value);
    else now.splice(index, 1);
  }
  return Uint8Array.from(now);
}

const damaged = (source: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(source, fc.array(mutation, { minLength: 1, maxLength: 6 }))
    .map(([bytes, mutations]) => mutate(bytes, mutations));
const noise = fc.uint8Array({ maxLength: 200 });
const small = logGroupList.filter((raw) => raw.length < 3_000);

const rawInput = fc.record({
  plan: fc.nat(PLANS.length - 1),
  body: fc.oneof({ weight: 9, arbitrary: damaged(small) }, { weight: 1, arbitrary: noise }),
});
const lz4Input = fc.record({
  plan: fc.nat(PLANS.length - 1),
  body: fc.oneof({ weight: 9, arbitrary: damaged(small.map(lz4Compress)) }, { weight: 1, arbitrary: noise }),
  rawSize: fc.nat(4_000),
});

/** Everything a caller can see. */
function visible(result: KernelResult): unknown {
  return result.ok ? split(result).map((frame) => Buffer.from(frame).toString('latin1')) : result.fault;
}

function check(a: Kernel, b: Kernel, input: KernelInput): KernelResult {
  const result = a.format(input);
  assert.deepEqual(
    visible(result),
    visible(b.format(input)),
    'the result depends on what an earlier batch left in memory',
  );
  if (!result.ok) {
    const bound = result.fault.reason === 'lz4-corrupt' ? input.body.length : input.rawSize;
    assert.ok(result.fault.offset >= -1 && result.fault.offset <= Math.max(bound, input.body.length));
  }
  return result;
}

test('a damaged LogGroupList gives frames or a fault, and never a byte of an earlier batch', () => {
  const [a, b] = [poisoned('A'), poisoned('B')];
  let faults = 0;
  let runs = 0;
  fc.assert(
    fc.property(rawInput, ({ plan, body }) => {
      const result = check(a, b, { plan, body, encoding: 'none', rawSize: body.length, out: undefined });
      runs += 1;
      if (!result.ok) faults += 1;
      if (!result.ok) assert.equal(result.fault.reason, 'protobuf-corrupt');
    }),
    { numRuns: 400 * RUNS },
  );
  assert.ok(faults > runs / 10 && faults < runs, `${faults} faults in ${runs} runs prove little`);
});

test('a damaged LZ4 block gives frames or a fault, and never a byte of an earlier batch', () => {
  const [a, b] = [poisoned('A'), poisoned('B')];
  const seen = new Set<string>();
  fc.assert(
    fc.property(lz4Input, fc.boolean(), ({ plan, body, rawSize }, lie) => {
      const honest = lie ? rawSize : (inflatedSize(body, a.memoryBytes) ?? rawSize);
      const result = check(a, b, { plan, body, encoding: 'lz4', rawSize: honest, out: undefined });
      seen.add(result.ok ? 'ok' : result.fault.reason);
    }),
    { numRuns: 400 * RUNS },
  );
  // One literal that begins no LogGroupList: random damage to what is compressed hits that too seldom to count on it.
  const literal = check(a, b, {
    plan: 0,
    body: Uint8Array.of(0x10, 0xff),
    encoding: 'lz4',
    rawSize: 1,
    out: undefined,
  });
  seen.add(literal.ok ? 'ok' : literal.fault.reason);
  for (const outcome of ['ok', 'lz4-corrupt', 'size-mismatch', 'protobuf-corrupt'])
    assert.ok(seen.has(outcome), outcome);
});
