import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minimal, problems } from './parse.js';

test('signature v4 needs a region, written or told by the endpoint', () => {
  const service = (endpoint: string, more = ''): string[] =>
    problems(
      minimal({
        source: `signature: v4\ncredentials: { source: static, accessKeyId: a, accessKeySecret: b }${more}`,
      }).replace('endpoint: embedded', `endpoint: ${endpoint}`),
      {},
    );
  assert.match(
    service('https://sls.example.com').join(),
    /sources.sg.region: signature v4 needs the region, and .* does not/,
  );
  assert.deepEqual(service('https://sls.example.com', '\nregion: cn-hangzhou'), []);
  assert.deepEqual(service('cn-hangzhou.log.aliyuncs.com'), []);
});
