/** Random plans. */
import fc from 'fast-check';
import {
  RELP,
  type BodyField,
  type BodyPlan,
  type Condition,
  type EventTimePlan,
  type FieldRef,
  type FormatPlan,
  type FoundField,
  type Framing,
  type MaskPlan,
  type Member,
  type ShapePlan,
  type Template,
  type TemplatePart,
  type TimeFormat,
  type ValueMap,
} from '../../../src/model/format-plan.js';
import { zoneOf } from '../../../src/config/time-zone.js';
import { KEYS } from './arbitrary.js';

const contentKey = fc.constantFrom(
  ...KEYS,
  'a.b',
  'a.host',
  'host.a.b',
  'a.eventName',
  'host.é',
  'a.b.c.d',
  'a.0',
  'host.b.1.a',
  'eventName.',
);
const ref: fc.Arbitrary<FieldRef> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom<FieldRef>({ kind: 'topic' }, { kind: 'source' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<FieldRef>({ kind: 'time' }, { kind: 'timeMs' }, { kind: 'eventMs' }, { kind: 'rating' }),
  },
  { weight: 1, arbitrary: fc.constant<FieldRef>({ kind: 'eventId', prefix: 'project/logstore/' }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('tag' as const), key: fc.constantFrom(...KEYS) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('content' as const), key: contentKey }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...KEYS),
        fc.array(fc.constantFrom('a', 'b', 'host', '0', '1', 'x"y', 'a.b'), { maxLength: 3 }),
      )
      .map(([root, names]) => ({ kind: 'content' as const, key: [root, ...names].join('.'), path: [root, ...names] })),
  },
);
const found = ref.filter((one): one is FoundField => ['topic', 'source', 'tag', 'content'].includes(one.kind));
const MAP_NAMES = ['first', 'second'];
const written: fc.Arbitrary<FieldRef> = fc.oneof(
  { weight: 5, arbitrary: ref },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('mapped' as const), map: fc.constantFrom(...MAP_NAMES), of: found }),
  },
);
const valueMap: fc.Arbitrary<ValueMap> = fc.record({
  entries: fc.uniqueArray(
    fc.tuple(
      fc.constantFrom(
        'a',
        'plain',
        'true',
        '0',
        'a key',
        'The quick',
        'The quick brown fox jumps',
        '****',
        '日本語',
        '😀',
        '12',
        '\n',
      ),
      fc.constantFrom('', '0', 'shown "instead"', 'é|\\'),
    ),
    { selector: ([key]) => key },
  ),
  other: fc.constantFrom(undefined, '', 'other'),
});
const planText = fc.oneof(fc.constantFrom('', 'sls', 'my app', 'имя'), fc.string({ unit: 'grapheme', maxLength: 300 }));
const part: fc.Arbitrary<TemplatePart> = fc.oneof(
  fc.record({ kind: fc.constant('literal' as const), text: planText }),
  fc.record({ kind: fc.constant('field' as const), refs: fc.array(written, { maxLength: 3 }), fallback: planText }),
);
const template: fc.Arbitrary<Template> = fc.array(part, { maxLength: 3 });
const value: fc.Arbitrary<Template> = fc.oneof(
  { weight: 1, arbitrary: template },
  { weight: 2, arbitrary: part.map((one) => [one]) },
);

const members = (names: readonly string[]): fc.Arbitrary<Member[]> =>
  fc.uniqueArray(fc.record({ name: fc.constantFrom(...names), value }), { selector: ({ name }) => name, maxLength: 5 });
const titles = { vendor: template, product: template, version: template, eventId: template };
const rest = fc.constantFrom('none' as const, 'contents' as const);

