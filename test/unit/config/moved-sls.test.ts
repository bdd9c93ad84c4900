import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse, problems } from './parse.js';

const REST = `pipelines:
  - { name: n, project: p, logstore: l, consumerGroup: g, destination: siem }
destinations:
  siem: { endpoints: ["tcp://siem:514"] }
`;

/** What the one line about `sls:` tells to write. */
function toWrite(sls: string): string {
  const lines = problems(`# first line\n${sls}\n${REST}`, { AK: 'a', SK: 'b' });
  assert.equal(lines.length, 1, lines.join('\n'));
  const [, written = ''] = /^c\.yaml:2:1: sls: is one of several sources now; write (.*)$/.exec(lines[0] ?? '') ?? [];
  assert.notEqual(written, '', lines[0]);
  return written;
}

test('sls: is answered with the same under sources, which is a config', () => {
  const cases: readonly (readonly [old: string, now: string])[] = [
    ['sls: { endpoint: ap-southeast-1 }', 'sources: { sls: { endpoint: ap-southeast-1 } }'],
    [
      'sls:\n  endpoint: ${EP:-embedded} # here\n  credentials:\n    accessKeyId: ${AK}\n    accessKeySecret: ${SK:-}\n  timeout: 5s\n',
      'sources: { sls: { endpoint: "${EP:-embedded}", credentials: { accessKeyId: "${AK}", accessKeySecret: "${SK:-}" }, timeout: "5s" } }',
    ],
    [
      'sls:\n  endpoint: "http://127.0.0.1:80"\n  credentials: &c { source: ecs-ram-role, roleName: "on", assumeRole: { roleArn: "acs:ram::1:role/r", durationSeconds: 900 } }',
      'sources: { sls: { endpoint: "http://127.0.0.1:80", credentials: { source: ecs-ram-role, roleName: "on", assumeRole: { roleArn: "acs:ram::1:role/r", durationSeconds: 900 } } } }',
    ],
  ];
  for (const [old, now] of cases) {
    const written = toWrite(old);
    assert.equal(written, now);
    parse(`${written}\n${REST}`, { AK: 'a', SK: 'b' });
  }
});

test('what may be a secret is not shown', () => {
  const secrets = [
    'credentials: { accessKeyId: hunter2, accessKeySecret: hunter2 }',
    'credentials: { accessKeySecret: "${SK:-hunter2}" }',
    'credentials: { accessKeySecret: "x${SK}hunter2" }',
    'credentials: { accessKeySecret: [hunter2] }',
    'credentials: { accessKeySecret: { endpoint2: hunter2 } }',
    'credentials: { accessKeySecret:hunter2 }',
    'credentials: { accessKeySecret: 2.7182818hunter2 }',
    'credentials: { command: [get-keys, --token, hunter2] }',
    'credentials: { uri: "http://host/?token=hunter2" }',
    'credentials: { assumeRole: { externalId: hunter2, policy: hunter2 } }',
    'credentials: hunter2',
    'proxy: http://me:hunter2@proxy:3128',
    'proxy: hunter2',
    'endpoint: http://me:hunter2@host',
    'x: &a { accessKeySecret: hunter2 }\n  credentials: *a',
    'accessKeySecret: hunter2',
  ];
  for (const secret of secrets) {
    const lines = problems(`sls:\n  ${secret}\n${REST}`, { SK: 'hunter2' }).join('\n');
    assert.match(lines, /sources: \{ sls: .*; "…" stands for what is not shown here$/, secret);
    assert.ok(!lines.includes('hunter2'), `${secret}: ${lines}`);
  }
  assert.doesNotMatch(problems(`sls: hunter2\n${REST}`).join('\n'), /hunter2/);
});

test('an empty sls, a wrong one and one beside sources have a line each', () => {
  for (const empty of ['sls:', 'sls: embedded', 'sls: [a]', 'sls: {}', 'sls: &a { x: *a }']) {
    assert.match(
      problems(`${empty}\n${REST}`).join('\n'),
      /^c\.yaml:1:1: sls: is one of several sources now; write/,
      empty,
    );
  }
  assert.deepEqual(problems(`sls: { endpoint: embedded }\nsources: { a: { endpoint: embedded } }\n${REST}`), [
    'c.yaml:1:1: sls: remove it: "sources" says where logs come from',
  ]);
});

test('an old config of any size has one short line', () => {
  const many = Array.from({ length: 1000 }, (_, index) => `  k${index}: x`).join('\n');
  const lines = problems(`sls:\n${many}\n${REST}`);
  assert.equal(lines.length, 1);
  assert.ok((lines[0] ?? '').length < 20_000);
});

test('the shipped config was written with sls: before', () => {
  const shipped = readFileSync(new URL('../../../../config.yaml', import.meta.url), 'utf8');
  const old = shipped.replace('sources:\n  sls:', 'sls:');
  assert.notEqual(old, shipped);
  const [line = '', ...others] = problems(old);
  assert.deepEqual(others, []);
  const [, written = ''] = /write (sources: .*)$/.exec(line) ?? [];
  assert.equal(
    written,
    'sources: { sls: { endpoint: "${SLS_ENDPOINT:-embedded}", credentials: { accessKeyId: "${SLS_AK_ID:-}", accessKeySecret: "${SLS_AK_KEY:-}" } } }',
  );
});
