import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toSettings } from '../../../src/config/settings.js';
import type { FormatPlan } from '../../../src/model/format-plan.js';
import { minimal, parse, problems } from './parse.js';
import { temporaryFile } from '../../support/temporary.js';

function planOf(format: string, destination?: string): FormatPlan {
  const text = minimal({ pipeline: `format: ${format}`, ...(destination === undefined ? {} : { destination }) });
  const [pipeline] = toSettings(parse(text), { cores: 1, consumer: 'c', now: 0 }).pipelines;
  assert.ok(pipeline !== undefined);
  return pipeline.plan;
}

const wrong = (format: string): string[] =>
  problems(minimal({ pipeline: `format: ${format}` })).map((line) =>
    line.replace(/^c.yaml:\d+:\d+: pipelines\[0\]\.format\.?/, ''),
  );

test('what is written takes the place of the key of the preset, and only of that', () => {
  const plan = planOf('{ preset: qradar-leef, facility: audit, delimiter: ^ }');
  assert.equal(plan.header.priority, 13 * 8 + 6);
  assert.equal(plan.header.fractionDigits, 3);
  assert.ok(plan.body.kind === 'leef');
  assert.deepEqual([plan.body.delimiter, plan.body.format, plan.body.rest], ['^', '2.0', 'contents']);
});

test('what receivers of a preset want counts where the destination says nothing', () => {
  const tls = 'endpoints: [tls://siem]';
  const config = (more: string) =>
    minimal({ pipeline: 'format: { preset: qradar }' }).replace('endpoints: [tcp://siem:514]', more);
  const framing = (more: string) =>
    toSettings(parse(config(more)), { cores: 1, consumer: 'c', now: 0 }).pipelines[0]?.plan.framing;
  assert.deepEqual(framing(tls), { trailer: '\n' });
  assert.equal(framing(`${tls}\n    framing: octet-counting`), 'octet-counting');
  assert.equal(planOf('{ preset: syslog-ng }').framing, 'octet-counting');
  assert.match(problems(config(`${tls}\n    newline: keep`)).join(), /siem\.newline: "keep" needs "framing: octet-/);
  const wire = (preset: string, destination?: string) => {
    const { framing, newline, size } = planOf(`{ preset: ${preset} }`, destination);
    return [framing, newline, size?.maxBytes];
  };
  const lf = { trailer: '\n' };
  assert.deepEqual(wire('aliyun-sample'), [lf, 'escape', undefined]);
  assert.deepEqual(wire('qradar'), [lf, 'escape', 4096]);
  assert.deepEqual(wire('qradar-tls'), [lf, 'escape', 8192]);
  assert.deepEqual(wire('rfc5425'), ['octet-counting', 'keep', 8095]);
  assert.deepEqual(wire('rfc5425', 'framing: lf'), [lf, 'escape', 8095]);
  assert.deepEqual(wire('rsyslog'), ['octet-counting', 'keep', 8095]);
  assert.deepEqual(wire('sentinel-cef'), [lf, 'escape', 8095]);
  assert.deepEqual(wire('splunk-sc4s'), [lf, 'escape', 65_536]);
  assert.deepEqual(wire('splunk-sc4s', 'framing: octet-counting'), ['octet-counting', 'keep', 65_536]);
  assert.deepEqual(wire('otel'), [lf, 'escape', 8192]);
  assert.deepEqual(wire('rfc5425', 'newline: space\nmaxEventBytes: 2KiB'), ['octet-counting', 'space', 2048]);
  assert.deepEqual(wire('arcsight', 'framing: nul\nnewline: keep'), [{ trailer: '\0' }, 'keep', undefined]);
});

test('presets that frame differently need the word of the destination they share', () => {
  const second = `- name: other
    project: p
    logstore: m
    consumerGroup: g
    destination: siem
    format: { preset: syslog-ng }`;
  const config = (destination?: string) =>
    minimal({ pipeline: 'format: { preset: qradar }', ...(destination === undefined ? {} : { destination }) }).replace(
      'destinations:\n',
      `  ${second}\ndestinations:\n`,
    );
  assert.deepEqual(problems(config()), [
    'c.yaml:16:23: pipelines[1].format.preset: syslog-ng and qradar (pipeline "main") tell events apart in different ways on the same connections; write "framing" in destination "siem"',
  ]);
  assert.deepEqual(problems(config('framing: octet-counting')), []);
});

test('rules keep what they do not name, conditions become a tree of references', () => {
  const { rules, include, exclude } = planOf(
    '{ facility: 16, rules: [{ when: { field: __topic__, in: [a, 5] }, severity: crit }, { when: { not: { field: x.y, ge: 1.5 } }, facility: 1 }],' +
      ' include: { field: a, exists: false }, exclude: { all: [{ field: b, prefix: c }] } }',
  );
  assert.deepEqual(rules, [
    { when: { op: 'equals', ref: { kind: 'topic' }, values: ['a', '5'] }, priority: 130 },
    { when: { op: 'not', of: { op: 'ge', ref: { kind: 'content', key: 'x.y' }, number: 1.5 } }, priority: 14 },
  ]);
  assert.deepEqual(include, { op: 'not', of: { op: 'exists', ref: { kind: 'content', key: 'a' } } });
  assert.deepEqual(exclude, { op: 'all', of: [{ op: 'prefix', ref: { kind: 'content', key: 'b' }, values: ['c'] }] });
});

test('conditions of text may ignore case, ranges of addresses are exact, samples are of a field or of all events', () => {
  const conditionOf = (include: string) => planOf(`{ include: ${include} }`).include;
  const ref = { kind: 'content', key: 'a' } as const;
  const id = { kind: 'eventId', prefix: '' } as const;
  assert.deepEqual(conditionOf('{ field: a, in: [X, y], ignoreCase: true }'), {
    ...{ op: 'equals', ref, values: ['X', 'y'], ignoreCase: true },
  });
  assert.deepEqual(conditionOf('{ field: a, regex: "^x", ignoreCase: true }'), { op: 'regex', ref, pattern: '(?i)^x' });
  assert.deepEqual(conditionOf('{ field: a, cidr: [10.0.0.0/9, 2001:db8::/33, 1.2.3.4] }'), {
    op: 'cidr',
    ref,
    ranges: [
      { address: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 0], bits: 105 },
      { address: [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], bits: 33 },
      { address: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 1, 2, 3, 4], bits: 128 },
    ],
  });
  assert.deepEqual(conditionOf('{ sample: 0.25 }'), { op: 'sample', ref: id, share: 0.25 });
  const exists = { op: 'exists', ref };
  assert.deepEqual(conditionOf('{ field: a, sample: .5 }'), {
    op: 'any',
    of: [
      { op: 'all', of: [exists, { op: 'sample', ref, share: 0.5 }] },
      {
        op: 'all',
        of: [
          { op: 'not', of: exists },
          { op: 'sample', ref: id, share: 0.5 },
        ],
      },
    ],
  });
});

