import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lint } from '../../../src/preview/lint.js';
import type { HeaderTexts } from '../../../src/preview/header-texts.js';
import { readMessage } from '../../../src/preview/message.js';

const MENDED: HeaderTexts = new Map([
  ['h_st', new Set(['h st'])],
  ['h_', new Set(['h_'])],
  ['-', new Set([''])],
  ['a'.repeat(48), new Set(['a'.repeat(50)])],
]);

function findings(messages: readonly string[], bounded = true, separator?: string): string[] {
  const lint = new Lint(bounded, separator);
  for (const text of messages) lint.see(readMessage(Buffer.from(text)), MENDED);
  return lint.findings();
}

const ietf = (body: string, host = 'sls-p-l', priority = 134): string =>
  `<${priority}>1 2026-01-02T03:04:05.000Z ${host} l - - - ${body}`;
const leef = (eventId: string, attributes: string): string =>
  `LEEF:2.0|Alibaba Cloud|VPC|1.0|${eventId}|x09|${attributes}`;

test('a message is read as a receiver reads it', () => {
  const data = readMessage(Buffer.from('<13>1 - h a p m [x@1 q="\\"\\]"][y@1] \ufeff{"a":1}'));
  assert.deepEqual([data.header?.fields, data.body, data.form], [['h', 'a', 'p', 'm'], '\ufeff{"a":1}', 'JSON']);
  const old = readMessage(Buffer.from('<13>Nov  4 22:13:20 host CEF:0|a'));
  assert.deepEqual([old.header?.host, old.header?.vague, old.form, old.body], ['host', true, 'CEF', 'CEF:0|a']);
  assert.equal(readMessage(Buffer.from('<13>2026-11-04T22:13:20Z host tag: x')).header?.vague, false);
  assert.equal(readMessage(Buffer.from('{"a":1}')).header, undefined);
});

test('nothing is said of what is right', () => {
  assert.deepEqual(findings([ietf('{"a":1}')]), ['nothing to say about 1 events']);
  assert.deepEqual(findings([ietf('{"a":1}', 'h_')]), ['nothing to say about 1 events']);
  assert.deepEqual(findings([ietf(leef('flow', 'devTime=1\tsev=2\tsrc=10.0.0.1\tdst=2001:db8::1'))]), [
    'nothing to say about 1 events',
  ]);
});

test('a separator inside a value is found where nothing tells it from others', () => {
  const lines = [ietf('||a=b||c=d'), ietf('||a=one||two||c=d')];
  const [found = ''] = findings(lines, true, '||');
  assert.match(found, /^1 of 2 events: has the separator "\|\|" inside a value, before "two", .* quote: whenNeeded/);
  assert.deepEqual(findings(lines), ['nothing to say about 2 events']);
});

test('every finding says what a SIEM makes of it and what to write', () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[ietf('x', '-')], /^every event has a blank host: QRadar takes the address of this machine/],
    [[ietf('x', '2001:db8::1'), ietf('x')], /^1 of 2 events: has an IPv6 address as host \(2001:db8::1\)/],
    [[ietf('x', '127.0.0.1')], /the host 127\.0\.0\.1, which is every machine/],
    [[ietf('x', 'localhost')], /the host localhost/],
    [[ietf('x', 'h_st')], /has the HOSTNAME h_st for "h st": "_" stands for/],
    [[`<13>1 - h ${'a'.repeat(48)} - - - x`], /has an APP-NAME of 48 bytes, where RFC 5424 cuts it/],
    [[ietf('\ufeff{}')], /begins with a BOM/],
    [['<13>Nov  4 22:13:20 host x'], /has a time without its zone/],
    [['12 monkeys'], /^every event has no syslog header/],
    [['12 monkeys', '7'], /begins with a digit/],
    [Array.from({ length: 5 }, () => ietf('x')), /^every event has the same severity; rules/],
    [[ietf('{}'), ietf('x')], /^log source "sls-p-l" gets JSON and text: QRadar detects one format/],
    [
      [ietf(leef('0b6f3c9e-6a0d-4b6e-9d1c-3f1f2a4b5c6d', 'sev=1'))],
      /has an EventID that looks like the id of one event/,
    ],
    [['a', 'b', 'c', 'd', 'e'].map((id) => ietf(leef(id, 'sev=1'))), /^every event has another EventID/],
    [[ietf(leef('', 'sev=1'))], /has no EventID/],
    [[ietf(leef('a', 'sev=1\tfoo=2\tsrcPort=1'))], /^LEEF keys without a predefined meaning, .*: foo$/],
    [[ietf(leef('a', 'src=-'))], /has src=-, which is no IP address/],
    [[ietf(leef('a', 'usrName=-'))], /has a usrName that is no name of a user/],
  ];
  for (const [messages, expected] of cases) {
    const lines = findings(messages);
    assert.ok(
      lines.some((line) => expected.test(line)),
      `${String(expected)} in ${lines.join('\n')}`,
    );
  }
  const large = ietf('x'.repeat(5000));
  assert.match(findings([large], false).join(), /has more than 4096 bytes, which is what QRadar takes/);
  assert.deepEqual(findings([large], true), ['nothing to say about 1 events']);
});

test('what is cut, left out, untimed or shows nothing is said with how many there are', () => {
  const lint = new Lint(true, undefined);
  lint.looked({ truncated: 1, empty: 2, bare: 3, untimed: 4 });
  lint.looked({ truncated: 0, empty: 0, bare: 1, untimed: 0 });
  const [cut, empty, bare, untimed] = lint.findings();
  assert.match(cut ?? '', /^1 events are cut/);
  assert.match(empty ?? '', /^2 events are not sent/);
  assert.match(bare ?? '', /^4 events show nothing of their log/);
  assert.match(untimed ?? '', /^4 events have the time of the log/);
});

const cef = (extension: string): string => `<134>Nov  4 22:13:20 sls-p-l CEF:0|v|p\\||1|e|n|3|${extension}`;
const ofCef = (extension: string): string[] =>
  findings([cef(extension)]).filter((line) => !line.includes('time without its zone'));

test('CEF: values that do not fit the type of their name, and names that were changed for that, are named', () => {
  const right =
    'rt=1700000000000 src=10.0.0.1 dst=2001:db8::1 spt=443 type=1 smac=00:0D:60:AF:1B:61 start=Nov 04 2026 22:13:20';
  assert.deepEqual(ofCef(`${right} act=a b c\\=d`), []);
  const wrong = {
    src: '-',
    spt: 'https',
    type: 'IPv4',
    start: '1700000000',
    deviceDirection: 'in',
    smac: 'x',
    slat: 'n',
  };
  for (const [name, value] of Object.entries(wrong)) {
    assert.match(
      ofCef(`rt=1700000000000 ${name}=${value} msg=x`).join(),
      new RegExp(`has ${name}=${value}, where CEF wants an? `),
    );
  }
  assert.deepEqual(ofCef('rt=1700000000000 sls_start=1 sls_type=IPv4 sls_own=x'), [
    'fields called sls_… because CEF gives their names a type, which their values need not have: start type; map those that fit in fields',
  ]);
});
