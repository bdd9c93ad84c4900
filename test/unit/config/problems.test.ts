import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { loadConfig } from '../../../src/config/load.js';
import { toSettings } from '../../../src/config/settings.js';
import { UNLIMITED } from '../../../src/delivery/pace.js';
import { minimal, parse, problems } from './parse.js';

const HOST = { cores: 2, consumer: 'c', now: 0 };

test('the least config is right', () => {
  assert.deepEqual(problems(minimal()), []);
});

test('an unknown key is named with its place and with what was probably meant', () => {
  assert.deepEqual(problems(minimal({ pipeline: 'heartbeat:\n  intervall: 5s' })), [
    'c.yaml:11:7: pipelines[0].heartbeat.intervall: unknown key; did you mean "interval"?',
  ]);
  assert.deepEqual(problems(minimal({ top: 'chekpoint: {}' })), [
    'c.yaml:13:1: chekpoint: unknown key; did you mean "checkpoint"?',
  ]);
  assert.deepEqual(problems(minimal({ top: '__proto__: { a: 1 }' })), ['c.yaml:13:1: __proto__: unknown key']);
});

test('destinations as a list: the one thing that is wrong is said, not that their names are unknown', () => {
  const text = minimal().replace('  siem:\n    endpoints:', '  - name: siem\n    endpoints:');
  assert.deepEqual(problems(text), ['c.yaml:11:3: destinations: expected a section (name: …), got a list']);
});

test('a query and event ids exclude one another', () => {
  const format = 'format: { structuredData: { "a@1": { id: "%{__event_id__}" } } }';
  const [line = ''] = problems(minimal({ pipeline: `query: "* | where a = 'x'"\n${format}` }));
  assert.match(line, /^c\.yaml:10:12: pipelines\[0\]\.query: with a query .*__event_id__/);
  assert.deepEqual(problems(minimal({ pipeline: format })), []);
  const destination = 'oversize: split';
  const [parts = ''] = problems(minimal({ pipeline: `query: "* | where a = 'x'"`, destination }));
  assert.match(parts, /^c\.yaml:10:12: pipelines\[0\]\.query: with a query .*"oversize: split" of destination/);
  assert.deepEqual(problems(minimal({ destination })), []);
});

test('a consume processor excludes what a query excludes, and a query', () => {
  const of = (pipeline: string): string => problems(minimal({ pipeline })).join();
  assert.equal(of('processor: no-debug'), '');
  assert.match(of(`processor: p\nquery: "* | where a = 'x'"`), /pipelines\[0\]\.processor: there is a "query" too/);
  assert.match(of('processor: "no debug"'), /processor: processor "no debug" is not a legal name/);
  assert.match(
    of('processor: p\nformat: { header: { structuredData: { id: x@1, params: { id: "%{__event_id__}" } } } }') +
      of('processor: p\nformat: { include: { sample: 0.5 } }'),
    /pipelines\[0\]\.processor: with a processor .*"sample" without a field/,
  );
});

test('a query and a sample without a field exclude one another, wherever the sample stands', () => {
  const of = (format: string, query = "* | where a = 'x'"): string[] =>
    problems(minimal({ pipeline: `query: "${query}"\nformat: ${format}` }));
  for (const format of [
    '{ include: { sample: 0.1 } }',
    '{ exclude: { not: { any: [{ field: a, equals: b }, { sample: 0.1 }] } } }',
    '{ rules: [{ when: { all: [{ field: a, exists: true }, { sample: 0.5 }] }, severity: err }] }',
  ]) {
    const [line = '', ...others] = of(format);
    assert.match(
      line,
      /^c\.yaml:10:12: pipelines\[0\]\.query: with a query .*"sample" without a field .*; give the sample/,
    );
    assert.deepEqual(others, []);
    assert.deepEqual(of(format, ''), []);
  }
  assert.deepEqual(of('{ include: { any: [{ field: a, sample: 0.1 }, { field: b, equals: c }] } }'), []);
});

