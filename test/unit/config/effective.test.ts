import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { effectiveConfig } from '../../../src/config/effective.js';
import { parseConfig } from '../../../src/config/load.js';
import { PRESET_NAMES } from '../../../src/config/presets.js';
import { temporaryDirectory } from '../../support/temporary.js';

const SECRET = 'secret-zq47';

function written(config: object): string {
  const file = join(temporaryDirectory('effective'), 'config.yaml');
  writeFileSync(file, JSON.stringify(config));
  return file;
}

const parsed = (text: string) => parseConfig('config', Buffer.from(text), {});
const pipeline = { name: 'main', project: 'demo', logstore: ['a', 'b'], consumerGroup: 'siem', destination: 'siem' };

for (const preset of PRESET_NAMES)
  test(`${preset}: what is printed means the same as what was written, and says what a destination takes`, () => {
    const config = {
      sources: { main: { endpoint: 'embedded' } },
      pipelines: [{ ...pipeline, format: { preset, facility: 'local3' }, pull: { window: 7 } }],
      destinations: { siem: { endpoints: ['tcp://127.0.0.1:514'] } },
    };
    const text = effectiveConfig(written(config), {});
    const [before, after] = [parsed(JSON.stringify(config)), parsed(text)];
    const open = { framing: undefined, newline: undefined, maxEventBytes: undefined };
    assert.deepEqual({ ...after.destinations['siem'], ...open }, { ...before.destinations['siem'], ...open });
    assert.deepEqual({ ...after, destinations: {} }, { ...before, destinations: {} });
    assert.notEqual(after.destinations['siem']?.framing, undefined);
    assert.match(text, /idlePoll: 200ms/);
    assert.equal(effectiveConfig(written(parse(text) as object), {}), text, 'once more changes nothing');
  });

for (const endpoint of ['tls://127.0.0.1:6514', 'udp://127.0.0.1:514', 'relp://127.0.0.1:2514', 'embedded'])
  test(`${endpoint}: what is printed is a config that is fine`, () => {
    const sources = { main: { endpoint: 'embedded' } };
    const text = effectiveConfig(
      written({ sources, pipelines: [pipeline], destinations: { siem: { endpoints: [endpoint] } } }),
      {},
    );
    assert.deepEqual(Object.keys(parsed(text).destinations), ['siem']);
  });

test('no secret is printed: keys, external ids, what stands before the @ of an address', () => {
  const credentials = {
    accessKeyId: 'LTAI-zq47',
    accessKeySecret: '${KEY}',
    assumeRole: { roleArn: 'acs:ram::1:role/reader', externalId: SECRET },
  };
  const config = {
    sources: { main: { endpoint: 'cn-hangzhou', credentials, proxy: `http://user:${SECRET}@proxy.example:3128` } },
    pipelines: [{ ...pipeline, format: { shape: { hash: { fields: ['user'], key: '${HASH}' } } } }],
    destinations: { siem: { endpoints: ['tls://siem.example.com'] } },
  };
  const text = effectiveConfig(written(config), { KEY: SECRET, HASH: `sixteen-bytes-${SECRET}` });
  assert.doesNotMatch(text, /zq47/);
  assert.match(text, /accessKeySecret: \(hidden\)/);
  assert.match(text, /http:\/\/\(hidden\)@proxy\.example:3128/);
});
