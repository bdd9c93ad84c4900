import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choosePipeline } from '../../../src/config/choose-pipeline.js';
import { toSettings } from '../../../src/config/settings.js';
import { parse, problems } from './parse.js';

/** One pipeline that reads these, and more pipelines below it. */
const config = (project: string, logstore: string, more = ''): string => `sources:
  sg: { endpoint: ap-southeast-1 }
pipelines:
  - name: audit
    project: ${project}
    logstore: ${logstore}
    consumerGroup: g
    destination: siem
    format: { preset: rfc5425, hostname: "%{__project__}-%{__logstore__}" }
${more}destinations:
  siem: { endpoints: ["tls://siem"] }
`;
const WAF =
  '  - { name: waf, project: p, logstore: waf, consumerGroup: g, destination: siem, format: { preset: rfc5425 } }\n';
const settings = (text: string) => toSettings(parse(text), { cores: 1, consumer: 'c', now: 0 });

test('a list is each logstore in each project, all as one pipeline; a name alone is a list of one', () => {
  const { pipelines } = settings(config('[p, q]', '[a, b]', WAF));
  assert.deepEqual(
    pipelines.map(({ index, settings: { name, title, project, logstore } }) => [index, name, title, project, logstore]),
    [
      [0, 'audit', 'audit (p/a)', 'p', 'a'],
      [0, 'audit', 'audit (p/b)', 'p', 'b'],
      [0, 'audit', 'audit (q/a)', 'q', 'a'],
      [0, 'audit', 'audit (q/b)', 'q', 'b'],
      [1, 'waf', 'waf', 'p', 'waf'],
    ],
  );
  const hostnames = pipelines.slice(0, 4).map(({ plan }) => JSON.stringify(plan.header.hostname));
  assert.equal(new Set(hostnames).size, 4, 'each knows where its logs come from');
  assert.ok(hostnames[3]?.includes('q'));
});

test('what is wrong with a list is said at its place', () => {
  const cases: readonly (readonly [project: string, logstore: string, said: RegExp])[] = [
    ['p', '[a, "b c"]', /^c\.yaml:6:19: pipelines\[0\]\.logstore\[1\]: logstore "b c" is not a legal name/],
    ['p', '"b c"', /^c\.yaml:6:15: pipelines\[0\]\.logstore: logstore "b c" is not a legal name/],
    ['p', '[]', /^c\.yaml:6:15: pipelines\[0\]\.logstore: expected a name, or a list of names, got an empty list/],
    ['p', '', /^c\.yaml:6:5: pipelines\[0\]\.logstore: missing; write a name, or a list of names/],
    ['p', '{ a: b }', /^c\.yaml:6:15: pipelines\[0\]\.logstore: expected a name, or a list of names, got a section/],
    ['7', 'a', /^c\.yaml:5:14: pipelines\[0\]\.project: expected a name, or a list of names, got the number 7/],
    ['p', '[a, [b]]', /^c\.yaml:6:19: pipelines\[0\]\.logstore\[1\]: expected a name, got a list/],
    ['[p, q, p]', 'a', /^c\.yaml:5:21: pipelines\[0\]\.project\[2\]: "p" stands here twice; remove one$/],
    ['p', '["a*.b"]', /^c\.yaml:6:16: pipelines\[0\]\.logstore\[0\]: "a\*\.b" is no pattern of a logstore: letters/],
    ['p', '["!"]', /^c\.yaml:6:16: pipelines\[0\]\.logstore\[0\]: "!" is no pattern of a logstore: letters/],
    ['p', '["!!a"]', /^c\.yaml:6:16: pipelines\[0\]\.logstore\[0\]: "!!a" is no pattern/],
    [
      'p',
      '["!a"]',
      /^c\.yaml:6:16: pipelines\[0\]\.logstore\[0\]: "!a" leaves something out, and nothing is chosen; add/,
    ],
    [
      '[q, "!p"]',
      'a',
      /^c\.yaml:5:18: pipelines\[0\]\.project\[1\]: "!p" leaves nothing out, for there are only names/,
    ],
    [
      'p',
      '["*", ab, "!a?"]',
      /^c\.yaml:6:25: pipelines\[0\]\.logstore\[2\]: "!a\?" leaves out "ab", which is named here/,
    ],
    ['p', '["a*", b, "a*"]', /^c\.yaml:6:25: pipelines\[0\]\.logstore\[2\]: "a\*" stands here twice; remove one$/],
    ['p', '*audit', /^c\.yaml:6:15: .*text that begins with "\*" needs quotes$/],
    ['p', '!audit', /^c\.yaml:6:15: .*text that begins with "!" needs quotes$/],
  ];
  for (const [project, logstore, said] of cases) {
    const lines = problems(config(project, logstore));
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0] ?? '', said);
  }
});

