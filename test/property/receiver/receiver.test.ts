import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Framing } from '../../../src/emulator/receiver/contract.js';
import { Framer, type FramingFlaw } from '../../../src/emulator/receiver/framer.js';
import { parseRfc5424 } from '../../../src/emulator/receiver/rfc5424.js';
import { ShardSequence } from '../../../src/emulator/receiver/sequence.js';
import { Tally } from '../../../src/emulator/receiver/tally.js';

const MAX_FRAME = 64;

interface Cut {
  readonly frames: [Framing, string][];
  readonly flaws: FramingFlaw[];
  readonly sound: boolean;
}

/** Cuts `stream` into chunks of the given sizes, over and over, and frames it. */
function cut(stream: Buffer, sizes: readonly number[], max = MAX_FRAME): Cut {
  const frames: [Framing, string][] = [];
  const flaws: FramingFlaw[] = [];
  const framer = new Framer(
    {
      frame: (bytes, start, end, framing) => frames.push([framing, bytes.toString('latin1', start, end)]),
      flaw: (kind) => flaws.push(kind),
    },
    max,
  );
  let sound = true;
  for (let at = 0, i = 0; at < stream.length && sound; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    sound = framer.push(stream.subarray(at, at + size));
    at += size;
  }
  framer.end();
  return { frames, flaws, sound };
}

const chunkSizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
const octets = (max: number) => fc.uint8Array({ maxLength: max }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const counted = octets(MAX_FRAME)
  .filter((text) => text.length > 0)
  .map((text) => ['octet-counting', text] as const);
/** Without LF and NUL, and nothing that begins like a length. */
const line = octets(MAX_FRAME - 1)
  .map((text) => ['lf', `<${text.replace(/[\n\0]/g, '')}`] as const)
  .filter(([, text]) => text.length <= MAX_FRAME);
const onWire = ([framing, text]: readonly [Framing, string]): string =>
  framing === 'lf' ? `${text}\n` : `${text.length} ${text}`;

test('framer: any frames come out as they went in, however the stream is split', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(counted, line)), chunkSizes, (frames, sizes) => {
      const { frames: seen, flaws, sound } = cut(Buffer.from(frames.map(onWire).join(''), 'latin1'), sizes);
      assert.deepEqual(seen, frames);
      assert.ok(sound);
      const changes = frames.filter(([framing], i) => i > 0 && framing !== frames[i - 1]?.[0]).length;
      assert.deepEqual(flaws, Array<FramingFlaw>(changes).fill('framingChanges'));
    }),
    { numRuns: 500 },
  );
});

test('framer: a stream whose first line ends with NUL goes on so, line feeds inside', () => {
  const inside = octets(MAX_FRAME - 1).map((text) => `<${text.replaceAll('\0', '')}`);
  const first = inside.map((text) => text.replaceAll('\n', ''));
  fc.assert(
    fc.property(first, fc.array(inside), chunkSizes, (begin, more, sizes) => {
      const texts = [begin, ...more];
      const { frames, flaws } = cut(Buffer.from(texts.map((text) => `${text}\0`).join(''), 'latin1'), sizes);
      assert.deepEqual([frames, flaws], [texts.map((text) => ['nul', text]), []]);
    }),
  );
});

test('framer: any octets at all are read the same however they are split', () => {
  const alphabet = fc.constantFrom('0', '1', '9', ' ', '\n', '\0', '<', 'x');
  const streams = fc.array(alphabet, { maxLength: 120 }).map((parts) => Buffer.from(parts.join(''), 'latin1'));
  fc.assert(
    fc.property(streams, chunkSizes, (stream, sizes) =>
      assert.deepEqual(cut(stream, sizes, 16), cut(stream, [stream.length + 1], 16)),
    ),
    { numRuns: 2_000 },
  );
});

test('framer: too long a line is skipped as one, too long a count ends the stream', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), chunkSizes, (excess, sizes) => {
      const text = `<a\n${'<'.repeat(MAX_FRAME + excess)}\n<b\n${MAX_FRAME + excess} <c`;
      const { frames, flaws, sound } = cut(Buffer.from(text), sizes);
      assert.deepEqual(frames, [
        ['lf', '<a'],
        ['lf', '<b'],
      ]);
      assert.deepEqual([...flaws], ['oversize', 'framing']);
      assert.equal(sound, false);
    }),
  );
});

test('sequence: the same as a set of numbers', () => {
  const numbers = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(numbers, (arrivals) => {
      const sequence = new ShardSequence();
      const seen = new Set<number>();
      let high = -1;
      let reordered = 0;
      for (const n of arrivals) {
        sequence.add(n);
        if (!seen.has(n) && n < high) reordered++;
        seen.add(n);
        high = Math.max(high, n);
      }
      const first = Math.min(...seen);
      assert.deepEqual(sequence.stats(5), {
        shard: 5,
        received: arrivals.length,
        unique: seen.size,
        lost: high - first + 1 - seen.size,
        duplicates: arrivals.length - seen.size,
        reordered,
        first,
        last: high,
      });
    }),
    { numRuns: 2_000 },
  );
});

