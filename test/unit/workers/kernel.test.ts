import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LINE_FEED, RELP, type FormatPlan, type Framing } from '../../../src/model/format-plan.js';
import type { KernelResult } from '../../../workers/kernel/kernel.js';
import { formatAll } from '../../support/oracle/formatter.js';
import { framesOf, kernelOf, PLAN, run, split, textOf } from '../../support/oracle/oracle.js';
import { encode, type Log, type LogGroup } from '../../support/oracle/log-group-list.js';
import { bytes, format, group, log, pair } from '../../support/oracle/logs.js';
import { lz4Compress } from '../../support/oracle/lz4-block.js';

/** The worked example of the protocol: one group, two logs, one of them with nanoseconds. */
const RAW = Buffer.from(
  '0a4b0a150880e2cfaa0612080a016b120376c3a92515cd5b070a0d0881e2cfaa0612050a016b12001a0274702207312e322e332e342a026d7532' +
    '120a0c5f5f686f73746e616d655f5f12026831',
  'hex',
);
const LZ4 = Buffer.from(
  'f10e0a4b0a150880e2cfaa0612080a016b120376c3a92515cd5b070a0d08811700f01c050a016b12001a0274702207312e322e332e342a026d7532' +
    '120a0c5f5f686f73746e616d655f5f12026831',
  'hex',
);
const FIRST =
  '<134>1 2023-11-14T22:13:20.123456Z h1 store - - - ' +
  '||__topic__=tp||__source__=1.2.3.4||__time_ns_part__=123456789||__tag__:__hostname__=h1||k=vé';
const SECOND =
  '<134>1 2023-11-14T22:13:21.000000Z h1 store - - - ||__topic__=tp||__source__=1.2.3.4||__tag__:__hostname__=h1||k=';

const fault = (result: KernelResult): unknown => (result.ok ? 'ok' : result.fault);

test('formats the worked example, plain and as LZ4', () => {
  const kernel = kernelOf([PLAN]);
  const expected = [`${FIRST}\n`, `${SECOND}\n`];
  assert.deepEqual(textOf(framesOf(run(kernel, RAW))), expected);
  const packed = kernel.format({ plan: 0, body: LZ4, encoding: 'lz4', rawSize: RAW.length, out: undefined });
  assert.deepEqual(textOf(framesOf(packed)), expected);
});

test('octet counting and RELP count bytes, not characters', () => {
  const counted = [FIRST, SECOND].map((text) => `${Buffer.byteLength(text)} ${text}`);
  const frames = (framing: Framing): string[] => textOf(framesOf(run(kernelOf([{ ...PLAN, framing }]), RAW)));
  assert.deepEqual(frames('octet-counting'), counted);
  const commands = counted.map((text) => `000000000 syslog ${text}\n`);
  assert.deepEqual(frames(RELP), commands);
});

test('timestamps: the ends of the range, leap days, truncation, no time, nanoseconds out of range', () => {
  const plan = (fractionDigits: 0 | 3 | 6): FormatPlan => ({ ...PLAN, header: { ...PLAN.header, fractionDigits } });
  const stamps = (logs: readonly Log[], digits: 0 | 3 | 6): (string | undefined)[] =>
    format([group(logs)], plan(digits)).map((frame) => frame.split(' ')[1]);
  const times = [0, 951_782_399, 951_782_400, 1_709_164_800, 4_107_542_399, 0xffff_ffff];
  const expected = times.map((time) => new Date(time * 1000).toISOString().replace('.000', ''));
  assert.deepEqual(
    stamps(
      times.map((time) => log(time)),
      0,
    ),
    expected,
  );
  assert.deepEqual(stamps([log(1, '', 999_999_999)], 3), ['1970-01-01T00:00:01.999Z']);
  assert.deepEqual(stamps([log(1, '', 1_999)], 6), ['1970-01-01T00:00:01.000001Z']);
  assert.deepEqual(stamps([log(1, '', 1_000_000_000)], 6), ['1970-01-01T00:00:01.000000Z']);
  assert.deepEqual(stamps([log(undefined, '', 5)], 6), ['-']);
});

