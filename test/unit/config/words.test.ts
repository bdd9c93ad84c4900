import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseListen, parseReceiver } from '../../../src/config/url-words.js';
import { substitute } from '../../../src/config/environment.js';
import { isWrong, parseByteSize, parseDuration, parseStart, startAt } from '../../../src/config/scalars.js';
import { suggest } from '../../../src/config/suggest.js';
import { fillTemplate, parseTemplate } from '../../../src/config/template.js';

test('durations', () => {
  const cases = { '500ms': 500, '5s': 5000, '1.5m': 90_000, '2h': 7_200_000, '1d': 86_400_000, '0s': 0, '5 s': 5000 };
  for (const [text, ms] of Object.entries(cases)) assert.equal(parseDuration(text), ms);
  for (const text of ['', '5', 's', '-5s', '5sec', '1e3s', '5S', ' 5s', '1,5s', '٥s'])
    assert.ok(isWrong(parseDuration(text)), text);
});

test('byte sizes', () => {
  const cases = { '64MiB': 67_108_864, '1MB': 1_000_000, '512B': 512, '1.5KiB': 1536, '2 GiB': 2_147_483_648 };
  for (const [text, bytes] of Object.entries(cases)) assert.equal(parseByteSize(text), bytes);
  for (const text of ['', '64', '64M', '64mib', '-1B', '1TiB']) assert.ok(isWrong(parseByteSize(text)), text);
});

test('start positions', () => {
  assert.equal(parseStart('begin'), 'begin');
  assert.equal(parseStart('end'), 'end');
  assert.deepEqual(parseStart('2026-01-01T00:00:00+08:00'), { unixSeconds: 1_767_196_800 });
  assert.deepEqual(parseStart('2026-01-01 00:00:00.5+0800'), { unixSeconds: 1_767_196_800 });
  assert.deepEqual(parseStart('2025-12-31T16:00:00Z'), { unixSeconds: 1_767_196_800 });
  assert.deepEqual(parseStart('2024-02-29T00:00Z'), { unixSeconds: 1_709_164_800 });
  assert.deepEqual(parseStart('-2h'), { secondsAgo: 7200 });
  for (const text of [
    '2026-01-01',
    '2023-02-29T00:00Z',
    '2026-13-01T00:00Z',
    '2026-01-01T25:00Z',
    '1960-01-01T00:00Z',
    '-2x',
    '--2h',
    'now',
  ]) {
    assert.ok(isWrong(parseStart(text)), text);
  }
});

test('receiver and listen addresses', () => {
  assert.deepEqual(parseReceiver('tcp://siem'), {
    scheme: 'tcp',
    tls: false,
    host: 'siem',
    port: 514,
    text: 'tcp://siem:514',
  });
  assert.deepEqual(parseReceiver('TLS://siem.example.com/'), {
    scheme: 'tls',
    tls: true,
    host: 'siem.example.com',
    port: 6514,
    text: 'tls://siem.example.com:6514',
  });
  assert.deepEqual(parseReceiver('tcp://[::1]:10514'), {
    scheme: 'tcp',
    tls: false,
    host: '::1',
    port: 10514,
    text: 'tcp://[::1]:10514',
  });
  for (const text of [
    '',
    'tcp://',
    'tcp://:514',
    'tcp://a b',
    'tcp://h:0',
    'tcp://h:x',
    'tcp://::1',
    'tcp://[::1',
    'tcp://h?x',
    'tcp://h\n',
  ]) {
    assert.ok(isWrong(parseReceiver(text)), text);
  }
  assert.deepEqual(parseListen('127.0.0.1:0'), { host: '127.0.0.1', port: 0 });
  assert.deepEqual(parseListen('[::1]:9464'), { host: '::1', port: 9464 });
  assert.equal(parseListen('off'), 'off');
  for (const text of ['', '9464', 'localhost', ':9464', 'http://h:1', 'h:1/x', 'h:70000'])
    assert.ok(isWrong(parseListen(text)), text);
});

test('variables fill text, a default stands in for nothing, and what they hold is not looked at again', () => {
  const env = { A: 'a', EMPTY: '', TRICKY: '${A}: [x]\n# $${' };
  const faults: string[] = [];
  const fill = (text: string) => substitute(text, env, (message) => faults.push(message));
  const cases = {
    '${A}-${A}': 'a-a',
    '${EMPTY}': '',
    '${EMPTY:-x}': 'x',
    '${NOPE:-x:-y}': 'x:-y',
    '${NOPE:-}': '',
    '$${A} $A $$ {A}': '${A} $A $$ {A}',
    '$$${A}': '$${A}',
    '${TRICKY}': env.TRICKY,
  };
  for (const [text, filled] of Object.entries(cases)) assert.equal(fill(text), filled, text);
  assert.deepEqual(faults, []);
  for (const text of ['${NOPE}', '${', '${A', '${}', '${1}', '${A-b}', '${A:?b}', '${A:-${B}}']) {
    fill(text);
    assert.equal(faults.splice(0).length, 1, text);
  }
});