test('a condition in the words of another tool is told the right one', () => {
  const hint = (test: string): string =>
    problems(minimal({ pipeline: `format: { include: { field: a, ${test} } }` })).join('\n');
  const words = {
    above: 'gt',
    '"<="': 'le',
    startsWith: 'prefix',
    ends_with: 'suffix',
    is: 'equals',
    matches: 'regex',
  };
  for (const [word, meant] of Object.entries(words))
    assert.match(hint(`${word}: 3`), new RegExp(`unknown key; did you mean "${meant}"\\?`), word);
});

test('the password of a proxy is never shown', () => {
  for (const proxy of ['socks5://me:hunter2@proxy:1', 'http://me:hun/ter2@proxy', 'http://me:hunter2@proxy:x']) {
    const [line = ''] = problems(minimal({ source: `proxy: ${proxy}` }));
    assert.match(line, /^c\.yaml:4:12: sources\.sg\.proxy: /);
    assert.doesNotMatch(line, /hunter2|ter2/);
  }
  assert.deepEqual(problems(minimal({ source: 'proxy: http://me:hunter2@proxy:3128' })), []);
});

test('a wrong type or value says what was expected and what was there', () => {
  const cases: readonly (readonly [Parameters<typeof minimal>[0], string])[] = [
    [
      { destination: 'connections: many' },
      '13:18: destinations.siem.connections: expected a whole number from 1 to 64, got "many"',
    ],
    [
      { destination: 'connections: 0' },
      '13:18: destinations.siem.connections: expected a whole number from 1 to 64, got the number 0',
    ],
    [
      { destination: 'connections: 1.5' },
      '13:18: destinations.siem.connections: expected a whole number from 1 to 64, got the number 1.5',
    ],
    [
      { destination: 'connections: [1]' },
      '13:18: destinations.siem.connections: expected a whole number from 1 to 64, got a list',
    ],
    [
      { destination: 'connectTimeout: 10' },
      '13:21: destinations.siem.connectTimeout: expected a duration with its unit, such as 500ms, 5s, 2m or 1h, got the number 10',
    ],
    [{ destination: 'connectTimeout: 1ms' }, '13:21: destinations.siem.connectTimeout: must be between 100ms and 5m'],
    [
      { destination: 'replayBytes: 8Mib' },
      '13:18: destinations.siem.replayBytes: expected a size with its unit, such as 64MiB, 500KiB or 1MB, got "8Mib"',
    ],
    [
      { destination: 'settleTime: 5s' },
      '13:5: destinations.siem.settleTime: "settleTime" is written settle: { time: 5s } now',
    ],
    [
      { destination: 'guarantee: setled' },
      '13:16: destinations.siem.guarantee: expected settled, acked, written or relp, got "setled"; did you mean "settled"?',
    ],
    [{ destination: 'tls: []' }, '13:10: destinations.siem.tls: expected a section (key: value), got an empty list'],
    [{ pipeline: 'inOrder: maybe' }, '10:14: pipelines[0].inOrder: expected true or false, got "maybe"'],
    [
      { pipeline: 'start: 2026-01-01T00:00:00' },
      '10:12: pipelines[0].start: a time needs its zone, or it would mean another moment on every machine: write 2026-01-01T00:00:00Z or 2026-01-01T00:00:00+08:00',
    ],
    [
      { pipeline: 'start: 2026-02-30' },
      '10:12: pipelines[0].start: a time needs its zone, or it would mean another moment on every machine: write 2026-02-30T00:00:00Z or 2026-02-30T00:00:00+08:00',
    ],
    [{ pipeline: 'start: 2026-02-30T00:00:00Z' }, '10:12: pipelines[0].start: there is no such time'],
    [
      { pipeline: 'start: yesterday' },
      '10:12: pipelines[0].start: expected begin, end, a time such as 2026-01-01T00:00:00+08:00, or an age such as -2h, got "yesterday"',
    ],
    [
      { pipeline: 'format: { hostname: "a-%{__sorce__}" }' },
      '10:25: pipelines[0].format.hostname: unknown field "__sorce__" at character 5; did you mean "__source__"?',
    ],
    [
      { pipeline: 'format: { facility: locl0 }' },
      '10:25: pipelines[0].format.facility: unknown facility; did you mean "local0"? (kern, user, mail, daemon, auth, syslog, lpr, news, uucp, cron, authpriv, ftp, ntp, audit, alert, clock, local0, local1, local2, local3, local4, local5, local6, local7, or 0 to 23)',
    ],
    [
      { pipeline: 'format: { separator: "" }' },
      '10:26: pipelines[0].format.separator: expected 1 to 16 bytes without line breaks, got empty text',
    ],
    [
      { top: 'admin: { listen: 9464 }' },
      '13:18: admin.listen: expected host:port such as 127.0.0.1:9464, or off, got the number 9464',
    ],
    [
      { top: 'workers: { threads: 0 }' },
      '13:21: workers.threads: expected auto, or a whole number from 1 to 128, got "0"',
    ],
    [
      { top: 'log: { level: verbose }' },
      '13:15: log.level: expected debug, info, warn or error, got "verbose"; did you mean "debug"?',
    ],
  ];
  for (const [more, line] of cases) assert.deepEqual(problems(minimal(more)), [`c.yaml:${line}`]);
});