test('newline policies; NUL goes, TAB stays, other control characters become spaces unless everything is kept', () => {
  const value = 'a\r\nb\0c\td\x1be\x7f';
  const written = (newline: FormatPlan['newline']): string | undefined =>
    /\|\|k=([^]*)\n$/.exec(format([group([log(1, value)])], { ...PLAN, newline })[0] ?? '')?.[1];
  assert.equal(written('escape'), 'a\\r\\nbc\td e ');
  assert.equal(written('space'), 'a  bc\td e ');
  assert.equal(written('octal'), 'a#015#012bc\td e ');
  assert.equal(written('keep'), 'a\r\nbc\td\x1be\x7f');
});

test('header fields: the first non-empty ref, the fallback, the RFC 5424 alphabet and lengths', () => {
  const ref = (key: string) => ({ kind: 'content', key }) as const;
  const header: FormatPlan['header'] = {
    ...PLAN.header,
    hostname: [{ kind: 'field', refs: [{ kind: 'topic' }, ref('long')], fallback: '' }],
    appName: [
      { kind: 'literal', text: 'x/' },
      { kind: 'field', refs: [ref('long')], fallback: '' },
    ],
    procId: [{ kind: 'field', refs: [ref('absent'), ref('empty')], fallback: 'no pid' }],
    msgId: [{ kind: 'field', refs: [ref('k')], fallback: '' }],
  };
  const contents = [pair('empty', ''), pair('long', 'ü'.repeat(200)), pair('k', 'first'), pair('k', 'last')];
  const [, , hostname, appName, procId, msgId] = format([group([{ time: 1, contents }])], {
    ...PLAN,
    header,
  })[0]!.split(' ');
  assert.equal(hostname, '_'.repeat(255));
  assert.equal(appName, `x/${'_'.repeat(46)}`);
  assert.equal(procId, 'no_pid');
  assert.equal(msgId, 'last');
  const [, , , , empty] = format([group([log(1)])], PLAN)[0]!.split(' ');
  assert.equal(empty, '-');
});

test('a known field number with another wire type is an unknown field', () => {
  const topicAsVarint = Buffer.from('0a091a017418050a020807', 'hex');
  assert.match(textOf(framesOf(run(kernelOf([PLAN]), topicAsVarint)))[0]!, /00:00:07.*__topic__=t\|\|/);
});

test('an empty batch has no frames', () => {
  const kernel = kernelOf([PLAN]);
  assert.deepEqual(framesOf(run(kernel, new Uint8Array())), []);
  assert.deepEqual(
    framesOf(kernel.format({ plan: 0, body: bytes('\0'), encoding: 'lz4', rawSize: 0, out: undefined })),
    [],
  );
});

