/** What a SIEM makes of LEEF and CEF is what was in the log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FormatPlan } from '../../../src/model/format-plan.js';
import { parseCef, parseLeef, type ParsedPairs } from '../../support/leef-cef.js';
import { logGroupList } from '../../support/oracle/arbitrary.js';
import { plan } from '../../support/oracle/arbitrary-plan.js';
import { decodeText, valuesOf } from '../../support/oracle/fields.js';
import { formatAll } from '../../support/oracle/formatter.js';
import { framesOf, kernelOf, RUNS, run, textOf } from '../../support/oracle/oracle.js';
import { decode, encode, type Log, type LogGroup } from '../../support/oracle/log-group-list.js';

type Pairs = Extract<FormatPlan['body'], { kind: 'leef' | 'cef' }>;

/** Only the body: everything else is compared elsewhere. */
const pairsPlan = plan
  .filter(({ body }) => body.kind === 'leef' || body.kind === 'cef')
  .map((one): FormatPlan => {
    const isOld = one.body.kind === 'leef' && one.body.format === '1.0';
    const body = isOld ? { ...one.body, delimiter: '\t' } : one.body;
    const header = { ...one.header, style: 'none' as const, structuredData: [], bom: false };
    return {
      ...one,
      header,
      body,
      framing: { trailer: '' },
      newline: 'space',
      include: undefined,
      exclude: undefined,
      rules: [],
      size: undefined,
      shape: undefined,
      masks: undefined,
    };
  });

test('LEEF and CEF parse back to the log', () => {
  fc.assert(
    fc.property(fc.array(pairsPlan, { minLength: 3, maxLength: 3 }), logGroupList, (plans, raw) => {
      const kernel = kernelOf(plans);
      const events = decode(raw).flatMap((group) => group.logs.map((log) => ({ group, log })));
      for (const [index, one] of plans.entries()) {
        const bodies = framesOf(run(kernel, raw, index)).map((frame) => Buffer.from(frame).toString());
        assert.equal(bodies.length, events.length);
        for (const [i, { group, log }] of events.entries()) check(one, bodies[i] ?? '', group, log);
      }
    }),
    { numRuns: 150 * RUNS },
  );
});

/** Keys whose names are equal, follow from each other, are the plan's own or too long to be remembered. */
const KEYS = [
  'a',
  'a.b',
  'a_b',
  'a b',
  'a_b_2',
  'a_b_3',
  '',
  '_',
  'src',
  'sls_src',
  'cat',
  'devTimeFormat',
  'é',
  'k'.repeat(27),
];
const keys = [...KEYS, 'k'.repeat(28), 'k'.repeat(300), ...Array.from({ length: 70 }, (_, i) => `key${i}`)];

test('names are those of the plain formatter, whatever logs came before', () => {
  const pair = fc
    .tuple(fc.constantFrom(...keys), fc.constantFrom('', 'v', 'a=b\\c\td^', 'é'))
    .map(([key, value]) => ({ key: Buffer.from(key), value: Buffer.from(value) }));
  const kinds = fc.array(fc.array(pair, { maxLength: 90, size: 'max' }), { minLength: 1, maxLength: 3 });
  const logs = kinds.chain((kinds) =>
    fc.array(
      fc.constantFrom(...kinds).chain((contents) => fc.shuffledSubarray(contents, { minLength: contents.length >> 1 })),
      { minLength: 2, maxLength: 8 },
    ),
  );
  const rest = pairsPlan.map((one) => ({ ...one, body: { ...one.body, rest: 'contents' } }) as FormatPlan);
  fc.assert(
    fc.property(fc.tuple(rest, rest), logs, logs, (plans, ...batches) => {
      const kernel = kernelOf(plans);
      for (const [plan, logs] of batches.entries()) {
        const raw = encode([{ logs: logs.map((contents) => ({ time: 1, contents })), tags: [] }]);
        const input = { plan, body: raw, encoding: 'none', rawSize: raw.length, cursor: btoa('0') } as const;
        const result = kernel.format({ ...input, out: undefined });
        assert.deepEqual(textOf(framesOf(result)), textOf(formatAll(raw, plans[plan]!)));
      }
    }),
    { numRuns: 100 * RUNS },
  );
});