test('sequence: memory is bounded, and a gap given up stays lost', () => {
  const sequence = new ShardSequence(100);
  for (let n = 0; n < 1_000; n += 2) sequence.add(n);
  assert.deepEqual([sequence.stats(0).lost, sequence.stats(0).unique], [499, 500]);
  sequence.add(1);
  sequence.add(997);
  const { lost, unique, duplicates, reordered } = sequence.stats(0);
  assert.deepEqual({ lost, unique, duplicates, reordered }, { lost: 498, unique: 501, duplicates: 1, reordered: 1 });
});

test('tally: finds the number wherever it stands, in whatever body', () => {
  const filler = fc.string({ unit: fc.constantFrom('e', 'm', 'u', '_', 's', '-', '=', '1', ' '), maxLength: 12 });
  const write = [
    (mark: string): string => `emu_seq=${mark}`,
    (mark: string): string => `"emu_seq":"${mark}"`,
    (mark: string): string => `\\"emu_seq\\": \\"${mark}\\"`,
    (): string => 'no number',
  ] as const;
  const event = fc.record({ before: filler, after: filler, form: fc.nat(3), shard: fc.nat(3), n: fc.nat(1e12) });
  fc.assert(
    fc.property(fc.array(event), chunkSizes, (events, sizes) => {
      const text = events.map(
        ({ before, after, form, shard, n }) => `<${before}|${write[form as 0](`${shard}-${n}`)}|${after}\n`,
      );
      const tally = new Tally({ tracking: 'sequence', latency: false, keep: 0, now: () => 0 });
      const framer = new Framer(tally, 1_000);
      const stream = Buffer.from(text.join(''));
      for (let at = 0, i = 0; at < stream.length; i++) {
        const size = sizes[i % sizes.length] ?? 1;
        framer.push(stream.subarray(at, at + size));
        at += size;
      }
      const numbered = events.filter(({ form }) => form < 3);
      assert.equal(tally.events, events.length);
      assert.equal(tally.stats().sequence.received, numbered.length);
      assert.equal(tally.stats().sequence.unique, new Set(numbered.map(({ shard, n }) => `${shard}-${n}`)).size);
    }),
    { numRuns: 500 },
  );
});

const printable = (min: number, max: number, not = '') => {
  const unit = fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code));
  return fc.string({ unit: unit.filter((char) => !not.includes(char)), minLength: min, maxLength: max });
};
const nilOr = (max: number) =>
  fc.option(
    printable(1, max).filter((text) => text !== '-'),
    { nil: undefined },
  );
const sdName = printable(1, 32, '= ]"@');
const utf8 = fc.string({ unit: 'grapheme', maxLength: 30 });
const element = fc.record({ id: sdName, params: fc.array(fc.record({ name: sdName, value: utf8 }), { maxLength: 3 }) });
const messages = fc.record({
  facility: fc.nat(23),
  severity: fc.nat(7),
  timestamp: fc.option(
    fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }).map((d) => d.toISOString()),
    { nil: undefined },
  ),
  hostname: nilOr(255),
  appName: nilOr(48),
  procId: nilOr(128),
  msgId: nilOr(32),
  structuredData: fc.uniqueArray(element, { maxLength: 3, selector: ({ id }) => id }),
  msg: fc.option(utf8, { nil: undefined }),
});
type Message = typeof messages extends fc.Arbitrary<infer T> ? T : never;

function encode(message: Message): string {
  const { facility, severity, timestamp, hostname, appName, procId, msgId, structuredData, msg } = message;
  const header = [timestamp, hostname, appName, procId, msgId].map((field) => field ?? '-').join(' ');
  const elements = structuredData.map(({ id, params }) => {
    const pairs = params.map(({ name, value }) => ` ${name}="${value.replace(/["\\\]]/g, '\\$&')}"`);
    return `[${id}${pairs.join('')}]`;
  });
  const data = elements.length === 0 ? '-' : elements.join('');
  return `<${facility * 8 + severity}>1 ${header} ${data}${msg === undefined ? '' : ` ${msg}`}`;
}

test('parser: what was written by the grammar is read back', () => {
  fc.assert(
    fc.property(messages, (message) => {
      fc.pre(message.msg?.startsWith('\uFEFF') !== true);
      assert.deepEqual(parseRfc5424(Buffer.from(encode(message))), {
        ok: true,
        ...structuredClone(message),
        bom: false,
      });
    }),
    { numRuns: 500 },
  );
});

test('parser: a header field removed, or a byte of the header made impossible, is seen at or after its place', () => {
  fc.assert(
    fc.property(messages, fc.nat(), fc.constantFrom(0, 9, 10, 127, 0xff), (message, place, byte) => {
      const bytes = Buffer.from(encode({ ...message, structuredData: [], msg: undefined }));
      const at = place % bytes.length;
      bytes[at] = byte;
      const parsed = parseRfc5424(bytes);
      assert.ok(!parsed.ok);
      assert.ok(parsed.offset <= at);
    }),
    { numRuns: 500 },
  );
});

test('parser: any octets end in a result', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
      const parsed = parseRfc5424(Buffer.concat([Buffer.from('<13>1 - - - - - '), octets]));
      assert.ok(parsed.ok || (parsed.offset >= 0 && parsed.offset <= 16 + octets.length));
    }),
    { numRuns: 1_000 },
  );
});