test('each kind of damage has its fault and its offset', () => {
  const kernel = kernelOf([PLAN], 1000);
  const lz4 = (hex: string, rawSize: number): unknown =>
    fault(kernel.format({ plan: 0, body: Buffer.from(hex, 'hex'), encoding: 'lz4', rawSize, out: undefined }));
  const raw = (hex: string): unknown => fault(run(kernel, Buffer.from(hex, 'hex')));
  assert.deepEqual(lz4('', 5), { reason: 'lz4-corrupt', offset: 0 });
  assert.deepEqual(lz4('50616263', 5), { reason: 'lz4-corrupt', offset: 1 }, 'literals beyond the input');
  assert.deepEqual(lz4('10610000', 9), { reason: 'lz4-corrupt', offset: 2 }, 'offset 0');
  assert.deepEqual(lz4('10610200', 9), { reason: 'lz4-corrupt', offset: 2 }, 'offset before the output');
  assert.deepEqual(lz4('106101', 9), { reason: 'lz4-corrupt', offset: 2 }, 'half an offset');
  assert.deepEqual(lz4('106101', 1), { reason: 'lz4-corrupt', offset: 2 });
  assert.deepEqual(lz4('1f610100ffffff00', 9), { reason: 'size-mismatch', offset: 5 }, 'a match beyond the claim');
  assert.deepEqual(lz4('14610100', 5), { reason: 'size-mismatch', offset: 4 }, 'a short match beyond the claim');
  assert.deepEqual(lz4('30616263', 2), { reason: 'size-mismatch', offset: 1 }, 'literals beyond the claim');
  assert.deepEqual(lz4('30616263', 5), { reason: 'size-mismatch', offset: 4 }, 'less than claimed');
  assert.deepEqual(
    lz4('00'.repeat(300), 1),
    { reason: 'size-mismatch', offset: -1 },
    'longer than any block of that size',
  );
  assert.deepEqual(raw('0a05'), { reason: 'protobuf-corrupt', offset: 1 }, 'a group beyond the list');
  assert.deepEqual(raw('0a020a05'), { reason: 'protobuf-corrupt', offset: 3 }, 'a log beyond its group');
  assert.deepEqual(raw('0a040a021205'), { reason: 'protobuf-corrupt', offset: 5 }, 'a content beyond its log');
  assert.deepEqual(raw('0a060a0412020a05'), { reason: 'protobuf-corrupt', offset: 7 }, 'a key beyond its content');
  assert.deepEqual(raw('00'), { reason: 'protobuf-corrupt', offset: 0 }, 'field number 0');
  assert.deepEqual(raw('0b'), { reason: 'protobuf-corrupt', offset: 0 }, 'a wire type of old');
  assert.deepEqual(raw('08' + 'ff'.repeat(11)), { reason: 'protobuf-corrupt', offset: 1 }, 'an endless varint');
  assert.deepEqual(raw('2501'), { reason: 'protobuf-corrupt', offset: 1 }, 'half a fixed32');
  assert.deepEqual(raw('2101'), { reason: 'protobuf-corrupt', offset: 1 }, 'half a fixed64');
  const short = kernel.format({ plan: 0, body: RAW, encoding: 'none', rawSize: 76, out: undefined });
  assert.deepEqual(fault(short), { reason: 'size-mismatch', offset: -1 });
  const large = kernel.format({ plan: 0, body: LZ4, encoding: 'lz4', rawSize: 1001, out: undefined });
  assert.deepEqual(fault(large), { reason: 'size-limit', offset: -1 });
  assert.equal(framesOf(run(kernel, RAW)).length, 2, 'the kernel works on after every fault');
});

test('writes into the given memory where the frames fit, else into its own, and never beside it', () => {
  const kernel = kernelOf([PLAN]);
  for (const size of [0, 7, 8, 50, 266, 1000]) {
    const memory = new Uint8Array(new SharedArrayBuffer(3000)).fill(7);
    const result = run(kernel, RAW, 0, memory.subarray(1000, 1000 + size));
    assert.deepEqual(textOf(framesOf(result)), [`${FIRST}\n`, `${SECOND}\n`]);
    assert.equal(result.ok && result.bytes.buffer === memory.buffer && result.bytes.byteOffset === 1000, size === 1000);
    assert.ok([...memory.subarray(0, 1000), ...memory.subarray(1000 + size)].every((byte) => byte === 7));
  }
});

/** Kernel and oracle, for batches that are too large for random tests. */
function same(groups: readonly LogGroup[], plan: FormatPlan): void {
  const raw = encode(groups);
  const result = kernelOf([plan]).format({
    plan: 0,
    body: lz4Compress(raw),
    encoding: 'lz4',
    rawSize: raw.length,
    out: undefined,
  });
  assert.ok(result.ok);
  const expected = formatAll(raw, plan);
  assert.equal(Buffer.compare(result.bytes, Buffer.concat(expected)), 0);
  assert.deepEqual(
    split(result).map(({ length }) => length),
    expected.map(({ length }) => length),
  );
}

test('frames larger than the window, and windows that end inside a frame, in both framings', () => {
  const sizes = [10, 300_000, 99_990, 1_000_000, 5, 262_144, ...Array.from({ length: 60 }, (_, i) => 9_000 + i * 37)];
  const groups = [
    group(
      sizes.map((size, i) => log(i, '\n日本語 text '.repeat(size / 10))),
      [pair('t', 'x'.repeat(50))],
    ),
  ];
  for (const framing of [LINE_FEED, 'octet-counting', RELP, { trailer: '\0' }, { trailer: '' }] as const)
    same(groups, { ...PLAN, framing });
});

