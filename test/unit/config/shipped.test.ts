import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { jsonSchema } from '../../../src/config/json-schema.js';
import { toSettings } from '../../../src/config/settings.js';
import { parse, type Env } from './parse.js';

const read = (name: string) => readFileSync(new URL(`../../../../${name}`, import.meta.url), 'utf8');
const shipped = read('config.yaml');

test('config.schema.json is what `forwarder schema` prints', () => {
  assert.equal(read('config.schema.json'), jsonSchema());
});

test('without a variable the shipped config is embedded on both ends', () => {
  const { sources, destinations } = parse(shipped);
  assert.equal(sources['sls']?.endpoint, 'embedded');
  assert.deepEqual(destinations['siem']?.endpoints, ['embedded']);
});

test('the shipped config reads the variables of the old sample', () => {
  const env: Env = {
    SLS_ENDPOINT: 'http://ap-southeast-1.log.aliyuncs.com',
    SLS_AK_ID: 'id',
    SLS_AK_KEY: 'key',
    SLS_PROJECT: 'prod',
    SLS_LOGSTORE: 'waf-logstore',
    SLS_CG: 'cg',
    SYSLOG_URL: 'tls://siem.example.com',
  };
  const { sources, pipelines, destinations } = toSettings(parse(shipped, env), { cores: 2, consumer: 'c', now: 0 });
  const service = sources.get('sls');
  assert.ok(service !== undefined && service !== 'embedded');
  assert.deepEqual([service.endpoint.host, service.endpoint.tls], ['ap-southeast-1.log.aliyuncs.com', false]);
  const { accessKeyId, accessKeySecret, securityToken, source } = service.credentials;
  assert.deepEqual([accessKeyId, accessKeySecret, securityToken, source], ['id', 'key', undefined, 'auto']);
  const { project, logstore, consumerGroup } = pipelines[0]!.settings;
  assert.deepEqual([project, logstore, consumerGroup], ['prod', 'waf-logstore', 'cg']);
  assert.equal(destinations[0]?.settings.endpoints[0]?.text, 'tls://siem.example.com:6514');
});