test('what must be written and is not', () => {
  assert.deepEqual(problems('sources: {}\npipelines: []\ndestinations: {}\n'), [
    'c.yaml:1:10: sources: name at least one source',
    'c.yaml:2:12: pipelines: expected at least 1 entry, got an empty list',
    'c.yaml:3:15: destinations: name at least one destination',
  ]);
  assert.deepEqual(problems('sources:\npipelines:\n  - name: a\n'), [
    'c.yaml:1:1: sources: missing',
    'c.yaml:1:1: destinations: missing',
    'c.yaml:3:5: pipelines[0].project: missing; write a name, or a list of names',
    'c.yaml:3:5: pipelines[0].logstore: missing; write a name, or a list of names',
    'c.yaml:3:5: pipelines[0].consumerGroup: missing; write a name',
    'c.yaml:3:5: pipelines[0].destination: missing',
  ]);
});

test('endpoints', () => {
  const sls = (endpoint: string) => minimal().replace('endpoint: embedded', `endpoint: ${endpoint}`);
  assert.match(
    problems(sls('my-proj.ap-southeast-1.log.aliyuncs.com'))[0] ?? '',
    /^c.yaml:3:15: sources.sg.endpoint: .* write ap-southeast-1.log.aliyuncs.com/,
  );
  assert.match(problems(sls('ftp://x'))[0] ?? '', /the scheme must be http or https/);
  const siem = (endpoint: string) => minimal().replace('tcp://siem:514', endpoint);
  const cases = {
    'siem:514': 'the scheme is missing; write "tcp://siem:514"',
    'tpc://siem': 'the scheme must be tcp, tls, udp, relp or relps, not "tpc"; did you mean "tcp"?',
    'relp://siem': 'RELP has no standard port: write relp://siem:port',
    'tcp://siem:99999': 'a port is 1 to 65535',
    'tcp://siem/path': 'a receiver has no path: write tcp://host:port',
    'tcp://a:hunter2@siem':
      'no user or password belongs here; expected tcp://host:port, tls://host:port, udp://host:port, relp://host:port, relps://host:port, or embedded',
    'tcp://':
      'expected tcp://host:port, tls://host:port, udp://host:port, relp://host:port, relps://host:port, or embedded, got "tcp://"',
  };
  for (const [endpoint, message] of Object.entries(cases)) {
    assert.deepEqual(problems(siem(endpoint)), [`c.yaml:12:17: destinations.siem.endpoints[0]: ${message}`]);
  }
});

