import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRfc5424 } from '../../../src/emulator/receiver/rfc5424.js';

const parse = (text: string) => parseRfc5424(Buffer.from(text));
const flawOf = (text: string | Buffer): [string, number] | undefined => {
  const parsed = parseRfc5424(Buffer.from(text));
  return parsed.ok ? undefined : [parsed.error, parsed.offset];
};
const stamped = (timestamp: string): string => `<13>1 ${timestamp} h a p m -`;
const withData = (data: string): string => `<13>1 - h a p m ${data}`;

test('every field of a full message', () => {
  const text =
    '<165>1 2026-10-11T22:14:15.003+08:00 host.example.com app 42 ID47 ' +
    '[a@32473 x="1" x="say \\"hi\\" [\\]\\\\ é"][b c="d=e"] the body: <x> - é';
  assert.deepEqual(parse(text), {
    ok: true,
    facility: 20,
    severity: 5,
    timestamp: '2026-10-11T22:14:15.003+08:00',
    hostname: 'host.example.com',
    appName: 'app',
    procId: '42',
    msgId: 'ID47',
    structuredData: [
      {
        id: 'a@32473',
        params: [
          { name: 'x', value: '1' },
          { name: 'x', value: 'say "hi" []\\ é' },
        ],
      },
      { id: 'b', params: [{ name: 'c', value: 'd=e' }] },
    ],
    msg: 'the body: <x> - é',
    bom: false,
  });
});

test('NIL everywhere; no message, an empty one, and one with a byte order mark', () => {
  const nil = { timestamp: undefined, hostname: undefined, appName: undefined, procId: undefined, msgId: undefined };
  const base = { ok: true, facility: 0, severity: 0, ...nil, structuredData: [] };
  assert.deepEqual(parse('<0>1 - - - - - -'), { ...base, msg: undefined, bom: false });
  assert.deepEqual(parse('<0>1 - - - - - - '), { ...base, msg: '', bom: false });
  assert.deepEqual(parse('<0>1 - - - - - - \uFEFFé'), { ...base, msg: 'é', bom: true });
});

test('PRI', () => {
  for (const pri of [0, 1, 9, 10, 99, 100, 191]) assert.equal(parse(`<${pri}>1 - - - - - -`).ok, true, `${pri}`);
  for (const bad of [
    '<192>',
    '<999>',
    '<1000>',
    '<00>',
    '<01>',
    '<013>',
    '<>',
    '<-1>',
    '< 1>',
    '<1',
    '13>',
    '',
    '<1x>',
  ]) {
    assert.deepEqual(flawOf(`${bad}1 - - - - - -`), ['PRI', 0], bad);
  }
});

test('VERSION', () => {
  for (const bad of ['', '0', '2', '11', ' 1', 'x']) {
    assert.deepEqual(flawOf(`<13>${bad} - - - - - -`), ['VERSION', 4], bad);
  }
});

test('TIMESTAMP', () => {
  const good = ['00:00:00Z', '23:59:59.9Z', '12:00:00.123456-23:59', '12:00:00+00:00', '12:00:00-00:00'];
  for (const time of good) assert.equal(parse(stamped(`2026-01-31T${time}`)).ok, true, time);
  const badTimes = ['24:00:00Z', '23:60:00Z', '23:59:60Z', '1:00:00Z', '12:00Z', '12:00:00', '12:00:00z', '12:00:00.Z'];
  badTimes.push('12:00:00.1234567Z', '12:00:00,1Z', '12:00:00+0800', '12:00:00+24:00', '12:00:00+08:60', '12:00:00+08');
  for (const time of badTimes) assert.deepEqual(flawOf(stamped(`2026-01-31T${time}`)), ['TIMESTAMP', 6], time);
  for (const date of ['2026-12-31', '2024-02-29', '2000-02-29', '0000-02-29', '2026-04-30']) {
    assert.equal(parse(stamped(`${date}T00:00:00Z`)).ok, true, date);
  }
  const badDates = ['2026-02-29', '1900-02-29', '2026-04-31', '2026-13-01', '2026-00-10', '2026-01-32', '2026-01-00'];
  badDates.push('26-01-01', '2026-1-01', '2026/01/01', '02026-01-01');
  for (const date of badDates) assert.deepEqual(flawOf(stamped(`${date}T00:00:00Z`)), ['TIMESTAMP', 6], date);
  assert.deepEqual(flawOf(stamped('2026-01-01t00:00:00Z')), ['TIMESTAMP', 6]);
  assert.deepEqual(flawOf(stamped('2026-01-01 00:00:00Z')), ['TIMESTAMP', 6]);
});

