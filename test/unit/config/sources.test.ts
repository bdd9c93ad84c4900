import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toSettings } from '../../../src/config/settings.js';
import { parse, problems, type Env } from './parse.js';

const settings = (text: string, env: Env = {}) =>
  toSettings(parse(text, env), { cores: 1, consumer: 'c', now: 1_700_000_000_000 });

interface Piped {
  readonly source?: string;
  readonly project?: string;
  readonly destination?: string;
}

/** A config with these sources and a pipeline for each entry, all in one consumer group. */
function config(sources: readonly string[], pipelines: readonly Piped[], more = ''): string {
  const piped = pipelines.map(({ source, project = 'p', destination = 'siem' }, index) => {
    const chosen = source === undefined ? '' : ` source: ${source},`;
    return `  - { name: n${index},${chosen} project: ${project}, logstore: l, consumerGroup: g, destination: ${destination} }`;
  });
  return ['sources:', ...sources.map((line) => `  ${line}`), 'pipelines:', ...piped]
    .concat('destinations:', '  siem: { endpoints: ["tcp://siem:514"] }', more)
    .join('\n');
}

const SG = 'sg: { endpoint: ap-southeast-1 }';
const HZ = 'hz: { endpoint: cn-hangzhou-intranet, region: cn-hangzhou, timeout: 5s }';

test('each pipeline reads from the source it names; the only one needs no name', () => {
  const two = settings(config([SG, HZ], [{ source: 'hz' }, { source: 'sg' }]));
  assert.deepEqual(
    two.pipelines.map(({ settings: { source } }) => source),
    ['hz', 'sg'],
  );
  const hz = two.sources.get('hz');
  assert.ok(hz !== undefined && hz !== 'embedded');
  assert.deepEqual([hz.endpoint.host, hz.timeoutMs], ['cn-hangzhou-intranet.log.aliyuncs.com', 5000]);
  const one = settings(config([SG], [{}]));
  assert.deepEqual([one.pipelines[0]?.settings.source, [...one.sources.keys()]], ['sg', ['sg']]);
});

test('pipelines and sources that do not find each other are named', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    [
      config([SG, HZ], [{ source: 'hx' }, { source: 'sg' }]),
      [
        'c.yaml:3:3: sources.hz: no pipeline reads from this source; choose it in one, or remove it',
        'c.yaml:5:26: pipelines[0].source: no source is called "hx"; did you mean "hz"? (known: sg, hz)',
      ],
    ],
    [
      config([SG, HZ], [{}]),
      [
        'c.yaml:5:5: pipelines[0].source: missing; there are several sources, so name the one to read from (known: sg, hz)',
      ],
    ],
    [
      config([SG, HZ], [{ source: 'sg' }]),
      ['c.yaml:3:3: sources.hz: no pipeline reads from this source; choose it in one, or remove it'],
    ],
    [
      config(['a: { endpoint: embedded }', 'b: { endpoint: embedded }'], [{ source: 'a' }, { source: 'b' }]),
      ['c.yaml:3:18: sources.b.endpoint: source "a" is "embedded" already, and there is only one'],
    ],
    [
      config([SG, '"s g": { endpoint: embedded }'], [{ source: 'sg' }]),
      [
        'c.yaml:3:3: sources."…": a name may have up to 64 letters, digits, "-", "_" and ".", and begins with a letter or digit',
        'c.yaml:3:3: sources."…": no pipeline reads from this source; choose it in one, or remove it',
      ],
    ],
  ];
  for (const [text, said] of cases) {
    const lines = problems(text).filter((line) => !line.includes('reads this logstore'));
    assert.deepEqual(lines.map(withoutOffset), said.map(withoutOffset), text);
  }
});

/** Where a section begins depends on its braces. */
const withoutOffset = (line: string): string => line.replace(/^(c\.yaml:\d+):\d+/, '$1');

test('every source is checked by itself', () => {
  const wrong = config(
    ['sg: { endpoint: ap-southeast-1, credentials: { source: static } }', 'hz: { endpoint: nowhere:x }'],
    [{ source: 'sg' }, { source: 'hz' }],
  );
  const lines = problems(wrong).join('\n');
  assert.match(lines, /^c\.yaml:2:\d+: sources\.sg\.credentials\.accessKeyId: needed to read from ap-southeast-1/m);
  assert.match(lines, /^c\.yaml:3:\d+: sources\.hz\.endpoint: /m);
});

test('one consumer group twice in one logstore is found whatever address it is read by', () => {
  const twin = /^c\.yaml:6:\d+: pipelines\[1\]\.consumerGroup: pipeline "n0" reads this logstore with the same/;
  const near = 'near: { endpoint: ap-southeast-1-intranet }';
  assert.match(problems(config([SG, near], [{ source: 'sg' }, { source: 'near' }])).join('\n'), twin);
  const local = ['a: { endpoint: "http://127.0.0.1:1" }', 'b: { endpoint: "http://127.0.0.1:1" }'];
  assert.match(problems(config(local, [{ source: 'a' }, { source: 'b' }])).join('\n'), twin);
  assert.deepEqual(problems(config([SG, HZ], [{ source: 'sg' }, { source: 'hz' }])), [], 'two regions');
});

test('the embedded receiver may take made-up logs beside a real source, and none of that source', () => {
  const sources = [SG, 'demo: { endpoint: embedded }'];
  const counting = '  counts: { endpoints: [embedded] }';
  const demo = { source: 'demo', destination: 'counts' };
  assert.deepEqual(problems(config(sources, [{ source: 'sg' }, demo], counting)), []);
  const mixed = problems(config(sources, [{ source: 'sg', destination: 'counts' }, demo], counting));
  assert.match(mixed.join('\n'), /destinations\.counts\.endpoints: the embedded receiver only counts events/);
});

test('the embedded Log Service has one project, whatever the others are called', () => {
  const sources = [SG, 'demo: { endpoint: embedded }'];
  const pipelines = [
    { source: 'sg', project: 'real' },
    { source: 'demo', project: 'one' },
  ];
  assert.deepEqual(problems(config(sources, pipelines)), []);
  const [line = ''] = problems(config(sources, [...pipelines, { source: 'demo', project: 'two' }]));
  assert.match(line, /pipelines\[2\]\.project: the embedded Log Service has one project, here "one"/);
});

test('a region that nobody knows is warned of with the name of its source', () => {
  const [line] = problems(config([SG, 'x: { endpoint: cn-atlantis }'], [{ source: 'sg' }, { source: 'x' }]));
  assert.match(line ?? '', /^c\.yaml:3:\d+: sources\.x\.endpoint: no region is called "cn-atlantis"/);
});
