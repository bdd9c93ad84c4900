/** What the kernel makes of messages that are larger than a receiver takes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FormatPlan } from '../../../src/model/format-plan.js';
import { formatAll } from '../../support/oracle/formatter.js';
import { framesOf, kernelOf, PLAN, run, textOf } from '../../support/oracle/oracle.js';
import { format, group, log } from '../../support/oracle/logs.js';
import { decode, encode } from '../../support/oracle/log-group-list.js';

test('a budget: JSON stays JSON and as long as can be, text stays UTF-8, drops are counted', () => {
  const members = [
    { name: 'v', value: [{ kind: 'field' as const, refs: [{ kind: 'content' as const, key: 'k' }], fallback: '' }] },
  ];
  const json: FormatPlan = {
    ...PLAN,
    body: { kind: 'json', members, rest: 'none', expand: true },
    size: { maxBytes: 1024, over: 'truncate', marker: '', trimFirst: [], idPrefix: 'p/l/' },
  };
  for (const value of [
    'é'.repeat(5_000),
    JSON.stringify({ a: Array(900).fill(1), b: { c: '日'.repeat(300_000) } }),
    '"\\'.repeat(3000),
  ]) {
    const frame = format([group([log(1, value)])], json)[0]!;
    const size = Buffer.byteLength(frame) - 1;
    assert.ok(size <= 1024 && size > 1000, String(size));
    JSON.parse(frame.slice(frame.indexOf('{')));
  }
  const text = format([group([log(1, '日'.repeat(400_000))])], { ...PLAN, size: json.size })[0]!;
  assert.ok(!text.includes('\ufffd') && Buffer.byteLength(text) <= 1025);
  const plan: FormatPlan = {
    ...PLAN,
    framing: 'octet-counting',
    size: { maxBytes: 1024, over: 'drop', marker: '', trimFirst: [], idPrefix: 'p/l/' },
  };
  const result = run(kernelOf([plan]), encode([group([log(1), log(2, 'x'.repeat(600_000)), log(3)])]));
  assert.ok(result.ok);
  assert.deepEqual([result.ends.length, result.dropped, result.truncated, result.filtered], [2, 1, 0, 0]);
});

test('a cut says so: text by the marker at its end, JSON by a last member', () => {
  const size = { maxBytes: 1024, over: 'truncate', marker: '[truncated]', trimFirst: [], idPrefix: 'p/l/' } as const;
  const long = encode([group([log(1, 'x'.repeat(3000))])]);
  const [text] = textOf(framesOf(run(kernelOf([{ ...PLAN, size }]), long)));
  assert.equal(Buffer.byteLength(text!), 1025);
  assert.match(text!, /xxx\[truncated\]\n$/);
  const body = { kind: 'json', members: [], rest: 'all', expand: true } as const;
  const [json] = textOf(framesOf(run(kernelOf([{ ...PLAN, size, body }]), long)));
  const parsed = JSON.parse(json!.slice(json!.indexOf('{'))) as Record<string, unknown>;
  assert.equal(parsed['_truncated'], true);
  assert.match(String(parsed['k']), /^x{800,}$/);
});

test('named fields give up bytes first, in their order, and the rest stays whole', () => {
  const pair = (key: string, length: number) => ({ key: Buffer.from(key), value: Buffer.from('é'.repeat(length)) });
  const contents = [pair('a', 400), pair('b', 100), pair('c', 50)];
  const size = {
    maxBytes: 1024,
    over: 'drop',
    marker: '',
    trimFirst: ['nowhere', 'c', 'a'],
    idPrefix: 'p/l/',
  } as const;
  const result = run(kernelOf([{ ...PLAN, size }]), encode([{ logs: [{ time: 1, contents }], tags: [] }]));
  assert.ok(result.ok);
  assert.deepEqual([result.ends.length, result.truncated, result.dropped], [1, 1, 0]);
  const [text] = textOf(framesOf(result));
  const size1 = Buffer.byteLength(text!) - 1;
  assert.ok(size1 <= 1024 && size1 >= 1022, String(size1));
  assert.match(text!, /\|\|a=é{300,390}\|\|b=é{100}\|\|c=\n$/);
});

test('fields that give up bytes do not help: the cut frame is right wherever it lies in the window that the host empties', () => {
  const size = { maxBytes: 2048, over: 'truncate', marker: '', trimFirst: ['k'], idPrefix: 'p/l/' } as const;
  const plan: FormatPlan = { ...PLAN, framing: 'octet-counting', size };
  const kernel = kernelOf([plan]);
  const around = format([group([log(1, 'f'.repeat(1500))])], plan).join('').length - 1500;
  const filler = (bytes: number) => log(1, 'f'.repeat(bytes - around));
  const other = { key: Buffer.from('other'), value: Buffer.from('y'.repeat(60_000)) };
  const large = { time: 2, contents: [...log(2, 'x'.repeat(10)).contents, other] };
  // The last place in the window (of 256 KiB) from which the largest frame, its count and a margin do not reach beyond it.
  const lastPlace = 262_144 - 2048 - 32 - 64;
  for (let before = lastPlace - 8; before <= lastPlace + 1; before++) {
    const fillers = [...Array.from({ length: 129 }, () => filler(2000)), filler(before - 129 * 2000)];
    const raw = encode([group([...fillers, large, log(3, 'behind')])]);
    const frames = framesOf(run(kernel, raw));
    assert.equal(
      frames.slice(0, -2).reduce((sum, { length }) => sum + length, 0),
      before,
    );
    assert.deepEqual(textOf(frames), textOf(formatAll(raw, plan)), `at ${before}`);
  }
});

test('behind a log of several lines one without a line break gives up bytes as if it were alone', () => {
  const size = { maxBytes: 1024, over: 'truncate', marker: '…', trimFirst: ['k'], idPrefix: 'p/l/' } as const;
  const plan: FormatPlan = { ...PLAN, newline: 'split', size };
  const other = { key: Buffer.from('other'), value: Buffer.from('y'.repeat(500)) };
  const long = { time: 2, contents: [...log(2, 'x'.repeat(800)).contents, other] };
  const raw = encode([group([log(1, 'one\ntwo'), long])]);
  const frames = textOf(framesOf(run(kernelOf([plan]), raw)));
  assert.deepEqual(frames, textOf(formatAll(raw, plan)));
  assert.match(frames[2]!, /x\|\|other=y{500}\n$/);
});

test('a log that is too large and to be kept is handed over with its place and what surrounds it', () => {
  const size = { maxBytes: 1024, over: 'deadLetter', marker: '', trimFirst: [], idPrefix: 'p/l/' } as const;
  const kernel = kernelOf([{ ...PLAN, size, framing: 'octet-counting' }]);
  const large = log(2, 'x'.repeat(200_000));
  const tags = [{ key: Buffer.from('t'), value: Buffer.from('v') }];
  const groups = [group([log(1)]), { ...group([log(1), large, log(3), large]), tags, topic: Buffer.from('topic') }];
  const raw = encode(groups);
  const cursor = Buffer.from('41').toString('base64');
  const result = kernel.format({ plan: 0, body: raw, encoding: 'none', rawSize: raw.length, cursor, out: undefined });
  assert.ok(result.ok);
  assert.deepEqual([result.ends.length, result.dropped, result.truncated, result.rejected.length], [3, 0, 0, 2]);
  for (const [i, { reason, index, messageBytes, raw: own, ...rest }] of result.rejected.entries()) {
    assert.deepEqual([reason, index, Buffer.from(rest.cursor, 'base64').toString()], ['oversize', 2 * i + 1, '42']);
    const whole = Buffer.concat(framesOf(run(kernelOf([PLAN]), own)));
    assert.deepEqual(
      [whole.length - 1, decode(own)],
      [messageBytes, decode(new Uint8Array(encode([{ ...groups[1]!, logs: [large] }])))],
    );
  }
});

test('rejected logs that would multiply their tags without bound are refused', () => {
  const size = { maxBytes: 1024, over: 'deadLetter', marker: '', trimFirst: [], idPrefix: 'p/l/' } as const;
  const tags = [{ key: Buffer.from('t'), value: Buffer.alloc(50_000, 'v') }];
  const raw = encode([{ ...group(Array.from({ length: 2_000 }, () => log(1))), tags }]);
  const result = run(kernelOf([{ ...PLAN, size }], raw.length), raw);
  assert.deepEqual(result, { ok: false, fault: { reason: 'size-limit', offset: -1 } });
});

test('what is too large goes in numbered parts that share an id, each with the whole header', () => {
  const size = { maxBytes: 1024, over: 'split', marker: '', trimFirst: [], idPrefix: 'p/l/' } as const;
  const value = 'é"\\ '.repeat(80_000);
  const raw = encode([group([log(1), log(2, value), log(3)])]);
  const cursor = Buffer.from('41').toString('base64');
  const parts = (body: FormatPlan['body']): string[] => {
    const kernel = kernelOf([{ ...PLAN, size, body, framing: 'octet-counting' }]);
    const input = {
      plan: 0,
      body: raw,
      encoding: 'none',
      rawSize: raw.length,
      shard: 7,
      cursor,
      out: undefined,
    } as const;
    const frames = textOf(framesOf(kernel.format(input))).map((frame) => frame.slice(frame.indexOf(' ') + 1));
    assert.ok(frames.every((frame) => Buffer.byteLength(frame) <= 1024 && frame.startsWith('<134>1 ')));
    return frames.slice(1, -1).map((frame) => frame.slice(frame.indexOf(' - - - ') + 7));
  };
  const id = 'p/l/7/41/1';
  const text = parts(PLAN.body);
  const pieces = text.map((part, i) => {
    const label = `[part ${i + 1}/${text.length} id=${id}] `;
    assert.ok(part.startsWith(label), part);
    return part.slice(label.length);
  });
  assert.equal(pieces.join(''), `||__topic__=||__source__=||k=${value}`);

  const json = parts({ kind: 'json', members: [], rest: 'contents', expand: true }).map(
    (part) => JSON.parse(part) as Record<'_part' | '_id' | '_text', string>,
  );
  assert.deepEqual([json[0]!._part, json[1]!._id], [`1/${json.length}`, id]);
  const whole = JSON.parse(json.map(({ _text }) => _text).join('')) as { k: string };
  assert.equal(whole.k, value);

  const [vendor, product, version, eventId] = [[], [], [], []];
  const pairs = { vendor, product, version, eventId, members: [], rest: 'contents' } as const;
  for (const part of parts({ kind: 'leef', format: '2.0', delimiter: '^', ...pairs })) {
    assert.match(part, /^LEEF:2\.0\|\|\|\|\|\^\|slsPart=\d+\/\d+\^slsPartId=p\/l\/7\/41\/1\^./);
  }
  for (const part of parts({ kind: 'cef', format: '0', name: [], reserved: [], ...pairs })) {
    assert.match(part, /^CEF:0\|\|\|\|\|\|2\|slsPart=\d+\/\d+ slsPartId=p\/l\/7\/41\/1 ./);
  }
});

test('a line each: empty ones are left out, long ones follow the policy, and the whole event goes where one line is refused', () => {
  const sizeOf = (over: 'truncate' | 'split' | 'drop' | 'deadLetter') =>
    ({ maxBytes: 1024, over, marker: '[cut]', trimFirst: [], idPrefix: '' }) as const;
  const value: FormatPlan['body'] = {
    kind: 'raw',
    value: [{ kind: 'field', refs: [{ kind: 'content', key: 'k' }], fallback: '' }],
  };
  const byLine: FormatPlan = { ...PLAN, newline: 'split', body: value };
  const bodies = (text: string, plan: FormatPlan): string[] =>
    format([group([log(1, text)])], plan).map((frame) => frame.slice(frame.indexOf(' - - - ') + 7, -1));
  assert.deepEqual(bodies('one\r\n\ntwo\rthree\n', byLine), ['one', 'two', 'three']);
  assert.deepEqual(bodies('\n\r\n', byLine), ['']);
  const long = `a\n${'b'.repeat(200_000)}\nc`;
  assert.deepEqual(
    bodies(long, byLine).map((line) => line.replace(/b+/, 'b')),
    ['[part 1/4 id=0//0/0] a', '[part 2/4 id=0//0/0] b', '[part 3/4 id=0//0/0] b', '[part 4/4 id=0//0/0] c'],
  );
  const cutLines = bodies(long, { ...byLine, size: sizeOf('truncate') });
  assert.deepEqual([cutLines.length, cutLines[0], cutLines[2]], [3, 'a', 'c']);
  assert.match(cutLines[1]!, /^b{900,}\[cut\]$/);
  for (const over of ['drop', 'deadLetter'] as const) {
    const result = run(kernelOf([{ ...byLine, size: sizeOf(over) }]), encode([group([log(1, long), log(2)])]));
    assert.ok(result.ok);
    assert.deepEqual([result.ends.length, result.dropped + result.rejected.length], [1, 1]);
  }
});