test('severityFrom comes behind the rules, with the facility of all events', () => {
  const { rules } = planOf(
    '{ facility: local0, rules: [{ when: { field: a, exists: true }, severity: alert }], severityFrom: { field: status, as: httpStatus } }',
  );
  assert.deepEqual(
    rules.map(({ priority }) => priority),
    [129, 131, 132, 134],
  );
  assert.equal(planOf('{ severityFrom: { field: level, as: level } }').rules.length, 8);
});

test('a zone becomes the shifts of the past and of decades to come', () => {
  const zone = (name: string) => planOf(`{ timeZone: "${name}" }`).header.zone;
  assert.equal(zone('UTC'), undefined);
  assert.deepEqual(zone('-03:30')?.shifts, [{ from: 0, minutes: -210 }]);
  const shanghai = zone('Asia/Shanghai')?.shifts ?? [];
  assert.deepEqual(shanghai.slice(0, 2), [
    { from: 0, minutes: 480 },
    { from: Date.UTC(1986, 4, 3, 18) / 1000, minutes: 540 },
  ]);
  assert.equal(shanghai.at(-1)?.minutes, 480);
  const berlin = zone('Europe/Berlin')?.shifts ?? [];
  assert.deepEqual(berlin.at(-1), { from: Date.UTC(2105, 9, 25, 1) / 1000, minutes: 60 });
  const plan = planOf('{ eventTime: { field: time_local, format: clf, timeZone: "+08:00" } }');
  assert.deepEqual(plan.eventTime, {
    ref: { kind: 'content', key: 'time_local' },
    format: 'clf',
    zone: { name: '+08:00', shifts: [{ from: 0, minutes: 480 }] },
  });
});

