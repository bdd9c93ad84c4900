/** What is left of a log of which the plan shows nothing, and what no receiver could read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LINE_FEED, RELP, type FormatPlan, type Framing, type Template } from '../../../src/model/format-plan.js';
import { kernelOf, PLAN, run } from '../../support/oracle/oracle.js';
import { encode } from '../../support/oracle/log-group-list.js';
import { format, group, log, pair } from '../../support/oracle/logs.js';

const field = (key: string): Template => [{ kind: 'field', refs: [{ kind: 'content', key }], fallback: '' }];
const bodyOf = (frame = ''): string => frame.slice(frame.indexOf('{')).trimEnd();
const secret = { time: 1, contents: [pair('password', 'hunter2')] };

test('JSON of chosen fields shows nothing else, also when none of them has a value', () => {
  const members = [{ name: 'v', value: field('b') }];
  const body = { kind: 'json', members, rest: 'none', expand: true } as const;
  const logs = [group([secret], [pair('__hostname__', 'h'), pair('t', 'tag')])];
  assert.deepEqual(format(logs, { ...PLAN, body }).map(bodyOf), ['{}']);
  assert.deepEqual(format(logs, { ...PLAN, body: { ...body, rest: 'contents' } }).map(bodyOf), [
    '{"password":"hunter2"}',
  ]);
  const size = { maxBytes: 4096, over: 'truncate', marker: '', trimFirst: [], idPrefix: '' } as const;
  assert.deepEqual(format(logs, { ...PLAN, body, size }).map(bodyOf), ['{}']);
});

test('LEEF, CEF and key=value of chosen fields show nothing else either', () => {
  const members = [{ name: 'v', value: field('b') }];
  const titles = { vendor: [], product: [], version: [], eventId: [], members, rest: 'none' } as const;
  const bodies: FormatPlan['body'][] = [
    { kind: 'leef', format: '2.0', delimiter: '\t', ...titles },
    { kind: 'cef', format: '0', name: [], reserved: [], ...titles },
    { kind: 'kv', separator: ' ', quote: 'none' },
  ];
  const shape = { fields: [], dropOthers: true, dropEmpty: false, stripTags: false, order: [] };
  for (const body of bodies) {
    const [frame = ''] = format([group([secret], [pair('t', 'tag')])], { ...PLAN, body, shape });
    assert.doesNotMatch(frame, /password|hunter2|tag/, body.kind);
  }
});

const bare: FormatPlan = {
  ...PLAN,
  newline: 'split',
  header: { ...PLAN.header, style: 'none' },
  body: { kind: 'raw', value: field('k') },
};
const framings: readonly Framing[] = [LINE_FEED, 'octet-counting', RELP, { trailer: '\0' }, { trailer: '' }];
const limits = ['truncate', 'split', 'drop', 'deadLetter'] as const;

for (const framing of framings) {
  test(`no frame of no bytes, but a count: ${JSON.stringify(framing)}`, () => {
    const logs = [log(1, ''), log(1, 'x'), log(1, '\n\n'), { time: 1, contents: [] }, log(1, '\0')];
    const sizes = limits.map((over) => ({ maxBytes: 500, over, marker: '', trimFirst: [], idPrefix: '' }));
    for (const size of [undefined, ...sizes]) {
      const result = run(kernelOf([{ ...bare, framing, size }]), encode([group(logs)]));
      assert.ok(result.ok);
      assert.deepEqual([result.ends.length, result.empty], [1, 4]);
      assert.match(Buffer.from(result.bytes).toString(), /^(?:1 |000000000 syslog 1 )?x[\n\0]?$/);
    }
  });
}

test('a tag of RFC 3164 that comes out empty is sls, and an empty pid has no brackets', () => {
  const header = (appName: Template, procId: Template): FormatPlan => ({
    ...PLAN,
    header: { ...PLAN.header, style: 'rfc3164', appName, procId, hostname: [{ kind: 'literal', text: 'h' }] },
  });
  const start = (appName: Template, procId: Template, value: string): string =>
    format([group([log(1, value)])], header(appName, procId))[0]!
      .slice('<134>Jan  1 00:00:01 '.length)
      .split('||')[0]!;
  const none: Template = [{ kind: 'literal', text: '' }];
  assert.equal(start(field('k'), field('k'), ''), 'h sls: ');
  assert.equal(start(field('k'), field('k'), '7'), 'h 7[7]: ');
  assert.equal(start(none, none, ''), 'h sls: ');
  assert.equal(start(field('k'), none, ''), 'h sls: ');
  assert.equal(start([{ kind: 'literal', text: 'a' }], field('k'), ''), 'h a: ');
  assert.equal(start(field('no'), field('k'), '7'), 'h sls[7]: ');
});

test('an escape of half a surrogate pair in expanded JSON is that of U+FFFD, whole pairs stay, also in a cut', () => {
  const body = { kind: 'json', members: [], rest: 'contents', expand: true } as const;
  const shown = (value: string): string => bodyOf(format([group([log(1, value)])], { ...PLAN, body })[0]);
  assert.equal(shown(String.raw`{"a":"\ud83d"}`), String.raw`{"k":{"a":"\ufffd"}}`);
  assert.equal(shown(String.raw`{"a":"\uDE00x\uD83D"}`), String.raw`{"k":{"a":"\ufffdx\ufffd"}}`);
  assert.equal(shown(String.raw`{"\ud83d":["\uD83D\uDE00"]}`), String.raw`{"k":{"\ufffd":["\uD83D\uDE00"]}}`);
  assert.equal(shown(String.raw`{"a":"\ud83d\ud83d\ude00\n"}`), String.raw`{"k":{"a":"\ufffd\ud83d\ude00\n"}}`);
  assert.equal(shown(String.raw`{"a":"\\ud83d"}`), String.raw`{"k":{"a":"\\ud83d"}}`);
  const value = JSON.stringify({ a: 'PAIR'.repeat(60) }).replaceAll('PAIR', String.raw`\ud83d\ude00`);
  for (let maxBytes = 200; maxBytes < 230; maxBytes++) {
    const size = { maxBytes, over: 'truncate', marker: '', trimFirst: [], idPrefix: '' } as const;
    const cut = bodyOf(format([group([log(1, value)])], { ...PLAN, body, size })[0]);
    const { a } = (JSON.parse(cut) as { k: { a: string } }).k;
    assert.ok(a.length > 0 && !/\p{Surrogate}/u.test(a), cut);
  }
});

test('logs whose event time is missing or unreadable are counted', () => {
  const eventTime = { ref: { kind: 'content', key: 'k' }, format: 'iso8601', zone: undefined } as const;
  const logs = [log(1, 'soon'), log(1, ''), log(1, ' 2026-01-01T00:00:00Z'), { time: 1, contents: [] }];
  const result = run(kernelOf([{ ...PLAN, eventTime }]), encode([group(logs)]));
  assert.ok(result.ok);
  assert.equal(result.untimed, 3);
});

test('messages that show nothing of their log are counted, whatever limits their size', () => {
  const logs = [log(1, ''), log(1, 'x'), secret, { time: 1, contents: [] }];
  const shape: FormatPlan['shape'] = {
    fields: [{ field: { kind: 'content', key: 'k' }, drop: false, name: undefined }],
    dropOthers: true,
    dropEmpty: true,
    stripTags: false,
    order: [],
  };
  const members = [{ name: 'v', value: field('k') }];
  const titles = { vendor: [], product: [], version: [], eventId: [], members, rest: 'none' } as const;
  const plans: readonly (readonly [FormatPlan['body'], number, number])[] = [
    [{ kind: 'json', members, rest: 'none', expand: false }, 3, 0],
    [{ kind: 'raw', value: field('k') }, 3, 0],
    [{ kind: 'leef', format: '2.0', delimiter: '\t', ...titles }, 0, 0],
  ];
  const limit = { maxBytes: 500, over: 'truncate', marker: '', trimFirst: [], idPrefix: '' } as const;
  const counts = (plan: FormatPlan): readonly number[] => {
    const result = run(kernelOf([plan]), encode([group(logs)]));
    assert.ok(result.ok);
    return [result.ends.length, result.bare, result.empty];
  };
  for (const size of [undefined, limit]) {
    for (const framing of framings)
      for (const [body, found, empty] of plans)
        assert.deepEqual(counts({ ...PLAN, body, framing, size }), [4, found, empty], body.kind);
    const kv = { kind: 'kv', separator: ' ', quote: 'none' } as const;
    assert.deepEqual(counts({ ...PLAN, body: kv, shape, size }), [4, 3, 0]);
    // What is not sent at all is not counted twice.
    assert.deepEqual(counts({ ...bare, size }), [1, 0, 3]);
  }
});
