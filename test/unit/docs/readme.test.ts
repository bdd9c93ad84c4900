import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guaranteeOf } from '../../../src/config/cross-check.js';
import { toSettings } from '../../../src/config/settings.js';
import { parse } from '../config/parse.js';
import { read } from './documents.js';

const readme = read('README.md');
const yaml = [...readme.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text = '']) => text);

test('the README is short', () => {
  assert.ok(readme.split('\n').length <= 150);
});

test('the README shows QRadar over TLS in ten lines that are a config', () => {
  assert.equal(yaml.length, 1);
  const [text = ''] = yaml;
  assert.ok(text.trimEnd().split('\n').length <= 10);
  const config = parse(text, {});
  const { sources, pipelines, destinations } = toSettings(config, { cores: 2, consumer: 'c', now: 0 });
  const [service] = sources.values();
  assert.ok(service !== undefined && service !== 'embedded');
  assert.equal(service.endpoint.host, 'ap-southeast-1.log.aliyuncs.com');
  assert.match(config.pipelines[0]?.format.preset ?? '', /^qradar/);
  assert.equal(pipelines.length, 1);
  assert.deepEqual(
    destinations[0]?.settings.endpoints.map(({ text: endpoint }) => endpoint),
    ['tls://qradar.example.com:6514'],
  );
});

test('the README names a guarantee as the default of a transport that is its default', () => {
  const defaults = new Map([
    ['udp', 'written'],
    ['tcp', 'settled'],
    ['tls', 'settled'],
    ['relp', 'relp'],
  ]);
  for (const [scheme, guarantee] of defaults) {
    const endpoints = `destinations:\n  siem: { endpoints: ["${scheme}://siem:514"] }`;
    const config = parse(
      `${(yaml[0] ?? '').replace(/^destinations:[^]*/m, '').replaceAll('destination: qradar', 'destination: siem')}${endpoints}`,
    );
    assert.equal(guaranteeOf(config.destinations['siem']!), guarantee);
    const row = readme.split('\n').find((line) => line.startsWith(`| \`${guarantee}\``)) ?? '';
    assert.match(row, new RegExp(`\\(.*${scheme}.*\\)`, 'i'));
  }
});