test('more logstores than a process reads are refused before they are opened', () => {
  const names = (letter: string, count: number): string =>
    `[${Array.from({ length: count }, (_, index) => `${letter}${index}`).join(', ')}]`;
  assert.deepEqual(problems(config(names('p', 10), names('l', 100))), []);
  assert.match(
    problems(config(names('p', 11), names('l', 91))).join('\n'),
    /these are 1001 logstores; .* at most 1000/,
  );
  assert.match(problems(config('p', names('l', 1001))).join('\n'), /logstore: expected .*, got a list|at most 1000/);
});

test('two pipelines that meet in one logstore with one consumer group are found', () => {
  const other = (logstore: string, group = 'g'): string =>
    config(
      '[p, q]',
      '[a, b]',
      `  - { name: n, project: q, logstore: ${logstore}, consumerGroup: ${group}, destination: siem, format: { preset: rfc5425 } }\n`,
    );
  assert.match(
    problems(other('[c, b]')).join('\n'),
    /consumerGroup: pipeline "audit" reads this logstore with the same/,
  );
  assert.deepEqual(problems(other('[c, b]', 'h')), []);
  assert.deepEqual(problems(other('[c, d]')), []);
});

test('a command that is for one logstore asks which, and takes its name with or without the project', () => {
  const all = settings(config('[p, q]', '[a, b]', WAF));
  const choose = (pipeline?: string, logstore?: string): string => {
    const { settings: chosen } = choosePipeline(all, { pipeline, logstore });
    return `${chosen.project}/${chosen.logstore}`;
  };
  assert.equal(choose('waf'), 'p/waf');
  assert.equal(choose('audit', 'q/a'), 'q/a');
  assert.throws(() => choose(), { code: 'USAGE', message: 'choose one with --pipeline: audit, waf' });
  assert.throws(() => choose('audit'), { message: 'choose one with --logstore: p/a, p/b, q/a, q/b' });
  assert.throws(() => choose('audit', 'a'), { message: 'choose one with --logstore: p/a, q/a' });
  assert.throws(() => choose('audit', 'c'), {
    message: 'this pipeline reads no logstore "c" (known: p/a, p/b, q/a, q/b)',
  });
  assert.throws(() => choose('audti'), { message: 'no pipeline is called "audti" (known: audit, waf)' });
});

test('patterns: what is named is known at once, the rest when it is found', () => {
  const { pipelines, patterns } = settings(config('[p, "q*"]', '[a, "*-audit", "!x-audit"]', WAF));
  assert.deepEqual(
    pipelines.map(({ index, settings: { title } }) => [index, title]),
    [
      [0, 'audit (p/a)'],
      [1, 'waf'],
    ],
  );
  const [pattern, another] = patterns;
  assert.equal(another, undefined);
  assert.ok(pattern);
  assert.deepEqual([pattern.index, pattern.name, pattern.source, pattern.intervalMs], [0, 'audit', 'sg', 60_000]);
  const found = pattern.planFor({ project: 'q1', logstore: 'b-audit' }, false);
  assert.equal(found.settings.title, 'audit (q1/b-audit)');
  assert.ok(JSON.stringify(found.plan.header.hostname).includes('q1'), 'it knows where its logs come from');
  assert.equal(
    settings(config('p', '"*"')).patterns[0]?.planFor({ project: 'p', logstore: 'b' }, false).settings.title,
    'audit (p/b)',
  );
});