test('suggestions are near, or none', () => {
  const known = ['interval', 'timeout', 'endpoint', 'lf'];
  assert.equal(suggest('intervall', known), 'interval');
  assert.equal(suggest('itnerval', known), 'interval');
  assert.equal(suggest('TimeOut', known), 'timeout');
  assert.equal(suggest('lff', known), 'lf');
  assert.equal(suggest('banana', known), undefined);
  assert.equal(suggest('x'.repeat(100_000), known), undefined);
});

test('templates', () => {
  const names = { project: 'p-1', logstore: 'l-1' };
  const fill = (text: string) => {
    const parsed = parseTemplate(text);
    return isWrong(parsed) ? parsed.wrong : fillTemplate(parsed, names);
  };
  const fault = (text: string) => {
    const filled = fill(text);
    return typeof filled === 'string' ? filled : '';
  };
  assert.deepEqual(fill(''), []);
  assert.deepEqual(fill('sls-%{__project__}-x'), [{ kind: 'literal', text: 'sls-p-1-x' }]);
  assert.deepEqual(fill('%%{a} 100%'), [{ kind: 'literal', text: '%{a} 100%' }]);
  assert.deepEqual(fill('a%{__tag__:__hostname__|__source__|host:-none}b'), [
    { kind: 'literal', text: 'a' },
    {
      kind: 'field',
      refs: [{ kind: 'tag', key: '__hostname__' }, { kind: 'source' }, { kind: 'content', key: 'host' }],
      fallback: 'none',
    },
    { kind: 'literal', text: 'b' },
  ]);
  assert.deepEqual(fill('%{__topic__|__logstore__|never}'), [
    { kind: 'field', refs: [{ kind: 'topic' }], fallback: 'l-1' },
  ]);
  assert.deepEqual(fill('%{a.b[0] c}'), [
    { kind: 'field', refs: [{ kind: 'content', key: 'a.b[0] c' }], fallback: '' },
  ]);
  const content = (key: string, path?: readonly string[], fallback = '') => [
    { kind: 'field', refs: [{ kind: 'content', key, ...(path && { path }) }], fallback },
  ];
  assert.deepEqual(fill('%{a."b.c/d".0:-"x"}'), content('a.b.c/d.0', ['a', 'b.c/d', '0'], '"x"'));
  assert.deepEqual(fill('%{"a|b}.c"}'), content('a|b}.c', ['a|b}.c']));
  assert.deepEqual(fill('%{a."b""c:-"}'), content('a.b"c:-', ['a', 'b"c:-']));
  assert.deepEqual(fill('%{"__topic__"}'), content('__topic__', ['__topic__']));
  assert.deepEqual(fill('%{a"b}'), content('a"b'));
  assert.deepEqual(fill('{"a":"%{b:-."}","c":"%{d}"}'), [
    { kind: 'literal', text: '{"a":"' },
    ...content('b', undefined, '."'),
    { kind: 'literal', text: '","c":"' },
    ...content('d'),
    { kind: 'literal', text: '"}' },
  ]);
  assert.equal(fill('%{a."b}'), 'the quote at character 5 is never closed with another');
  assert.match(fault('%{x|a."b"c}'), /^the name at character 5 begins with a quote, but does not end with one/);
  assert.equal(fill('x %{a'), '"%{" at character 3 is never closed with "}"');
  assert.equal(fill('%{__topik__}'), 'unknown field "__topik__" at character 3; did you mean "__topic__"?');
  assert.equal(fill('%{a|__tag_:x}'), 'unknown field "__tag_:x" at character 5; did you mean "__tag__:"?');
  assert.match(fault('%{__tag__}'), /needs the tag's name/);
  assert.match(fault('%{a||b}'), /a field name is missing at character 5/);
  assert.match(fault('%{:-x}'), /a field name is missing at character 3/);
  assert.match(fault('%{ a}'), /" a" at character 3 has a space at its end/);
});

test('an age is a moment of the past, and never before 1970', () => {
  const now = 1_767_196_800_999;
  assert.deepEqual(startAt({ secondsAgo: 7200 }, now), { unixSeconds: 1_767_189_600 });
  assert.deepEqual(startAt({ secondsAgo: 1e12 }, now), { unixSeconds: 0 });
  assert.deepEqual(startAt({ unixSeconds: 5 }, now), { unixSeconds: 5 });
  assert.equal(startAt('end', now), 'end');
});