test('size, and the id of an event with the names of its pipeline', () => {
  const plan = planOf(
    '{ structuredData: { "sls@32473": { id: "%{__event_id__}" } } }',
    'maxEventBytes: 4KiB\noversize: drop',
  );
  assert.deepEqual(plan.size, { maxBytes: 4096, over: 'drop', marker: '[truncated]', trimFirst: [], idPrefix: 'p/l/' });
  assert.deepEqual(plan.header.structuredData, [
    {
      id: 'sls@32473',
      params: [{ name: 'id', value: [{ kind: 'field', refs: [{ kind: 'eventId', prefix: 'p/l/' }], fallback: '' }] }],
    },
  ]);
  assert.equal(planOf('{}', 'maxEventBytes: 4KiB\noversize: send').size, undefined);
});

test('every mistake is one line that says what to write instead', () => {
  const cases: readonly (readonly [string, string])[] = [
    [
      '{ preset: qradr }',
      'preset: expected aliyun-sample, qradar, qradar-tls, qradar-leef, qradar-actiontrail, splunk-sc4s, sentinel-cef, arcsight, elastic, rsyslog, syslog-ng, rfc5425 or otel, got "qradr"; did you mean "qradar"?',
    ],
    [
      '{ include: { field: a, equals: b, prefix: c } }',
      "include: equals and prefix can't stand side by side; put several conditions under all: or any:",
    ],
    [
      '{ include: { field: a } }',
      'include: say what about the field: one of equals, in, prefix, suffix, contains, regex, cidr, sample, exists, lt, le, gt, ge',
    ],
    [
      '{ include: { equals: a } }',
      'include: a condition is field: with one of equals, in, prefix, suffix, contains, regex, cidr, sample, exists, lt, le, gt, ge; or all:, any: or not: with others',
    ],
    ['{ include: { not: { field: a, exists: true }, contains: b } }', 'include: contains needs a field: beside it'],
    [
      '{ exclude: { any: [{ field: __topc__, exists: true }] } }',
      'exclude.any[0].field: unknown field "__topc__" at character 1; did you mean "__topic__"?',
    ],
    [
      '{ exclude: { field: __project__, exists: true } }',
      'exclude.field: "__project__" is the same for every event; there is nothing to choose by',
    ],
    ['{ exclude: { field: a, gt: much } }', 'exclude.gt: expected a number, got "much"'],
    ['{ exclude: { field: a, contains: "" } }', 'exclude.contains: expected some text, got empty text'],
    [
      '{ exclude: { field: a, regex: "a(b" } }',
      "exclude.regex: can't be read as a regular expression: missing closing ): `a(b`",
    ],
    [
      '{ exclude: { field: a, regex: "(?=x)y" } }',
      "exclude.regex: can't be read as a regular expression: invalid or unsupported Perl syntax: `(?=`; look-around and \\1 are not supported",
    ],
    [
      '{ exclude: { field: a, regex: "" } }',
      'exclude.regex: expected a regular expression (RE2 syntax), got empty text',
    ],
    ['{ exclude: { field: a, cidr: 10.0.0.0/33 } }', 'exclude.cidr: "10.0.0.0/33" has a prefix of more than 32 bits'],
    [
      '{ exclude: { field: a, cidr: [10.0.0.1/8] } }',
      'exclude.cidr[0]: "10.0.0.1/8" has bits beyond its prefix; write the first address of the range',
    ],
    [
      '{ exclude: { field: a, cidr: ["::1", "fe80::%1/64"] } }',
      'exclude.cidr[1]: expected an address range such as 10.0.0.0/8 or 2001:db8::/32, got "fe80::%1/64"',
    ],
    ['{ include: { sample: 10 } }', 'include.sample: expected a share between 0 and 1, such as 0.1, got "10"'],
    [
      '{ include: { field: a, gt: 1, ignoreCase: true } }',
      'include: ignoreCase goes with one of equals, in, prefix, suffix, contains, regex',
    ],
    [
      '{ severityFrom: { field: level, as: levle } }',
      'severityFrom.as: expected level, httpStatus or errorCode, got "levle"; did you mean "level"?',
    ],
    [
      '{ rules: [{ when: { field: a, equals: x }, severity: error }] }',
      'rules[0].severity: unknown severity; did you mean "err"? (emerg, alert, crit, err, warning, notice, info, debug, or 0 to 7)',
    ],
    [
      '{ rules: [{ when: { field: a, equals: x } }] }',
      'rules[0]: says neither severity nor facility, so it would change nothing; write the one that these events get',
    ],
    ['{ fields: { a: "%{b}" } }', 'fields: body: kv has no fields to choose; use json, leef or cef'],
    ['{ body: leef, fields: { sev: "%{b}" } }', 'fields.sev: is written by the forwarder itself; remove it'],
    ['{ body: cef, fields: { "a b": "%{b}" } }', 'fields."a b": a name is one word of letters, digits and "_"'],
    ['{ body: cef, others: all }', 'others: only json can hold "all"; cef takes none or contents'],
    ['{ body: json, fields: { a: "%{b" } }', 'fields.a: "%{" at character 1 is never closed with "}"'],
    ['{ delimiter: "|" }', 'delimiter: "|" can\'t be a LEEF delimiter; write tab, or one of ^ ~ ; , # ! $ %'],
    [
      '{ structuredData: { foo: { id: "1" } } }',
      'structuredData.foo: an SD-ID of your own ends with @ and your enterprise number, such as foo@32473',
    ],
    [
      '{ structuredData: { meta: { "a]": "1" } } }',
      'structuredData.meta."a]": a parameter name is 1 to 32 printable ASCII characters without space, = ] and "',
    ],
    [
      '{ rules: [{ when: { field: a, exists: true }, severity: err }, { when: { field: a, exists: true }, severity: crit }] }',
      'rules[1]: never counts: rule 1 has the same condition; remove one',
    ],
    [
      '{ hostname: "x-%{upper(host)}" }',
      'hostname: "upper(host)" at character 5 is a function, and there are none here; did you mean "host"?',
    ],
    ['{ timeZone: Asia/Shangai }', 'timeZone: unknown time zone "Asia/Shangai"; did you mean "Asia/Shanghai"?'],
    [
      '{ timeZone: "+8" }',
      'timeZone: unknown time zone "+8" (UTC, an IANA time zone such as Asia/Shanghai, or an offset such as +08:00)',
    ],
    [
      '{ shape: { keep: [a], drop: [b] } }',
      'shape.drop: "keep" already leaves out all other fields; remove one of the two',
    ],
    ['{ shape: { drop: [a], rename: { a: b } } }', 'shape.rename.a: "a" is dropped; remove it here or there'],
    ['{ shape: { keep: [a], rename: { b: c } } }', 'shape.rename.b: "b" is not kept; add it to "keep"'],
    ['{ shape: { rename: { a: c, b: c } } }', 'shape.rename.b: "c" is the new name of "a" too'],
    ['{ shape: { rename: { a: "b c" } } }', 'shape.rename.a: a new name has no spaces and no "="'],
    ['{ body: leef, shape: { drop: [__topic__] } }', 'shape.drop: "__topic__" is not written by this body; remove it'],
    ['{ body: leef, shape: { tagPrefix: strip } }', 'shape.tagPrefix: this body writes no tags on its own; remove it'],
    [
      '{ rules: [{ when: { all: [{ field: a, gt: 5 }, { field: a, lt: 3 }] }, severity: err }] }',
      'rules[0].when: can never hold: no number is greater than 5 and less than 3',
    ],
    [
      '{ include: { all: [{ field: a, equals: x }, { all: [{ field: b, exists: true }, { field: a, in: [y, z] }] }] } }',
      'include: can never hold: no value is both "x" and "y"',
    ],
    [
      '{ exclude: { all: [{ field: a, exists: false }, { field: a, prefix: x }] } }',
      'exclude: can never hold: a field that is not there can\'t pass "prefix" too',
    ],
    [
      '{ include: { field: a, equals: x }, exclude: { field: a, equals: x } }',
      'exclude: is the same as "include": no event would be sent; remove one of the two',
    ],
    ['{ body: json, quote: always }', 'quote: is of body: kv only; remove it'],
    ['{ quote: needed }', 'quote: expected none, whenNeeded or always, got "needed"'],
    [
      '{ quote: always, separator: "¦" }',
      'quote: can\'t stand with separator "¦": it takes ASCII other than letters, digits and _ : " = \\',
    ],
    [
      '{ shape: { mask: [event.userIdentity] } }',
      'shape.mask[0].field: "event.userIdentity" is a value inside a field; only a whole field can be hidden: "event"',
    ],
    ['{ shape: { mask: [a, { field: a, last: 2 }] } }', 'shape.mask[1]: "a" is hidden already; remove it'],
    [
      '{ body: json, fields: { x: "%{a|event.x}" }, shape: { mask: [event] } }',
      'fields.x: "event.x" would show what is in "event", which is hidden; remove one of the two',
    ],
    [
      '{ shape: { mask: [{ field: a, first: 40 }] } }',
      'shape.mask[0].first: expected a whole number from 0 to 32, got the number 40',
    ],
    ['{ shape: { hash: { fields: [a] } } }', 'shape.hash: needs "key" or "keyFile"'],
    ['{ shape: { hash: { fields: [a], key: x, keyFile: y } } }', 'shape.hash: needs "key" or "keyFile", not both'],
    [
      '{ shape: { hash: { fields: [a], key: "a literal of some length" } } }',
      'shape.hash.key: stands in the file for all to read; write "${NAME}" and set that variable, or use keyFile',
    ],
    [
      '{ shape: { hash: { fields: [a], key: "${NO_SUCH_KEY}" } } }',
      'shape.hash.key: the environment variable NO_SUCH_KEY is not set; set it, or, unless it is a secret, write ${NO_SUCH_KEY:-default}',
    ],
    [
      '{ shape: { hash: { fields: [a], keyFile: /nowhere } } }',
      'shape.hash.keyFile: can\'t read "/nowhere": there is no such file',
    ],
    ['{ shape: { order: [a, b, a] } }', 'shape.order[2]: "a" stands in the order twice; remove one'],
    ['{ shape: { drop: [a], order: [a] } }', 'shape.order[0]: "a" is dropped; remove it here or there'],
    ['{ shape: { keep: [a], order: [b] } }', 'shape.order[0]: "b" is not kept; add it to "keep"'],
    ['{ body: raw, shape: { dropEmpty: true } }', 'shape: body: raw has no other fields to shape (raw is one value)'],
    ['{ dialect: year }', 'dialect: is of RFC 3164 only; write header: rfc3164, or remove it'],
    [
      '{ eventTime: { field: __time__, format: s } }',
      'eventTime.field: "__time__" says nothing that is not known; name a field of the log',
    ],
    ['{ eventTime: { field: t, format: iso } }', 'eventTime.format: expected iso8601, s, ms, us, ns or clf, got "iso"'],
    [
      '{ header: rfc3164, structuredData: { meta: {} } }',
      'structuredData: RFC 3164 has no structured data; use header: rfc5424',
    ],
  ];
  for (const [format, line] of cases) assert.deepEqual(wrong(format), [line]);
  assert.match(
    wrong('{ include: { field: a, exist: true } }').join('\n'),
    /include\.exist: unknown key; did you mean "exists"\?/,
  );
});

