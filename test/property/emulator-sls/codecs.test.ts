import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { compressSync, uncompressSync } from 'lz4-napi';
import { loadSync } from 'protobufjs';
import { ZSTDDecoder } from 'zstddec';
import { countLogs } from '../../../src/emulator/sls/log-group-reader.js';
import { LogGroupWriter, type LogGroup } from '../../../src/emulator/sls/log-group-writer.js';
import { compressBlock, decompressBlock } from '../../../src/emulator/sls/lz4.js';
import { storeFrame } from '../../../src/emulator/sls/pack-zstd.js';

/** Bytes with and without repetition, short and beyond the largest LZ4 offset. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 4000 })), {
      maxLength: 6,
    })
    .map((runs) => Buffer.concat(runs.flatMap(([run, times]) => Array<Uint8Array>(times).fill(run)))),
);

function prefixed(block: Uint8Array, size: number): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32LE(size);
  return Buffer.concat([prefix, block]);
}

describe('LZ4 blocks', () => {
  test('what is compressed here, the reference implementation opens', () => {
    const check = (data: Uint8Array): void => {
      const opened = uncompressSync(prefixed(compressBlock(data), data.length));
      assert.ok(opened.equals(data));
    };
    fc.assert(fc.property(fc.oneof(bytes.filter((data) => data.length > 0)), check), { numRuns: 300 });
  });

  test('what is compressed there, is opened here; likewise our own', () => {
    const check = (data: Uint8Array): void => {
      const theirs = compressSync(Buffer.from(data)).subarray(4);
      assert.ok(decompressBlock(theirs, data.length).equals(data));
      assert.ok(decompressBlock(compressBlock(data), data.length).equals(data));
    };
    fc.assert(fc.property(bytes, check), { numRuns: 300 });
  });

  test('garbage is a RangeError or other bytes, never anything else', () => {
    const check = (block: Uint8Array, size: number): void => {
      try {
        assert.equal(decompressBlock(block, size).length, size);
      } catch (error) {
        assert.ok(error instanceof RangeError);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(500), check), { numRuns: 3000 });
  });
});

test('a stored zstd frame is one that zstd opens', async () => {
  const decoder = new ZSTDDecoder();
  await decoder.init();
  const check = (data: Uint8Array): void => {
    assert.ok(Buffer.from(decoder.decode(storeFrame(data), data.length)).equals(data));
  };
  const large = fc.uint8Array({ minLength: 128 * 1024 - 2, maxLength: 128 * 1024 + 2 });
  fc.assert(
    fc.property(
      bytes.filter((data) => data.length > 0),
      check,
    ),
    { numRuns: 100 },
  );
  fc.assert(fc.property(large, check), { numRuns: 10 });
});

const text = fc.string({ unit: 'binary', maxLength: 200 });
const pair = fc.tuple(text, text);
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const log = fc.record({
  time: fc.nat(2 ** 32 - 1),
  nanos: optional(fc.nat(999_999_999)),
  contents: fc.array(pair, { maxLength: 4 }),
});
const group = fc.record({
  logs: fc.array(log, { maxLength: 4 }),
  topic: optional(text),
  source: optional(text),
  tags: fc.array(pair, { maxLength: 3 }),
}) as fc.Arbitrary<LogGroup>;

const SCHEMA = fileURLToPath(import.meta.resolve('@alicloud/log/lib/sls.proto'));
const pairOf = ([Key, Value]: readonly [string, string]) => ({ Key, Value });

function theirs({ logs, topic, source, tags }: LogGroup): object {
  return {
    Logs: logs.map(({ time, nanos, contents }) => ({
      Time: time,
      Contents: contents.map(pairOf),
      ...(nanos === undefined ? {} : { TimeNs: nanos }),
    })),
    ...(topic === undefined ? {} : { Topic: topic }),
    ...(source === undefined ? {} : { Source: source }),
    LogTags: tags.map(pairOf),
  };
}

describe('log groups', () => {
  const root = loadSync(SCHEMA);
  const list = root.lookupType('sls.LogGroupList');
  const single = root.lookupType('sls.LogGroup');

  test('are written byte for byte as protobufjs writes them', () => {
    const check = (groups: LogGroup[]): void => {
      const writer = new LogGroupWriter();
      for (const one of groups) writer.add(one);
      const expected = list.encode(list.fromObject({ logGroupList: groups.map(theirs) })).finish();
      assert.ok(writer.out.view().equals(expected));
    };
    fc.assert(fc.property(fc.array(group, { maxLength: 4 }), check), { numRuns: 300 });
  });

  test('are counted as protobufjs counts them', () => {
    const check = (one: LogGroup): void => {
      assert.equal(countLogs(single.encode(single.fromObject(theirs(one))).finish()), one.logs.length);
    };
    fc.assert(fc.property(group, check), { numRuns: 300 });
  });

  test('broken ones are refused where protobufjs refuses them', () => {
    const check = (one: LogGroup, at: number, value: number): void => {
      const encoded = single.encode(single.fromObject(theirs(one))).finish();
      if (encoded.length === 0) return;
      encoded[at % encoded.length] = value;
      if (accepts(() => countLogs(encoded))) assert.ok(accepts(() => single.decode(encoded)));
    };
    fc.assert(fc.property(group, fc.nat(), fc.nat(255), check), { numRuns: 3000 });
  });
});

function accepts(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}
