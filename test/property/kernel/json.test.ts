/** Text that is JSON, or nearly: it becomes an object exactly where JSON.parse takes it, and paths lead as far into it as it is JSON. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FormatPlan, Member } from '../../../src/model/format-plan.js';
import { formatAll } from '../../support/oracle/formatter.js';
import { framesOf, kernelOf, PLAN, run, RUNS, textOf } from '../../support/oracle/oracle.js';
import { encode } from '../../support/oracle/log-group-list.js';

const KEYS = ['a', 'b', 'long key', '"', '\\', 'é', ''];
const text = fc.oneof(
  fc.constantFrom('', 'x', '"', '\\', '\\"', '\n', '\u0001', 'é', '日本', '{"a":1}', '\\\\"'),
  fc.tuple(fc.constantFrom('x', '"', '\\', 'é', ', '), fc.nat(140)).map(([one, count]) => one.repeat(count)),
);
const { object } = fc.letrec<{ object: unknown; value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    { weight: 4, arbitrary: text },
    fc.constantFrom<unknown>(null, true, 0, -1.5e-7, [], {}),
    tie('object'),
    fc.array(tie('value'), { maxLength: 4 }),
  ),
  object: fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 7 }),
}));

/** Around the sizes at which the text is looked at piece by piece: 64 bytes, and 4096. */
const padding = fc.oneof(fc.nat(130), fc.integer({ min: 3900, max: 4200 }), fc.constant(9000));
const json = fc
  .tuple(object, padding, fc.constantFrom(undefined, 1, '\t'), fc.constantFrom('x', '\\', '"', 'é'), fc.boolean())
  .map(([value, length, space, one, behind]) => {
    const padded = one.repeat(length / one.length);
    const parts = { ...(value as object) };
    return JSON.stringify(behind ? { ...parts, padded } : { padded, ...parts }, null, space);
  });
const change = fc.tuple(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.nat(2),
  fc.constantFrom(
    '',
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    ' ',
    '\n',
    '\u0001',
    'é',
    '1',
    '\\u12',
    '\\ud83d',
    '\\uDE00',
    '\\uD83D\\ude00',
    '\\"',
    '""',
  ),
);

/** Some characters are replaced. */
function changed(text: string, changes: readonly (readonly [at: number, length: number, by: string])[]): string {
  let result = text;
  for (const [at, length, by] of changes) {
    const from = Math.floor(at * result.length);
    result = result.slice(0, from) + by + result.slice(from + length);
  }
  return result;
}

const path = (key: string): Member => ({
  name: key,
  value: [{ kind: 'field', refs: [{ kind: 'content', key }], fallback: '' }],
});
const PLANS: readonly FormatPlan[] = [
  { ...PLAN, body: { kind: 'json', members: [], rest: 'all', expand: true } },
  {
    ...PLAN,
    body: {
      kind: 'json',
      members: [
        ...['k.a', 'k.b.a', 'k.a.a', 'k.padded', 'k.long key.b', 'k.é'],
        ...['k.a.0', 'k.a.1.b', 'k.b.2', 'k.b.0.0', 'k."', 'k.\\.3', 'k.é.01'],
      ].map(path),
      rest: 'contents',
      expand: false,
    },
  },
];

test('what is JSON becomes an object, and what begins like it is read as far as it goes', () => {
  const kernel = kernelOf(PLANS);
  const texts = fc.array(fc.tuple(json, fc.array(change, { maxLength: 2 })), { minLength: 1, maxLength: 4 });
  let sound = 0;
  fc.assert(
    fc.property(texts, (texts) => {
      const values = texts.map(([text, changes]) => changed(text, changes));
      sound += values.filter(isJson).length;
      const logs = values.map((value) => ({
        time: 1,
        contents: [{ key: Buffer.from('k'), value: Buffer.from(value) }],
      }));
      const raw = encode([{ logs, tags: [] }]);
      for (const [index, plan] of PLANS.entries()) {
        assert.deepEqual(textOf(framesOf(run(kernel, raw, index))), textOf(formatAll(raw, plan)));
      }
    }),
    { numRuns: 300 * RUNS },
  );
  assert.ok(sound > 200, `only ${sound} were JSON`);
});

