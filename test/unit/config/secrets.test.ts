import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minimal, problems } from './parse.js';

test('secrets are not repeated', () => {
  const text = minimal({ source: 'credentials:\n  accessKeyId: [hunter2]\n  accessKeySecret: 271828' });
  const lines = problems(text);
  assert.equal(lines.length, 2);
  assert.ok(!lines.join().includes('hunter2') && !lines.join().includes('271828'));
  assert.match(lines[1] ?? '', /put it in quotes$/);
});

test('no way to write a secret wrongly shows it', () => {
  const ways: readonly string[] = [
    'proxy: "http://me:hunter2@proxy:1',
    "proxy: 'http://me:hunter2@proxy:1",
    'proxy: "http://me:x" hunter2@proxy:1',
    'proxy: !hunter2 x',
    'proxy: *hunter2',
    'proxy: &hunter2 &hunter2 x',
    'proxy: @hunter2',
    'proxy: "hunter2\\q"',
    'proxy: [http://me:hunter2@proxy:1',
    'proxy: { http://me:hunter2@proxy:1',
    'proxy: { http://me:hunter2@proxy:1 }',
    'proxy: { "http://me:hunter2@proxy": 1 }',
    'proxy:\n  http://me:hunter2@proxy: 1',
    'proxy: http://me:hunter2${@proxy:1',
    'proxy: http://me:${hunter2:@proxy:1',
    'proxy: http://me:${hunter2@}proxy:1',
    'proxy: %hunter2: x',
    'proxy: | hunter2',
    'proxy:\n\t hunter2',
    'proxy:\n - - hunter2: 1',
    'proxy: https://me:hunter2@proxy:1',
    'credentials: hunter2',
    'credentials: hunter2:hunter2',
    'credentials: { accessKeySecret:hunter2 }',
    'credentials: { accessKeySecret: { hunter2: hunter2 } }',
    'credentials: { accessKeySecret: [hunter2] }',
    'credentials: { "hunter2 hunter2": 1 }',
    'credentials:\n  accessKeySecret:hunter2',
    'credentials:\n  accessKeySecret: hunter2: x',
    'credentials:\n  accessKeySecret: "a"hunter2',
    'endpoint: https://me:hunter2@host',
    'endpoint: https://host/?AccessKeySecret=hunter2',
  ];
  for (const way of ways) {
    const found = problems(minimal({ source: way }));
    assert.ok(found.length > 0, way);
    assert.ok(!found.join().includes('hunter2'), `${way}\n${found.join('\n')}`);
  }
  assert.match(
    problems(minimal({ source: 'credentials: { accessKeySecret:abc }' }))[0] ?? '',
    /is the blank after ":" missing/,
  );
});