test('many short frames, and tags too large to be rendered once for their group', () => {
  const many = group(Array.from({ length: 40_000 }, (_, i) => ({ time: i, contents: [] })));
  const tagged = group(
    Array.from({ length: 20 }, (_, i) => log(i, 'v', i)),
    [pair('big', '\t'.repeat(70_000)), pair('k', 'v')],
  );
  for (const framing of ['octet-counting', RELP] as const) same([many, tagged, group([log(1)])], { ...PLAN, framing });
  const json: FormatPlan = { ...PLAN, body: { kind: 'json', members: [], rest: 'all', expand: false } };
  for (const length of [21_600, 21_650, 21_700]) {
    same([group([log(1), log(undefined), log(2)], [pair('', '\u0001'.repeat(length))]), group([log(3)])], json);
  }
});

test('frames of a few bytes, of which more fit into a window than their ends have room for', () => {
  const value = [{ kind: 'field' as const, refs: [{ kind: 'content' as const, key: 'k' }], fallback: '' }];
  const bare: FormatPlan = {
    ...PLAN,
    newline: 'split',
    header: { ...PLAN.header, style: 'none' },
    body: { kind: 'raw', value },
  };
  const lines = Array.from({ length: 120_000 }, (_, n) => `${n % 7}`);
  for (const framing of [LINE_FEED, 'octet-counting'] as const) {
    const kernel = kernelOf([{ ...bare, framing }]);
    const expected = lines.map((line) => (framing === LINE_FEED ? `${line}\n` : `1 ${line}`));
    const asLogs = encode([group(lines.map((line) => log(undefined, line)))]);
    const asOne = encode([group([log(undefined, lines.join('\n'))])]);
    for (const raw of [asLogs, asOne, asLogs]) assert.deepEqual(textOf(framesOf(run(kernel, raw))), expected);
  }
});

test('tags that would multiply without bound are refused, and memory stays bounded', () => {
  const kernel = kernelOf([PLAN], 1_000_000);
  const logs = Array.from({ length: 1_000 }, () => ({ time: 1, contents: [] }));
  const result = run(kernel, encode([group(logs, [pair('k', 'x'.repeat(500_000))])]));
  assert.ok(!result.ok);
  assert.equal(result.fault.reason, 'size-limit');
  assert.ok(kernel.memoryBytes < 2_700_000, String(kernel.memoryBytes));
});

test('memory that a giant batch needed is given back, and what comes then is formatted as before', () => {
  const plan: FormatPlan = { ...PLAN, body: { kind: 'json', members: [], rest: 'all', expand: true } };
  const kernel = kernelOf([PLAN, plan], 1 << 26);
  const small = encode([group([log(1, '{"a":1}'), log(2)])]);
  const before = [textOf(framesOf(run(kernel, small))), textOf(framesOf(run(kernel, small, 1)))];
  const giant = encode([group([log(1, 'x'.repeat(40_000_000))])]);
  const packed = lz4Compress(giant);
  const result = kernel.format({ plan: 0, body: packed, encoding: 'lz4', rawSize: giant.length, out: undefined });
  assert.ok(result.ok && result.bytes.length > 40_000_000);
  assert.ok(kernel.memoryBytes > 40_000_000 && kernel.memoryBytes < 44_000_000, String(kernel.memoryBytes));
  for (let batch = 0; batch < 16; batch++) assert.ok(run(kernel, small).ok);
  assert.ok(kernel.memoryBytes < 3_000_000, String(kernel.memoryBytes));
  assert.deepEqual([textOf(framesOf(run(kernel, small))), textOf(framesOf(run(kernel, small, 1)))], before);
});

