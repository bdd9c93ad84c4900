import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toSettings } from '../../../src/config/settings.js';
import { warningsOf } from '../../../src/config/warnings.js';
import { minimal, parse, problems } from './parse.js';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const warnings = (text: string): string[] =>
  warningsOf(toSettings(parse(text), { cores: 2, consumer: 'c', now: NOW }), NOW);

test('a start that has not come is warned of', () => {
  assert.deepEqual(warnings(minimal({ pipeline: 'start: 2026-06-01T12:00:00Z' })), []);
  assert.deepEqual(warnings(minimal({ pipeline: 'start: -2h' })), []);
  const [line, ...others] = warnings(minimal({ pipeline: 'start: 2026-06-01T12:00:01Z' }));
  assert.match(
    line ?? '',
    /^pipelines\.main\.start: 2026-06-01T12:00:01\.000Z is in the future: .* as with start: end$/,
  );
  assert.deepEqual(others, []);
});

test('a port of SC4S that does not fit the framing is warned of', () => {
  const config = (endpoint: string, framing: string, preset = 'splunk-sc4s', more = ''): string =>
    minimal({ pipeline: `format: { preset: ${preset}${more} }`, destination: framing }).replace(
      'tcp://siem:514',
      endpoint,
    );
  const fine = [
    ['tcp://siem:514', ''],
    ['tls://siem:6514', ''],
    ['tcp://siem:601', 'framing: octet-counting'],
    ['tls://siem:5425', 'framing: octet-counting'],
    ['tcp://siem:9000', 'framing: octet-counting'],
    ['udp://siem:601', ''],
  ] as const;
  for (const [endpoint, framing] of fine) assert.deepEqual(warnings(config(endpoint, framing)), [], endpoint);
  assert.deepEqual(warnings(config('tcp://siem:601', '', 'elastic')), []);
  assert.deepEqual(warnings(config('tls://siem:6514', 'framing: octet-counting')), [
    'pipelines.main: tls://siem:6514: SC4S takes lines only on port 6514; write "framing: lf" in destination "siem", or another port (601 or 5425)',
  ]);
  assert.deepEqual(warnings(config('tcp://siem:601', '')), [
    'pipelines.main: tcp://siem:601: SC4S takes octet counting only on port 601; write "framing: octet-counting" in destination "siem", or another port (514 or 6514)',
  ]);
  const old = (dialect: string): string[] =>
    warnings(config('tcp://siem:514', '', 'otel', `, header: rfc3164, dialect: ${dialect}`));
  assert.deepEqual(old('bsd'), []);
  assert.match(old('iso8601').join(), /^pipelines\.main: format\.dialect: the OpenTelemetry Collector takes RFC 3164 /);
});

const endpoint = (text: string): string => minimal().replace(/endpoint: .*/, `endpoint: "${text}"`);

test('a region that is misspelt is no host of that name', () => {
  const meant: Readonly<Record<string, string>> = {
    'ap-southeast1': 'ap-southeast-1',
    'apsoutheast-1': 'ap-southeast-1',
    ap_southeast_1: 'ap-southeast-1',
    'cn-hangzou': 'cn-hangzhou',
    'cn-hangzou-intranet': 'cn-hangzhou',
    'ap-southeast1-accelerate': 'ap-southeast-1',
    cnhangzhou: 'cn-hangzhou',
    'us-west1': 'us-west-1',
  };
  for (const [typed, region] of Object.entries(meant)) {
    const [line = ''] = problems(endpoint(typed));
    assert.match(
      line,
      new RegExp(
        `sources\\.sg\\.endpoint: no region is called .*did you mean "${region}"\\?; a new region is written as a host`,
      ),
      typed,
    );
  }
  assert.match(problems(endpoint('ap-atlantis-7'))[0] ?? '', /no region is called "ap-atlantis-7"; a new region/);
  for (const right of [
    'ap-southeast-1',
    'cn-hangzhou-intranet',
    'cn-beijing-accelerate',
    'localhost',
    'emulator',
    'sls',
  ])
    assert.deepEqual(problems(endpoint(right)), [], right);
});

test('a host of a region that nobody knows is warned of, and used', () => {
  assert.deepEqual(warnings(endpoint('ap-southeast-1.log.aliyuncs.com')), []);
  assert.deepEqual(warnings(endpoint('log.example.com')), []);
  assert.deepEqual(warnings(endpoint('ap-southeast1-intranet.log.aliyuncs.com')), [
    'sources.sg: ap-southeast1 is no region that this version knows; did you mean "ap-southeast-1"?',
  ]);
});