const body: fc.Arbitrary<BodyPlan> = fc.oneof(
  fc.record({
    kind: fc.constant('kv' as const),
    separator: fc.constantFrom('||', '\t', ' ', '¦', '<sixteen bytes>'),
    quote: fc.constant('none' as const),
  }),
  fc.record({
    kind: fc.constant('kv' as const),
    separator: fc.constantFrom('||', '\t', ' ', ', '),
    quote: fc.constantFrom('whenNeeded' as const, 'always' as const),
  }),
  fc.record({
    kind: fc.constant('json' as const),
    members: members(['a', 'host', 'event id', 'ключ', 'x"y']),
    rest: fc.constantFrom('none' as const, 'contents' as const, 'all' as const),
    expand: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('raw' as const), value }),
  fc.record({
    kind: fc.constant('leef' as const),
    format: fc.constantFrom('1.0' as const, '2.0' as const),
    delimiter: fc.constantFrom('\t', '^', ';', '\\'),
    members: members(['src', 'a', 'usrName', 'host']),
    rest,
    ...titles,
  }),
  fc.record({
    kind: fc.constant('cef' as const),
    format: fc.constantFrom('0' as const, '1' as const),
    name: template,
    members: members(['src', 'a', 'suser', 'host']),
    reserved: fc.constantFrom([], ['start', 'host', 'src', '__hostname__']),
    rest,
    ...titles,
  }),
);

const texts = fc.array(fc.constantFrom('', 'a', 'plain', 'The', ' dog. ', '"', 'é', 'fox jumps over the lazy dog'), {
  minLength: 1,
  maxLength: 3,
});
/** Nothing to look for inside anything would be found in everything. */
const someTexts = texts.map((all) => all.map((text) => (text === '' ? 'quick' : text)));
const caseless = { ignoreCase: fc.constant(true as const) };
const TEXT_KEYS: ('op' | 'ref' | 'values')[] = ['op', 'ref', 'values'];
/** They mean the same to RE2 and to JavaScript. */
const PATTERNS = ['a', '^The', '(?i)QUICK|fox', '[0-9]{2,}', 'é+$', '^$', '"[^ ]*"'];
const v4 = (...bytes: readonly number[]): number[] => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...bytes];
const v6 = (...bytes: readonly number[]): number[] => [...bytes, ...Array<number>(16 - bytes.length).fill(0)];
export const RANGES = [
  { address: v4(10, 0, 0, 0), bits: 104 },
  { address: v4(192, 168, 16, 0), bits: 116 },
  { address: v4(0, 0, 0, 0), bits: 96 },
  { address: v6(0x20, 0x01, 0x0d, 0xb8), bits: 32 },
  { address: v6(), bits: 0 },
  { address: v6(0xfe, 0x80), bits: 10 },
];
const condition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition; many: Condition[] }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.record({ op: fc.constant('exists' as const), ref }),
    fc.record({ op: fc.constant('equals' as const), ref, values: texts, ...caseless }, { requiredKeys: TEXT_KEYS }),
    fc.record(
      {
        op: fc.constantFrom('prefix' as const, 'suffix' as const, 'contains' as const),
        ref,
        values: someTexts,
        ...caseless,
      },
      { requiredKeys: TEXT_KEYS },
    ),
    fc.record({ op: fc.constant('regex' as const), ref, pattern: fc.constantFrom(...PATTERNS) }),
    fc.record({
      op: fc.constant('cidr' as const),
      ref,
      ranges: fc.array(fc.constantFrom(...RANGES), { maxLength: 3 }),
    }),
    fc.record({ op: fc.constant('sample' as const), ref, share: fc.constantFrom(0.001, 0.3, 0.5, 0.999) }),
    fc.record({
      op: fc.constantFrom('lt' as const, 'le' as const, 'gt' as const, 'ge' as const),
      ref,
      number: fc.constantFrom(0, 7, 12.5, -3, 0.1, 1_700_000_001, 123456789012345),
    }),
    fc.record({ op: fc.constantFrom('all' as const, 'any' as const), of: tie('many') }),
    fc.record({ op: fc.constant('not' as const), of: tie('condition') }),
  ),
  many: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
})).condition;
const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 3 });

const zone = fc
  .constantFrom('UTC', '+05:30', '-03:00', 'Asia/Shanghai', 'America/New_York', 'Africa/Monrovia', 'Pacific/Apia')
  .map(zoneOf);