test('what only two keys together get wrong', () => {
  const cases: readonly (readonly [Parameters<typeof minimal>[0], string])[] = [
    [
      { pipeline: 'heartbeat: { interval: 15s }' },
      '10:28: pipelines[0].heartbeat.interval: must be less than half of heartbeat.timeout, so that one lost heartbeat costs no shard',
    ],
    [
      { pipeline: 'heartbeat: { timeout: 20500ms }' },
      '10:27: pipelines[0].heartbeat.timeout: the service takes whole seconds only',
    ],
    [
      { pipeline: 'retry: { initial: 1m, max: 1s }' },
      '10:23: pipelines[0].retry.initial: must not be longer than retry.max',
    ],
    [
      { destination: 'newline: keep' },
      '13:14: destinations.siem.newline: "keep" needs "framing: octet-counting" or "nul", or a line break would split an event in two',
    ],
    [
      { destination: 'guarantee: relp' },
      '13:16: destinations.siem.guarantee: only relp:// and relps:// receivers answer; use "settled"',
    ],
    [
      { destination: 'oversize: deadLetter' },
      '13:15: destinations.siem.oversize: deadLetter needs a place for them: write deadLetters: { directory: … }',
    ],
    [{ destination: 'framing: custom' }, '13:14: destinations.siem.framing: needs "trailer" beside it'],
    [{ destination: 'trailer: "\\r\\n"' }, '13:14: destinations.siem.trailer: needs "framing: custom" beside it'],
    [
      { destination: 'framing: custom\ntrailer: END' },
      '14:14: destinations.siem.trailer: expected 1 to 8 ASCII characters with a line break or NUL among them, as no message has those, got "END"',
    ],
    [{ destination: 'rate: { catchUpEps: 9 }' }, '13:25: destinations.siem.rate.catchUpEps: needs "eps" beside it'],
    [
      { destination: 'tls: { minVersion: TLSv1.3 }' },
      '13:10: destinations.siem.tls: no endpoint is tls://… or relps://…, so these options would do nothing; remove them, or write tls:// above',
    ],
  ];
  for (const [more, line] of cases) assert.deepEqual(problems(minimal(more)), [`c.yaml:${line}`]);
  for (const framing of ['octet-counting', 'nul', 'custom\ntrailer: "\\0"']) {
    assert.deepEqual(problems(minimal({ destination: `newline: keep\nframing: ${framing}` })), []);
  }
  assert.match(
    problems(minimal({ destination: 'newline: keep\nframing: custom\ntrailer: "\\r\\n"' })).join(),
    /"keep" needs/,
  );
});