test('the secret of hashes comes from the environment or a file, is long enough, and is told nowhere', () => {
  const text = minimal({ pipeline: 'format: { body: raw, shape: { hash: { fields: [user], key: "${HASH}" } } }' });
  const secret = 'sixteen bytes or more';
  const { pipelines } = toSettings(parse(text, { HASH: secret }), { cores: 1, consumer: 'c', now: 0 });
  const { masks } = pipelines[0]?.plan ?? {};
  assert.deepEqual(Buffer.from(masks?.key ?? []).toString(), secret);
  assert.equal(masks?.digits, 32);
  const [short = ''] = problems(text, { HASH: 'letmein' });
  assert.match(short, /hash\.key: the secret has 7 bytes, at least 16 are needed/);
  assert.doesNotMatch(short, /letmein/);
  const file = temporaryFile('key', `${secret}\r\n`);
  const byFile = planOf(`{ shape: { hash: { fields: [user], keyFile: ${file}, digits: 64 } } }`);
  assert.equal(Buffer.from(byFile.masks?.key ?? []).toString(), secret);
});

test('a condition that some event may meet is taken', () => {
  for (const condition of [
    '{ all: [{ field: a, ge: 3 }, { field: a, le: 3 }] }',
    '{ all: [{ field: a, in: [x, y] }, { field: a, in: [Y, z], ignoreCase: true }] }',
    '{ all: [{ field: a, exists: false }, { field: a, in: ["", x] }] }',
    '{ all: [{ field: a, exists: false }, { field: a, regex: "^$" }] }',
    '{ all: [{ field: a, gt: 5 }, { field: b, lt: 3 }] }',
    '{ any: [{ all: [{ field: a, gt: 5 }, { field: a, lt: 3 }] }, { field: a, equals: x }] }',
  ]) {
    assert.deepEqual(wrong(`{ include: ${condition} }`), []);
  }
});
