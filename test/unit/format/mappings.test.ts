/** What the goldens do not show: fields and values that the emulator's logs never have. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { toSettings } from '../../../src/config/settings.js';
import { parseCef, parseLeef } from '../../support/leef-cef.js';
import { framesOf, kernelOf, run, textOf } from '../../support/oracle/oracle.js';
import { encode } from '../../support/oracle/log-group-list.js';
import { minimal, parse } from '../config/parse.js';

/** The frames of logs of these fields. */
function framesBy(mapping: string, logs: readonly Readonly<Record<string, string>>[]): string[] {
  const text = readFileSync(new URL(`../../../../mappings/${mapping}.yaml`, import.meta.url), 'utf8');
  const { pipelines } = toSettings(parse(minimal({ pipeline: text })), { cores: 1, consumer: 'c', now: 0 });
  assert.ok(pipelines[0] !== undefined);
  const raw = logs.map((log) => ({
    time: 1,
    contents: Object.entries(log).map(([key, value]) => ({ key: Buffer.from(key), value: Buffer.from(value) })),
  }));
  return textOf(framesOf(run(kernelOf([pipelines[0].plan]), encode([{ logs: raw, tags: [] }]))));
}

const bodyOf = (frame: string): string => frame.slice(frame.search(/(?:LEEF|CEF):/)).trimEnd();
/** Severity 4 in the header. */
const isWarning = (frame: string): boolean => Number(/^<(\d+)>/.exec(frame)?.[1]) % 8 === 4;

test('WAF: every action that stops a request is a warning, what passed a challenge is none', () => {
  const actions = ['block', 'captcha', 'captcha_strict', 'js', 'sigchl', 'captcha_pass', 'js_pass', 'sigchl_pass', ''];
  for (const mapping of ['waf-cef', 'waf-leef']) {
    const frames = framesBy(
      mapping,
      actions.map((action) => ({ final_action: action, host: 'h' })),
    );
    assert.deepEqual(
      frames.map(isWarning),
      actions.map((action) => action !== '' && !action.endsWith('_pass')),
    );
  }
});

test('WAF: addresses and ports by either name, and the scheme as the log has it', () => {
  const logs = [
    { src_ip: '192.0.2.7', src_port: '4711', dst_port: '8080', https: 'off', host: 'h', request_path: '/p' },
    { https: 'on', host: 'h', request_path: '/p' },
    { host: 'h', request_path: '/p' },
  ];
  const cef = framesBy('waf-cef', logs).map((frame) => new Map(parseCef(bodyOf(frame)).pairs));
  assert.deepEqual(
    ['src', 'spt', 'dpt', 'app', 'request'].map((name) => cef[0]?.get(name)),
    ['192.0.2.7', '4711', '8080', 'HTTP', 'http://h/p'],
  );
  assert.deepEqual(
    cef.slice(1).map((one) => [one.get('app'), one.get('request')]),
    Array.from({ length: 2 }, () => ['HTTPS', 'https://h/p']),
  );
  const leef = framesBy('waf-leef', logs).map((frame) => new Map(parseLeef(bodyOf(frame)).pairs));
  assert.deepEqual(
    ['src', 'srcPort', 'dstPort', 'url'].map((name) => leef[0]?.get(name)),
    ['192.0.2.7', '4711', '8080', 'http://h/p'],
  );
});

test('VPC flow: records that were lost are sent as warnings, windows without traffic are not sent', () => {
  const logs = ['OK', 'NODATA', 'SKIPDATA'].map((status) => ({
    'log-status': status,
    direction: 'out',
    protocol: '99',
  }));
  for (const mapping of ['vpcflow-cef', 'vpcflow-leef']) {
    const frames = framesBy(mapping, logs);
    assert.deepEqual(frames.map(isWarning), [false, true], mapping);
    assert.match(frames[1] ?? '', /flow-SKIPDATA\|/);
  }
  const [first = ''] = framesBy('vpcflow-cef', logs);
  const extension = new Map(parseCef(bodyOf(first)).pairs);
  assert.deepEqual([extension.get('deviceDirection'), extension.get('proto')], ['1', '99']);
});
