import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldRef, FormatPlan, MaskForm, MaskPlan } from '../../../src/model/format-plan.js';
import { framesOf, kernelOf, PLAN, run, textOf } from '../../support/oracle/oracle.js';
import { encode } from '../../support/oracle/log-group-list.js';

const content = (key: string) => [{ kind: 'field' as const, refs: [{ kind: 'content' as const, key }], fallback: '' }];
const RAW: FormatPlan = {
  ...PLAN,
  header: { ...PLAN.header, style: 'none' },
  body: { kind: 'raw', value: content('a') },
};

function shown(as: MaskForm, value: string | Uint8Array, more: Partial<MaskPlan> = {}): string {
  const masks = {
    fields: [{ field: { kind: 'content' as const, key: 'a' }, as }],
    key: Buffer.from('key'),
    digits: 64,
  };
  const kernel = kernelOf([{ ...RAW, masks: { ...masks, ...more } }]);
  const contents = [{ key: Buffer.from('a'), value: Buffer.from(value) }];
  const [line] = textOf(framesOf(run(kernel, encode([{ logs: [{ time: 1, contents }], tags: [] }]))));
  return line?.slice(0, -1) ?? '';
}

test('hashes are those of RFC 4231 §4.2–§4.8', () => {
  const repeated = (byte: number, count: number): Uint8Array => new Uint8Array(count).fill(byte);
  const vectors: readonly [Uint8Array, Uint8Array | string, string][] = [
    [repeated(0x0b, 20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      Buffer.from('Jefe'),
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [repeated(0xaa, 20), repeated(0xdd, 50), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
    [
      Uint8Array.from({ length: 25 }, (_, i) => i + 1),
      repeated(0xcd, 50),
      '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
    ],
    [repeated(0x0c, 20), 'Test With Truncation', 'a3b6167473100ee06e0c796c2955552b'],
    [
      repeated(0xaa, 131),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
    [
      repeated(0xaa, 131),
      'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
      '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
    ],
  ];
  for (const [key, data, digest] of vectors) {
    assert.equal(shown({ kind: 'hash' }, data, { key, digits: digest.length }), digest);
  }
});

test('stars leave no more than was asked for, whole characters, and never more than half', () => {
  const stars = (value: string, first: number, last: number) => shown({ kind: 'stars', first, last }, value);
  assert.equal(stars('secret', 0, 0), '****');
  assert.equal(stars('', 4, 4), '');
  assert.equal(stars('13912345678', 3, 2), '139****78');
  assert.equal(stars('13912345678', 3, 3), '****');
  assert.equal(stars('王小明的密码是很长', 1, 1), '王****长');
  assert.equal(stars('x', 0, 1), '****');
});

test('what is hidden comes out nowhere, whatever the form; conditions see it as it is', () => {
  const fields = ['topic', 'source'].map((kind) => ({
    field: { kind: kind as 'topic' },
    as: { kind: 'hash' as const },
  }));
  const keyed = (['tag', 'content'] as const).map((kind) => ({
    field: { kind, key: 'event' },
    as: { kind: 'stars' as const, first: 0, last: 0 },
  }));
  const masks = { fields: [...fields, ...keyed], key: Buffer.from('key'), digits: 32 };
  const refs: readonly FieldRef[] = [
    ...[{ kind: 'topic' } as const, { kind: 'source' } as const, { kind: 'tag', key: 'event' } as const],
    ...[{ kind: 'content', key: 'event' } as const, { kind: 'content', key: 'event.x' } as const],
  ];
  const all = refs.map((ref) => ({ kind: 'field' as const, refs: [ref], fallback: '-' }));
  const secret = { kind: 'content', key: 'event.x' } as const;
  const plan: FormatPlan = {
    ...PLAN,
    masks,
    header: {
      ...PLAN.header,
      ...{ hostname: all, appName: all, procId: all, msgId: all },
      structuredData: [{ id: 'a@1', params: [{ name: 'p', value: all }] }],
    },
    include: { op: 'equals', ref: secret, values: ['SECRET'] },
    rules: [{ when: { op: 'contains', ref: { kind: 'topic' }, values: ['SECRET'] }, priority: 9 }],
  };
  const pairs = { vendor: all, product: all, version: all, eventId: all, members: [{ name: 'm', value: all }] };
  const bodies: FormatPlan['body'][] = [
    PLAN.body,
    { kind: 'json', members: [{ name: 'm', value: all }], rest: 'all', expand: true },
    { kind: 'json', members: [], rest: 'all', expand: true },
    { kind: 'raw', value: all },
    { kind: 'leef', format: '2.0', delimiter: '^', rest: 'contents', ...pairs },
    { kind: 'cef', format: '0', name: all, reserved: [], rest: 'contents', ...pairs },
  ];
  const size = { maxBytes: 1024, over: 'split' as const, marker: '', trimFirst: ['event', 'long'], idPrefix: '' };
  const plans = bodies.flatMap((body) => [
    { ...plan, body },
    { ...plan, body, size },
    { ...plan, body, size: { ...size, over: 'truncate' as const } },
  ]);
  const kernel = kernelOf(plans);
  const text = (value: string): Uint8Array => Buffer.from(value);
  const contents = [
    { key: text('event'), value: text('{"x":"OLD SECRET"}') },
    { key: text('long'), value: text('long '.repeat(400)) },
    { key: text('event'), value: text('{"x":"SECRET"}') },
  ];
  const tags = [{ key: text('event'), value: text('TAG SECRET') }];
  const raw = encode([{ logs: [{ time: 1, contents }], tags, topic: text('TOPIC SECRET'), source: text('SECRET') }]);
  for (const index of plans.keys()) {
    const frames = textOf(framesOf(run(kernel, raw, index)));
    assert.ok(frames.length > 0);
    for (const frame of frames) {
      assert.doesNotMatch(frame, /SECRET/);
      assert.ok(frame.startsWith('<9>1 '), frame);
    }
  }
});

test('named fields come first, the others as they are in the log', () => {
  const shape = { fields: [], dropOthers: false, dropEmpty: false, stripTags: false };
  const order = [{ kind: 'content', key: 'b' } as const, { kind: 'topic' } as const];
  const kernel = kernelOf([{ ...PLAN, header: { ...PLAN.header, style: 'none' }, shape: { ...shape, order } }]);
  const contents = ['a', 'b', 'c', 'b'].map((key, i) => ({ key: Buffer.from(key), value: Buffer.from(String(i)) }));
  const raw = encode([{ logs: [{ time: 1, contents }], tags: [], topic: Buffer.from('t') }]);
  assert.deepEqual(textOf(framesOf(run(kernel, raw))), ['||b=1||b=3||__topic__=t||__source__=||a=0||c=2\n']);
});