const eventTime = fc.record({
  ref: fc.constantFrom<EventTimePlan['ref']>(
    { kind: 'content', key: 'a' },
    { kind: 'content', key: 'a.b' },
    { kind: 'tag', key: 'host' },
    { kind: 'topic' },
  ),
  format: fc.constantFrom<TimeFormat>('s', 'ms', 'us', 'ns', 'iso8601', 'clf'),
  zone,
});
const priority = fc.integer({ min: 0, max: 191 });
const element = fc.record({
  id: fc.constantFrom('sls@32473', 'origin', 'x'),
  params: members(['id', 'topic', 'a.b']),
});

const bodyField: fc.Arbitrary<BodyField> = fc.oneof(
  fc.constantFrom<BodyField>({ kind: 'topic' }, { kind: 'source' }, { kind: 'time' }, { kind: 'timeNs' }),
  fc.record({ kind: fc.constantFrom('tag' as const, 'content' as const), key: fc.constantFrom(...KEYS) }),
);
const shape: fc.Arbitrary<ShapePlan> = fc.record({
  fields: fc.uniqueArray(
    fc.record({
      field: bodyField,
      drop: fc.boolean(),
      name: fc.constantFrom(undefined, 'новое', 'a name, "quoted"\\', 'b'.repeat(255), 'host'),
    }),
    { maxLength: 8, selector: ({ field }) => JSON.stringify(field) },
  ),
  dropOthers: fc.boolean(),
  dropEmpty: fc.boolean(),
  stripTags: fc.boolean(),
  order: fc.uniqueArray(bodyField, { maxLength: 4, selector: (field) => JSON.stringify(field) }),
});
const foundField = bodyField.filter((field): field is FoundField => field.kind !== 'time' && field.kind !== 'timeNs');
const few = fc.constantFrom(0, 1, 4, 32);
const masks: fc.Arbitrary<MaskPlan> = fc.record({
  fields: fc.uniqueArray(
    fc.record({
      field: foundField,
      as: fc.oneof(
        fc.constant({ kind: 'hash' as const }),
        fc.record({ kind: fc.constant('stars' as const), first: few, last: few }),
      ),
    }),
    { maxLength: 6, selector: ({ field }) => JSON.stringify(field) },
  ),
  key: fc.constantFrom('k', 'Jefe', 'x'.repeat(64), 'y'.repeat(65), 'ключ '.repeat(40)).map((key) => Buffer.from(key)),
  digits: fc.constantFrom(16, 32, 64),
});

export const plan: fc.Arbitrary<FormatPlan> = fc.record({
  maps: fc.record({ first: valueMap, second: valueMap }),
  framing: fc.constantFrom<Framing>(
    'octet-counting',
    { trailer: '\n' },
    { trailer: '\0' },
    { trailer: '' },
    { trailer: 'END\r\n' },
    RELP,
    { command: 'of twenty-four bytes to ', trailer: '12345678' },
  ),
  newline: fc.constantFrom('escape', 'space', 'octal', 'keep', 'split'),
  header: fc
    .record({
      style: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom('rfc5424' as const, 'rfc3164' as const) },
        { weight: 1, arbitrary: fc.constant('none' as const) },
      ),
      dialect: fc.constantFrom('bsd', 'iso8601', 'year'),
      zone,
      priority,
      fractionDigits: fc.constantFrom(0, 3, 6),
      hostname: template,
      appName: template,
      procId: template,
      msgId: template,
      structuredData: fc.oneof(
        { weight: 3, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(element, { maxLength: 2 }) },
      ),
      bom: fc.boolean(),
    })
    .map((header) => (header.style !== 'rfc5424' ? { ...header, structuredData: [] } : header)),
  eventTime: rarely(eventTime),
  body,
  shape: rarely(shape),
  masks: rarely(masks),
  include: rarely(condition),
  exclude: rarely(condition),
  rules: fc.array(fc.record({ when: condition, priority }), { maxLength: 3 }),
  size: rarely(
    fc.record({
      maxBytes: fc.constantFrom(1024, 1100, 2048, 131_072),
      over: fc.constantFrom('truncate' as const, 'drop' as const, 'deadLetter' as const, 'split' as const),
      marker: fc.constantFrom('', '[truncated]', '...'),
      trimFirst: fc.uniqueArray(fc.constantFrom(...KEYS, 'nowhere'), { maxLength: 3 }),
      idPrefix: fc.constantFrom('project/logstore/', 'é"/'),
    }),
  ),
});