function check({ body, header, maps }: FormatPlan, text: string, group: LogGroup, log: Log): void {
  assert.ok(body.kind === 'leef' || body.kind === 'cef');
  const parsed = body.kind === 'leef' ? parseLeef(text) : parseCef(text);
  const event = { group, log, id: '', priority: header.priority, moment: undefined, maps };
  for (const [i, template] of [body.vendor, body.product, body.version, body.eventId].entries()) {
    if (template.some((part) => part.kind === 'field' && part.refs.some(isMade))) continue;
    // Piece by piece: broken ends of two must not become a character.
    const whole = valuesOf(template, event).map(plain).join('').replaceAll('\t', ' ');
    const title = parsed.titles[i] ?? '';
    // Where a broken character is cut its pieces may be told apart in another way.
    assert.ok(fixed(whole, body).startsWith(title.replace(/\ufffd+$/, '')), `${title} of ${whole}`);
  }
  checkContents(parsed, body, log);
}

const isMade = ({ kind }: { readonly kind: string }): boolean => /^(?:time|event|rating)/.test(kind);
const fixed = (text: string, body: Pairs): string => (body.kind === 'leef' ? text.replaceAll('|', '_') : text);

function checkContents({ pairs }: ParsedPairs, body: Pairs, log: Log): void {
  if (body.rest === 'none') return;
  const contents = log.contents.filter(({ value }) => value.length > 0);
  const own = pairs.slice(pairs.length - contents.length);
  for (const [i, { key, value }] of contents.entries()) {
    const [name = '', text] = own[i] ?? [];
    const word =
      Buffer.from(key.subarray(0, 255))
        .toString('latin1')
        .replace(/[^A-Za-z0-9_]/g, '_') || '_';
    assert.match(name.replace(/^sls_(?=.)/, ''), new RegExp(`^(?:sls_)?${word.replace(/^sls_(?=.)/, '')}(?:_\\d+)?$`));
    const expected =
      body.kind === 'cef' ? cefText(value) : plain(value).replaceAll('\t', ' ').replaceAll(body.delimiter, ' ');
    assert.equal(text, expected);
  }
}

/** NUL goes, other control characters are spaces; TAB is kept. */
const plain = (value: Uint8Array): string =>
  decodeText(value)
    .replaceAll('\0', '')
    .replace(/[^\P{Cc}\x80-\x9f\t]/gu, ' ');

/** CEF has an escape for line breaks. */
const cefText = (value: Uint8Array): string =>
  decodeText(value)
    .replaceAll('\0', '')
    .replace(/[^\P{Cc}\x80-\x9f\t\r\n]/gu, ' ');

test('names that many contents share, and names that look like repetitions, stay apart', () => {
  const content = (key: string) => ({ key: Buffer.from(key), value: Buffer.from('v') });
  const keys = [
    ...['a_2', 'a', 'a', 'a', 'a.2', 'src', 'sls_src', 'src', 'slsPart'],
    ...Array.from({ length: 9_000 }, () => 'same'),
  ];
  const raw = encode([{ logs: [{ time: 1, contents: keys.map(content) }], tags: [] }]);
  const titles = { vendor: [], product: [], version: [], eventId: [] };
  const body = { kind: 'leef', format: '2.0', delimiter: '\t', rest: 'contents', ...titles } as const;
  const src = { name: 'src', value: [{ kind: 'literal', text: '1.2.3.4' }] } as const;
  const [example] = fc.sample(pairsPlan, 1);
  assert.ok(example !== undefined);
  const [frame] = framesOf(
    run(kernelOf([{ ...example, eventTime: undefined, body: { ...body, members: [src] } }]), raw),
  );
  const names = parseLeef(Buffer.from(frame ?? []).toString()).pairs.map(([name]) => name);
  const first = [
    'devTime',
    'sev',
    'src',
    'a_2',
    'a',
    'a_3',
    'a_4',
    'a_2_2',
    'sls_src',
    'sls_src_2',
    'sls_src_3',
    'sls_slsPart',
  ];
  assert.deepEqual(names.slice(0, 14), [...first, 'same', 'same_2']);
  assert.equal(names.at(-1), 'same_9000');
});