test('start: end of a logstore that is found later is the start of the process; other starts stay', () => {
  const startOf = (start: string, isLate: boolean) => {
    const text = config('p', '"*"').replace('    consumerGroup', `    start: ${start}\n    consumerGroup`);
    const { patterns } = toSettings(parse(text), { cores: 1, consumer: 'c', now: 1_700_000_000_900 });
    return patterns[0]?.planFor({ project: 'p', logstore: 'b' }, isLate).settings.shard.start;
  };
  assert.equal(startOf('end', false), 'end');
  assert.deepEqual(startOf('end', true), { unixSeconds: 1_700_000_000 });
  for (const isLate of [false, true]) {
    assert.equal(startOf('begin', isLate), 'begin');
    assert.deepEqual(startOf('-1h', isLate), { unixSeconds: 1_699_996_400 });
  }
});

test('two pipelines of one group may not read the same, as far as their lists tell', () => {
  const second = (project: string, logstore: string): string =>
    `  - { name: waf, project: ${project}, logstore: ${logstore}, consumerGroup: g, destination: siem, format: { preset: rfc5425 } }\n`;
  const twins = [
    ['p', '"*"', 'p', 'waf'],
    ['p', 'waf', '"p*"', '"w*"'],
    ['p', '["a*", b]', 'p', '[b, "a*"]'],
    ['"*"', 'a', 'p', '"*"'],
  ] as const;
  for (const [project, logstore, otherProject, otherLogstore] of twins) {
    const lines = problems(config(project, logstore, second(otherProject, otherLogstore)));
    assert.match(lines.join(), /reads this logstore with the same consumer group/, `${project} ${logstore}`);
  }
  const apart = [
    ['p', '["*", "!waf"]', 'p', 'waf'],
    ['p', '"a*"', 'p', '"b*"'],
    ['"p*"', 'a', 'q', '"*"'],
  ] as const;
  for (const [project, logstore, otherProject, otherLogstore] of apart)
    assert.deepEqual(problems(config(project, logstore, second(otherProject, otherLogstore))), []);
});

test('patterns have nothing to find in the embedded Log Service', () => {
  const text = config('p', '[a, "b*"]').replace('ap-southeast-1', 'embedded');
  assert.match(
    problems(text)[0] ?? '',
    /^c\.yaml:6:19: .*the embedded Log Service has the logstores that the config names/,
  );
});

test('one logstore of a pipeline with patterns is chosen by its name', () => {
  const all = settings(config('p', '[a, "b*", "!bad"]'));
  const choose = (logstore: string | undefined) => choosePipeline(all, { pipeline: undefined, logstore }).settings;
  assert.equal(choose('a').title, 'audit (p/a)');
  assert.equal(choose('bc').title, 'audit (p/bc)');
  assert.equal(choose('p/bc').title, 'audit (p/bc)');
  assert.throws(
    () => choose(undefined),
    /finds its logstores by patterns \(project: p; logstore: a, b\*, !bad\); choose one with --logstore/,
  );
  for (const none of ['bad', 'c', 'q/bc', 'p/bc/d'])
    assert.throws(() => choose(none), /reads no logstore|say in which project/);
  const wide = settings(config('"p*"', 'a'));
  assert.throws(
    () => choosePipeline(wide, { pipeline: undefined, logstore: 'a' }),
    /say in which project, as project\/a/,
  );
  assert.equal(choosePipeline(wide, { pipeline: 'audit', logstore: 'p1/a' }).settings.project, 'p1');
});