test('no input and no policy makes the memory larger than two of the largest batches and a fixed part', () => {
  const most = 1_000_000;
  const policies = ['truncate', 'split', 'drop', 'deadLetter'] as const;
  const size = { maxBytes: 1024, marker: '[cut]', trimFirst: ['k', 't'], idPrefix: 'p/l/' };
  const plans: FormatPlan[] = [
    ...policies.map((over): FormatPlan => ({ ...PLAN, newline: 'split', size: { ...size, over } })),
    { ...PLAN, body: { kind: 'json', members: [], rest: 'all', expand: true }, size: { ...size, over: 'split' } },
    { ...PLAN, newline: 'split' },
  ];
  const kernel = kernelOf(plans, most);
  const tag = (length: number) => [pair('t', '\n'.repeat(length))];
  const inputs = [
    [group([log(1, 'é\n'.repeat(300_000))])],
    [group([log(1, '"\\'.repeat(450_000))])],
    [group([log(1, `[${'0,'.repeat(450_000)}0]`)])],
    [group([log(1, `${'['.repeat(63)}${']'.repeat(63)}`), log(2)], tag(900_000))],
    [group(Array.from({ length: 50_000 }, () => ({ time: 1, contents: [] })))],
    [group([{ time: 1, contents: Array.from({ length: 100_000 }, () => pair('', '\n')) }])],
  ].map(encode);
  for (const raw of inputs) {
    assert.ok(raw.length <= most);
    for (let plan = 0; plan < plans.length; plan++) {
      const result = run(kernel, raw, plan);
      assert.ok(result.ok || result.fault.reason === 'size-limit');
      const packed = lz4Compress(raw);
      kernel.format({ plan, body: packed, encoding: 'lz4', rawSize: raw.length, out: undefined });
    }
  }
  const claims = { body: new Uint8Array(1000), encoding: 'lz4', rawSize: most, out: undefined } as const;
  assert.ok(!kernel.format({ plan: 0, ...claims }).ok);
  assert.ok(!kernel.format({ plan: 0, ...claims, rawSize: most + 1 }).ok);
  assert.ok(kernel.memoryBytes < 2 * most + (1 << 20), String(kernel.memoryBytes));
});

/** A LogGroupList of one group with these fields. */
function listOf(fields: Uint8Array): Uint8Array {
  const length = [0, 7, 14, 21].map((shift) => ((fields.length >> shift) & 0x7f) | (shift < 21 ? 0x80 : 0));
  return Buffer.concat([Uint8Array.from([0x0a, ...length]), fields]);
}

test('tags of two bytes that become many more', () => {
  const raw = listOf(Buffer.from('0a00'.repeat(3) + '3200'.repeat(12_000), 'hex'));
  const plan: FormatPlan = { ...PLAN, body: { kind: 'kv', separator: '<sixteen bytes>!', quote: 'none' } };
  assert.deepEqual(textOf(framesOf(run(kernelOf([plan]), raw))), textOf(formatAll(raw, plan)));
});

test('the time for a group whose many logs lie between huge tags is bounded', () => {
  const tag = encode([group([], [pair('k', 'x'.repeat(20_000))])]).subarray(4);
  const logs = Buffer.from('0a00'.repeat(1_000_000), 'hex');
  const result = run(kernelOf([PLAN]), listOf(Buffer.concat([tag, logs, tag])));
  assert.deepEqual(fault(result), { reason: 'size-limit', offset: 5 });
});

test('JSON: a log without any of the chosen fields shows nothing; a value that holds JSON becomes it', () => {
  const owner = [{ kind: 'field' as const, refs: [{ kind: 'content' as const, key: 'k' }], fallback: '' }];
  const plan = (expand: boolean): FormatPlan => ({
    ...PLAN,
    body: { kind: 'json', members: [{ name: 'event', value: owner }], rest: 'none', expand },
  });
  const body = (groups: readonly LogGroup[], expand = true) =>
    /- - - (.*)\n/.exec(format(groups, plan(expand))[0]!)?.[1];
  const json = ' { "a" : [1, {"b":"x y\\u00e9"}] }\n';
  assert.equal(body([group([log(1, json)])]), '{"event":{"a":[1,{"b":"x y\\u00e9"}]}}');
  assert.equal(body([group([log(1, json)])], false), `{"event":${JSON.stringify(json)}}`);
  assert.equal(body([group([log(1, '{"a":01}')])]), '{"event":"{\\"a\\":01}"}');
  const other = { time: 1, contents: [pair('other', 'x')] };
  assert.equal(body([group([other])]), '{}');
});