test('RELP receivers frame and answer by themselves', () => {
  const relp = (more: string) => problems(minimal({ destination: more }).replace('tcp://siem:514', 'relp://siem:2514'));
  assert.deepEqual(relp('newline: keep\nguarantee: relp'), []);
  assert.deepEqual(relp('framing: lf\nguarantee: acked'), [
    'c.yaml:13:14: destinations.siem.framing: RELP has its own framing; remove this line',
    'c.yaml:14:16: destinations.siem.guarantee: a RELP receiver answers every event, which is more than acked; remove this line',
  ]);
  const mixed = minimal().replace('tcp://siem:514', 'tcp://siem:514, relp://siem:2514');
  assert.match(problems(mixed).join(), /endpoints: RELP receivers can't be mixed with others/);
  assert.equal(
    toSettings(parse(minimal().replace('tcp:', 'relps:')), HOST).destinations[0]?.settings.guarantee,
    'relp',
  );
});

test('over UDP nothing is promised that nobody can keep', () => {
  const udp = (more: string) => minimal({ destination: more }).replace('tcp://siem:514', 'udp://siem');
  assert.deepEqual(problems(udp('newline: keep\nguarantee: written\nmaxEventBytes: 2KiB')), []);
  assert.deepEqual(problems(udp('framing: octet-counting\nguarantee: settled\nmaxEventBytes: 64KiB\noversize: send')), [
    'c.yaml:13:14: destinations.siem.framing: a datagram is one message (RFC 5426); remove this line',
    'c.yaml:14:16: destinations.siem.guarantee: nothing is acknowledged over udp, so "settled" can\'t be kept; write "written", or use tcp://',
    'c.yaml:15:20: destinations.siem.maxEventBytes: no datagram holds more than 65487 bytes',
    'c.yaml:16:15: destinations.siem.oversize: no datagram holds events of any size; use truncate or drop',
  ]);
  const two = (more: string) => problems(udp(more).replace('udp://siem', 'udp://siem, udp://other'));
  assert.match(two('').join(), /destinations.siem.mode: nobody tells whether a udp receiver is alive/);
  assert.deepEqual(two('mode: loadBalance'), []);
  assert.match(
    problems(minimal().replace('tcp://siem:514', 'tcp://siem, udp://siem')).join(),
    /endpoints: udp can't be mixed with others/,
  );
});

test('over UDP messages are small, unframed and paced unless it is written otherwise', () => {
  const settingsOf = (more: string) => toSettings(parse(minimal({ destination: more }).replace('tcp:', 'udp:')), HOST);
  const { pipelines, destinations } = settingsOf('');
  assert.deepEqual(pipelines[0]?.plan.framing, { trailer: '' });
  assert.deepEqual(pipelines[0].plan.size, {
    maxBytes: 1024,
    over: 'truncate',
    marker: '[truncated]',
    trimFirst: [],
    idPrefix: 'p/l/',
  });
  assert.equal(destinations[0]?.settings.guarantee, 'written');
  const paced = { ...UNLIMITED, eps: 5000, burst: 100 };
  assert.deepEqual(destinations[0].settings.rate, paced);
  const faster = settingsOf('rate: { eps: 20000 }').destinations[0]?.settings.rate;
  assert.deepEqual(faster, { ...paced, eps: 20_000, burst: 400 });
});

test('pipelines and destinations must fit together', () => {
  const second = (name: string, group: string, destination: string) =>
    minimal().replace(
      'destinations:',
      `  - { name: ${name}, project: p, logstore: l, consumerGroup: ${group}, destination: ${destination} }\ndestinations:`,
    );
  assert.deepEqual(problems(second('main', 'h', 'siem')), [
    'c.yaml:10:13: pipelines[1].name: another pipeline is called "main" too; every pipeline needs its own name',
  ]);
  assert.deepEqual(problems(second('two', 'h', 'seim')), [
    'c.yaml:10:74: pipelines[1].destination: no destination is called "seim"; did you mean "siem"? (known: siem)',
  ]);
  assert.match(
    problems(second('two', 'g', 'siem'))[0] ?? '',
    /^c.yaml:10:58: pipelines\[1\].consumerGroup: pipeline "main" reads this logstore with the same consumer group/,
  );
  const other = second('two', 'g', 'siem').replace(
    'logstore: l, consumerGroup: g, d',
    'logstore: m, consumerGroup: g, d',
  );
  assert.deepEqual(problems(other), [], 'a group of the same name of another logstore is another group');
  const elsewhere = problems(second('two', 'g', 'siem').replace('name: two, project: p,', 'name: two, project: q,'));
  assert.equal(elsewhere.length, 1, 'a logstore of the same name in another project is another logstore');
  assert.match(elsewhere[0] ?? '', /the embedded Log Service has one project/);
});

test('pins and passphrases', () => {
  const tls = (more: string) => problems(minimal({ destination: `tls: { ${more} }` }).replace('tcp:', 'tls:'));
  assert.match(
    tls('pins: [sha-256:9F:86]').join(),
    /tls\.pins\[0\]: expected a fingerprint such as sha-256:9F:86:D0:… /,
  );
  const pin = `sha-1${':ab'.repeat(20)}`;
  assert.deepEqual(tls(`pins: ["${pin}"]`), []);
  assert.match(tls(`pins: ["${pin}"], insecureSkipVerify: true`).join(), /"pins" already say whom to trust/);
  const both = tls('passphrase: a, passphraseFile: /none').join('\n');
  assert.match(both, /passphrase: needs "key" beside it/);
  assert.match(both, /passphraseFile: there is a "passphrase" too; remove one/);
  assert.match(both, /passphraseFile: can't read "\/none": there is no such file/);
});

test('real logs may not end in the embedded receiver, and the service needs credentials', () => {
  const text = minimal()
    .replace('endpoint: embedded', 'endpoint: ap-southeast-1.log.aliyuncs.com\n    credentials: { source: static }')
    .replace('tcp://siem:514', 'embedded');
  const lines = problems(text);
  assert.equal(lines.length, 3);
  assert.match(
    lines[0] ?? '',
    /^c.yaml:4:\d+: sources.sg.credentials.accessKeyId: needed to read from ap-southeast-1.log.aliyuncs.com/,
  );
  assert.match(lines[2] ?? '', /^c.yaml:13:16: destinations.siem.endpoints: the embedded receiver only counts events/);
  const half = text.replace('source: static', 'accessKeyId: a');
  assert.match(problems(half)[0] ?? '', /sources.sg.credentials.accessKeySecret: needed to read from/);
  const auto = text.replace('source: static', 'source: auto');
  assert.equal(problems(auto).length, 1, 'without keys the other sources are tried at start');
  const local = minimal({ source: 'credentials: { accessKeyId: a, accessKeySecret: b }' }).replace(
    'endpoint: embedded',
    'endpoint: http://127.0.0.1:8080',
  );
  assert.deepEqual(problems(local.replace('tcp://siem:514', 'embedded')), [], "an emulator of one's own is not real");
});

test('credentials: secrets in files, a command, a role to assume', () => {
  const real = (lines: string): string[] =>
    problems(minimal({ source: lines }).replace('endpoint: embedded', 'endpoint: cn-hangzhou'));
  const keys = (text: string): string[] => real(`credentials: { ${text} }`);
  const file = import.meta.filename;
  const arn = 'roleArn: "acs:ram::1:role/r"';
  assert.deepEqual(keys(`accessKeyIdFile: ${file}, accessKeySecretFile: ${file}`), []);
  assert.deepEqual(keys(`command: [/bin/keys, a], assumeRole: { ${arn}, externalIdFile: ${file} }`), []);
  const cases: readonly (readonly [string, RegExp])[] = [
    [
      `accessKeyId: a, accessKeySecret: b, accessKeySecretFile: ${file}`,
      /accessKeySecretFile: there is "accessKeySecret" too/,
    ],
    ['accessKeyId: a, accessKeySecretFile: /none', /accessKeySecretFile: can't read "\/none": there is no such file/],
    [`accessKeyIdFile: ${file}`, /accessKeySecret: needed to read from cn-hangzhou/],
    ['source: command', /command: needed for "source: command"/],
    ['source: profile, command: [x]', /command: is never run with "source: profile"/],
    ['command: /bin/keys a', /command: expected a list .*, got text/],
    ['command: []', /command: expected at least 1 entry/],
    ['commandTimeout: 1h', /commandTimeout: must be between 100ms and 5m/],
    ['assumeRole: {}', /assumeRole.roleArn: missing; write the ARN of a role such as/],
    ['assumeRole: { roleArn: reader }', /assumeRole.roleArn: expected the ARN of a role .*, got "reader"/],
    [`assumeRole: { ${arn}, sessionName: x }`, /sessionName: expected 2 to 64 letters/],
    [`assumeRole: { ${arn}, durationSeconds: 60 }`, /durationSeconds: expected a whole number from 900 to 43200/],
    [`assumeRole: { ${arn}, policy: "all" }`, /policy: is no RAM policy: write JSON/],
    [
      `assumeRole: { ${arn}, policy: '{"Statement":["${'x'.repeat(2048)}"]}' }`,
      /policy: a policy has at most 2048 characters/,
    ],
    [`assumeRole: { ${arn}, externalId: e, externalIdFile: ${file} }`, /externalIdFile: there is "externalId" too/],
    [`assumeRole: { ${arn}, externalID: e }`, /externalID: unknown key; did you mean "externalId"\?/],
  ];
  for (const [text, message] of cases) assert.match(keys(text).join(), message, text);
  assert.match(
    real('proxyFile: /none').join(),
    /sources.sg.proxyFile: .*the proxy can't be read from \/none: there is no such file/,
  );
  assert.match(real(`proxyFile: ${file}`).join(), /sources.sg.proxyFile: .*not a proxy address/);
  assert.match(real(`proxy: off\nproxyFile: ${file}`).join(), /proxyFile: there is "proxy" too; remove one/);
});

test('all mistakes of a file are told at once, in its order, whatever they are', () => {
  const lines = problems(
    minimal({ pipeline: 'inOrder: 3\nstart: ${NOPE}', destination: 'trailer: "\\n"', top: 'x: 1' }),
  );
  assert.deepEqual(
    lines.map((line) => line.replace(/^c.yaml:(\d+):\d+: (\S+): .*$/, '$1 $2')),
    ['10 pipelines[0].inOrder', '11 pipelines[0].start', '15 destinations.siem.trailer', '16 x'],
  );
});

test('broken YAML', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['a: 1\n\tb: 2\n', 'c.yaml:2:1: a tab is not allowed here; indent with spaces'],
    ['a: 1\na: 2\n', 'c.yaml:2:1: this key stands here twice; remove one'],
    ['a: b: c\n', 'c.yaml:1:4: a key can\'t begin here; text with ": " in it needs quotes'],
    ['a: @x\n', 'c.yaml:1:4: text that begins with this character needs quotes'],
    ['a: "x\n', 'c.yaml:2:1: a quote, a bracket, a comma or a space after ":" is missing here or before'],
    ['a: !secret x\n', 'c.yaml:1:4: text that begins with "!" needs quotes'],
    ['a: 1\n---\nb: 1\n', 'c.yaml:2:1: a second document ("---") begins here; a config is one document'],
    ['', 'c.yaml: the file is empty; start from the config.yaml that comes with the forwarder'],
    ['# only this\n', 'c.yaml: the file is empty; start from the config.yaml that comes with the forwarder'],
    ['- a\n', 'c.yaml:1:1: expected a section (key: value), got a list'],
    ['just text\n', 'c.yaml:1:1: expected a section (key: value), got text'],
  ];
  for (const [text, line] of cases) assert.equal(problems(text)[0], line, text);
  assert.match(problems(`a: ${'['.repeat(50_000)}`)[0] ?? '', /nested too deeply for a config$/);
});

test('merge keys and keys that are not text', () => {
  assert.match(
    problems(minimal({ pipeline: '<<: { inOrder: true }' })).join(),
    /^c.yaml:10:5: pipelines\[0\]."<<": merge keys are not supported/,
  );
  assert.ok(problems('? [a]\n: 1\n').includes('c.yaml:1:3: a key must be plain text'));
});

test('nested aliases and an alias of itself end', () => {
  const level = (name: string, of: string) => `${name}: &${name} [${Array(9).fill(of).join(', ')}]\n`;
  const bomb = ['x', '*a', '*b', '*c', '*d', '*e', '*f', '*g']
    .map((of, index) => level('abcdefgh'[index] ?? '', of))
    .join('');
  assert.ok(problems(bomb).some((line) => line.includes('too many or too deeply nested values')));
  assert.ok(problems('a: &a [*a]\n').some((line) => line.includes('an alias that contains itself?')));
});

test('an alias is a value like any other', () => {
  const text = minimal({ pipeline: 'drainTimeout: &t 7s\nretry: { max: *t }' });
  assert.deepEqual(problems(text), []);
});

test("a file that can't be read, is a directory, is endless or is not text", () => {
  const load = (file: string) => () => loadConfig(file, {});
  assert.throws(load('/nowhere/c.yaml'), {
    code: 'CONFIG_UNREADABLE',
    exitCode: 66,
    message: "/nowhere/c.yaml: can't be read: there is no such file; name another file with --config",
  });
  assert.throws(load(tmpdir()), { code: 'CONFIG_UNREADABLE' });
  assert.throws(load('/dev/zero'), {
    code: 'CONFIG_INVALID',
    message: '/dev/zero: is larger than 1 MiB; is it a config?',
  });
  assert.throws(load(process.execPath), { code: 'CONFIG_INVALID' });
});