test('the four names: lengths and alphabet', () => {
  const fields = [
    ['HOSTNAME', 255, 0],
    ['APP-NAME', 48, 1],
    ['PROCID', 128, 2],
    ['MSGID', 32, 3],
  ] as const;
  for (const [name, longest, index] of fields) {
    const message = (value: string): string => {
      const values = ['-', '-', '-', '-'];
      values[index] = value;
      return `<13>1 - ${values.join(' ')} -`;
    };
    const offset = 8 + 2 * index;
    assert.equal(parse(message('~'.repeat(longest))).ok, true);
    assert.deepEqual(flawOf(message('!'.repeat(longest + 1))), [name, offset]);
    for (const bad of ['', 'é', 'a\tb', 'a\u007f', '\u0000'])
      assert.deepEqual(flawOf(message(bad)), [name, offset], bad);
  }
});

test('STRUCTURED-DATA', () => {
  const good = [
    '[a]',
    '[a][b]',
    '[a b=""]',
    '[a b="\\]"]',
    '[a b="\t\n"]',
    `[${'i'.repeat(32)} ${'n'.repeat(32)}="v"]`,
  ];
  good.push('[a@1]', '[a@1.2.3 b="c"]', '[a@@ b="c"]'.replace('@@', '@0'), '[a\\b c="d"]');
  for (const data of good) {
    assert.equal(parse(withData(data)).ok, true, data);
    assert.equal(parse(`${withData(data)} x`).ok, true, data);
  }
  const bad: [string, string, number][] = [
    ['', 'STRUCTURED-DATA', 16],
    ['x', 'STRUCTURED-DATA', 16],
    ['[]', 'SD-ID', 16],
    ['[ a]', 'SD-ID', 16],
    [`[${'i'.repeat(33)}]`, 'SD-ID', 16],
    ['[a="b"]', 'SD-ID', 16],
    ['[é]', 'SD-ID', 16],
    ['[a@x]', 'SD-ID', 16],
    ['[a@1@2]', 'SD-ID', 16],
    ['[@1]', 'SD-ID', 16],
    ['[a', 'SD-ID', 16],
    ['[a b="c"', 'SD-ELEMENT', 24],
    ['[a b="c"x]', 'SD-ELEMENT', 24],
    ['[a ]', 'SD-PARAM', 18],
    ['[a  b="c"]', 'SD-PARAM', 18],
    ['[a b=c]', 'SD-PARAM', 18],
    ['[a ="c"]', 'SD-PARAM', 18],
    [`[a ${'n'.repeat(33)}="v"]`, 'SD-PARAM', 18],
    ['[a b="]"]', 'SD-PARAM', 18],
    ['[a b="\\n"]', 'SD-PARAM', 18],
    ['[a b="c]', 'SD-PARAM', 18],
    ['[a][a]', 'SD-ID twice', 22],
    ['[a] [b', 'none', 0],
    ['[a]x', 'space before MSG', 19],
    ['-x', 'space before MSG', 17],
  ];
  for (const [data, error, offset] of bad) {
    assert.deepEqual(flawOf(withData(data)), error === 'none' ? undefined : [error, offset], data);
  }
});

test('UTF-8 where it must be, any octets where it need not', () => {
  const bytes = (...parts: (string | number[])[]): Buffer =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
  const invalid = [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf5, 0x80, 0x80, 0x80]];
  for (const wrong of invalid) {
    assert.equal(flawOf(bytes(withData('- '), wrong)), undefined);
    assert.deepEqual(flawOf(bytes(withData('- \uFEFF'), wrong)), ['MSG is not the UTF-8 its BOM says', 21]);
    assert.deepEqual(flawOf(bytes(withData('[a b="'), wrong, '"]')), ['PARAM-VALUE is not UTF-8', 22]);
  }
});