test('JSON in a field: no object has a member twice; text with more names than can be told apart stays text', () => {
  const expanded = (text: string): string => {
    const plan: FormatPlan = { ...PLAN, body: { kind: 'json', members: [], rest: 'contents', expand: true } };
    return /- - - \{"k":(.*)\}\n/s.exec(format([group([log(1, text)])], plan)[0]!)![1]!;
  };
  assert.equal(
    expanded('{"a":1,"b":{"a":2,"\\u0061":[{"a":3}],"a_2":4},"a":5,"a":6}'),
    '{"a":1,"b":{"a":2,"\\u0061_2":[{"a":3}],"a_2_2":4},"a_2":5,"a_3":6}',
  );
  const members = (count: number, name: (index: number) => string): string =>
    `{${Array.from({ length: count }, (_, index) => `"${name(index)}":0`).join(',')}}`;
  const many = members(12_288, (index) => `n${index}`);
  assert.equal(expanded(many), many);
  const more = members(12_289, (index) => `n${index}`);
  assert.equal(expanded(more), JSON.stringify(more));
  const numbers = members(12_288, (index) => (index === 0 ? 'a' : `a_${index + 1}`));
  assert.equal(expanded(members(12_288, () => 'a')), numbers);
  const again = members(200_000, () => 'a');
  assert.equal(expanded(again), JSON.stringify(again));
});

test('what the filters leave out is counted', () => {
  const k = { kind: 'content', key: 'k' } as const;
  const plan: FormatPlan = { ...PLAN, exclude: { op: 'equals', ref: k, values: ['b'] } };
  const result = run(kernelOf([plan]), encode([group([log(1, 'a'), log(2, 'b'), log(3, 'b'), log(4, 'c')])]));
  assert.ok(result.ok);
  assert.deepEqual([framesOf(result).length, result.filtered], [2, 2]);
});

test('the id of an event is that of its log, in whatever batch it comes', () => {
  const id = [{ kind: 'field' as const, refs: [{ kind: 'eventId' as const, prefix: 'p/l/' }], fallback: '' }];
  const kernel = kernelOf([{ ...PLAN, body: { kind: 'raw', value: id } }]);
  const ids = (groups: readonly LogGroup[], cursor: string): string[] => {
    const body = encode(groups);
    const input = { plan: 0, body, encoding: 'none' as const, rawSize: body.length, out: undefined, shard: 2, cursor };
    return textOf(framesOf(kernel.format(input))).map((frame) => frame.trim().split(' ').at(-1)!);
  };
  const base64 = (cursor: string): string => Buffer.from(cursor).toString('base64');
  const [first, second] = [group([log(1)]), group([log(2), log(3)])];
  const both = ids([first, second], base64('4294967295'));
  assert.deepEqual(both, ['p/l/2/4294967295/0', 'p/l/2/4294967296/0', 'p/l/2/4294967296/1']);
  assert.deepEqual(ids([second], base64('4294967296')), both.slice(1));
  assert.deepEqual(ids([second], 'odd'), ['p/l/2/odd/0/0', 'p/l/2/odd/0/1']);
});

test('a cursor that no service gives is cut, and touches nothing but the id', () => {
  const when = { kind: 'field' as const, refs: [{ kind: 'timeMs' as const }], fallback: '' };
  const id = { kind: 'field' as const, refs: [{ kind: 'eventId' as const, prefix: 'p/l/' }], fallback: '' };
  const kernel = kernelOf([{ ...PLAN, body: { kind: 'raw', value: [when, { kind: 'literal', text: ' ' }, id] } }]);
  const body = encode([group([log(2), log(2)])]);
  const input = { plan: 0, body, encoding: 'none' as const, rawSize: body.length, out: undefined };
  for (const [cursor, shown] of [
    ['odd', 'odd/'],
    ['é'.repeat(2000), 'é'.repeat(255)],
  ] as const) {
    const frames = textOf(framesOf(kernel.format({ ...input, cursor })));
    const bodies = frames.map((frame) => frame.trim().split(' ').slice(-2).join(' '));
    assert.deepEqual(bodies, [`2000 p/l/0/${shown}0/0`, `2000 p/l/0/${shown}0/1`]);
  }
});