test('paths lead to the same values in logs of one kind, however the one before differed', () => {
  const kernel = kernelOf(PLANS);
  const keys = fc.constantFrom(
    ...KEYS,
    'padded',
    'a key of thirty-two bytes and more',
    'x'.repeat(27),
    '\\u0061',
    'b ',
  );
  const value = fc.constantFrom(
    '"',
    '"x"',
    '"\\""',
    '1',
    'null',
    '{"a":1}',
    '{"a":{"a":"y"},"b":2}',
    '[{"a":1}]',
    '" "',
    '',
  );
  // What stands before each value, as text: mostly what JSON has there.
  const member = fc.tuple(fc.constantFrom('', ' ', '\n\t'), keys, fc.constantFrom(':', ': ', ' :'));
  const kind = fc.oneof(fc.array(member, { maxLength: 9 }), fc.array(member, { minLength: 60, maxLength: 70 }));
  const log = fc.record({
    values: fc.array(value, { minLength: 1, maxLength: 5 }),
    from: fc.nat(3),
    changes: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(change, { maxLength: 2 })),
    nested: fc.boolean(),
  });
  fc.assert(
    fc.property(kind, fc.array(log, { minLength: 2, maxLength: 6 }), (kind, logs) => {
      const texts = logs.map(({ values, from, changes, nested }) => {
        const members = kind
          .slice(from)
          .map(([space, key, colon], i) => `${space}${JSON.stringify(key)}${colon}${values[i % values.length]}`);
        const object = `{${members.join(',')}}`;
        return changed(nested ? `{"b":${object},"a":${object}}` : object, changes);
      });
      const contents = texts.map((text) => [{ key: Buffer.from('k'), value: Buffer.from(text) }]);
      const raw = encode([{ logs: contents.map((contents) => ({ time: 1, contents })), tags: [] }]);
      for (const [index, plan] of PLANS.entries())
        assert.deepEqual(textOf(framesOf(run(kernel, raw, index))), textOf(formatAll(raw, plan)));
    }),
    { numRuns: 400 * RUNS },
  );
});

test('no object has a member twice, however its names are written', () => {
  const kernel = kernelOf(PLANS);
  const name = fc.constantFrom(
    ...['"a"', '"\\u0061"', '"a_2"', '"a_3"', '"\\u0061_2"', '"a"', '""', '"_2"', '"é"', '"\\u00e9"', '"\\ud83d"'],
    ...[
      '"\\ufffd"',
      '"\\ude00"',
      '"\\ud83d\\ude00"',
      '"😀"',
      '"/"',
      '"\\/"',
      '"\\n"',
      '"\\u000A"',
      '"\\""',
      '"\\u0022"',
    ],
    ...[
      '"abcdefgh"',
      '"abcdefg"',
      '"abcdefgh\\u0000"',
      `"${'x'.repeat(300)}"`,
      `"${'x'.repeat(299)}\\u0078"`,
      '"\x00"',
      '"\x01"',
    ],
  );
  const { object } = fc.letrec<{ object: string; value: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      { weight: 3, arbitrary: fc.constantFrom('1', '"a"', '"a\\"', '[]', '{}', 'true') },
      tie('object'),
      fc.array(tie('value'), { maxLength: 3 }).map((values) => `[${values.join(',')}]`),
    ),
    object: fc
      .array(fc.tuple(name, fc.constantFrom(':', ' : '), tie('value')), { maxLength: 12 })
      .map((members) => `{${members.map((parts) => parts.join('')).join(',')}}`),
  }));
  fc.assert(
    fc.property(fc.array(object, { minLength: 1, maxLength: 4 }), (texts) => {
      // Bytes that are no UTF-8, different before they are mended.
      const bytes = texts.map((text) => Buffer.from(text.replaceAll('"a"', '"\xff"'), 'latin1'));
      const values = [...texts.map((text) => Buffer.from(text)), ...bytes];
      const raw = encode([
        { logs: values.map((value) => ({ time: 1, contents: [{ key: Buffer.from('k'), value }] })), tags: [] },
      ]);
      const got = textOf(framesOf(run(kernel, raw, 0)));
      assert.deepEqual(got, textOf(formatAll(raw, PLANS[0]!)));
    }),
    { numRuns: 300 * RUNS },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
