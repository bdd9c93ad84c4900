import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { FormatterPool } from '../../../src/format/formatter-pool.js';
import type { BodyEncoding, FrameBatch, RawBatch } from '../../../src/model/batch.js';
import type { Formatter } from '../../../src/model/ports.js';
import { formatAll } from '../../support/oracle/formatter.js';
import { PLAN } from '../../support/oracle/oracle.js';
import { encode } from '../../support/oracle/log-group-list.js';
import { lz4Compress } from '../../support/oracle/lz4-block.js';

const ROOM = { arenaBytes: 1 << 22, maxIdleBytes: 1 << 22 };
const pool = new FormatterPool({ threads: 2, plans: [PLAN], maxRawSize: 1 << 20, ...ROOM });
const ORIGIN = { project: 'demo', logstore: 'audit', hostname: 'relay.example' };
after(() => pool.close());

const text = (value: string): Uint8Array => Buffer.from(value);

/** Logs of about 50 bytes each. */
function rawOf(logs: number): Uint8Array {
  const one = (i: number) => ({
    time: 1_700_000_000 + i,
    contents: [{ key: text('key'), value: text(`value number ${i} é`) }],
  });
  return encode([{ logs: Array.from({ length: logs }, (_, i) => one(i)), topic: text('t'), tags: [] }]);
}

/** A zstd frame of stored blocks. */
function zstdStore(raw: Uint8Array): Uint8Array {
  const word = (value: number, length: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer, 0, length);
  const parts = [word(0xfd2f_b528, 4), Uint8Array.of(0xa0), word(raw.length, 4)];
  const blockSize = 100_000;
  for (let at = 0; at < raw.length; at += blockSize) {
    const block = raw.subarray(at, at + blockSize);
    parts.push(word(block.length * 8 + Number(at + blockSize >= raw.length), 3), block);
  }
  return Buffer.concat(parts);
}

function batch(formatter: Formatter, packed: Uint8Array, encoding: BodyEncoding, rawSize: number): RawBatch {
  const body = formatter.bodyBuffer(packed.length);
  new Uint8Array(body).set(packed);
  return { shard: 3, seq: 0, cursor: 'a', nextCursor: 'b', body, bodyLength: packed.length, encoding, rawSize };
}

function assertFrames(frames: FrameBatch, raw: Uint8Array): void {
  const expected = formatAll(raw, PLAN);
  assert.equal(Buffer.compare(frames.bytes, Buffer.concat(expected)), 0);
  let end = 0;
  assert.deepEqual(
    [...frames.ends],
    expected.map((frame) => (end += frame.length)),
  );
}

test('formats every encoding', async () => {
  const raw = rawOf(5_000);
  const bodies: Record<BodyEncoding, Uint8Array> = { none: raw, lz4: lz4Compress(raw), zstd: zstdStore(raw) };
  for (const [encoding, packed] of Object.entries(bodies)) {
    const formatter = pool.formatter(0, ORIGIN);
    const frames = await formatter.format(batch(formatter, packed, encoding as BodyEncoding, raw.length));
    assertFrames(frames, raw);
    assert.deepEqual([frames.shard, frames.cursor, frames.nextCursor], [3, 'a', 'b']);
  }
});

test('a plan that comes later is learned by every thread, also by many batches at once', async () => {
  const own = new FormatterPool({ threads: 2, plans: [PLAN], maxRawSize: 1 << 20, ...ROOM });
  const later = { ...PLAN, framing: { trailer: '\0' } } as const;
  const formatter = own.formatter(own.add(later), ORIGIN);
  const raw = rawOf(200);
  const all = Array.from({ length: 12 }, () => formatter.format(batch(formatter, raw, 'none', raw.length)));
  const expected = Buffer.concat(formatAll(raw, later));
  for (const frames of await Promise.all(all)) assert.equal(Buffer.compare(frames.bytes, expected), 0);
  const first = own.formatter(0, ORIGIN);
  assertFrames(await first.format(batch(first, raw, 'none', raw.length)), raw);
  await own.close();
});

test('a body leaves with its task and its buffer is used again', async () => {
  const own = new FormatterPool({ threads: 1, plans: [PLAN], maxRawSize: 1 << 20, ...ROOM });
  const formatter = own.formatter(0, ORIGIN);
  const raw = rawOf(300);
  const first = batch(formatter, raw, 'none', raw.length);
  const size = first.body.byteLength;
  const formatted = formatter.format(first);
  assert.equal(first.body.byteLength, 0);
  await formatted;
  assert.equal(formatter.bodyBuffer(size - 100).byteLength, size, 'the body buffer came back');
  await own.close();
});

test('frames lie in the arena until they are recycled, and nobody else writes there', async () => {
  const own = new FormatterPool({ threads: 2, plans: [PLAN], maxRawSize: 1 << 20, ...ROOM });
  const formatter = own.formatter(0, ORIGIN);
  const raws = Array.from({ length: 12 }, (_, i) => rawOf(100 + 20 * i));
  // The first guess of how much the frames will take may be wrong; then the thread makes memory of its own.
  await formatter.format(batch(formatter, raws[0]!, 'none', raws[0]!.length));
  const all = (): Promise<FrameBatch[]> =>
    Promise.all(raws.map((raw) => formatter.format(batch(formatter, raw, 'none', raw.length))));
  const batches = await all();
  const { buffer } = batches[0]!.bytes;
  assert.ok(buffer instanceof SharedArrayBuffer);
  for (const [i, frames] of batches.entries()) {
    assert.equal(frames.bytes.buffer, buffer);
    assertFrames(frames, raws[i]!);
    assert.ok(formatter.heldBytes(frames) >= frames.bytes.length + frames.ends.byteLength);
  }
  const lowest = Math.min(...batches.map(({ bytes }) => bytes.byteOffset));
  const [kept, ...others] = batches;
  for (const frames of others) formatter.recycle(frames);
  const again = await all();
  assertFrames(kept!, raws[0]!);
  for (const frames of [kept!, ...again]) {
    formatter.recycle(frames);
    formatter.recycle(frames);
  }
  const last = await formatter.format(batch(formatter, raws[1]!, 'none', raws[1]!.length));
  assert.equal(last.bytes.byteOffset, lowest, 'all of it is free again');
  await own.close();
});

test('what does not fit the arena gets memory of its own', async () => {
  for (const arenaBytes of [0, 8192]) {
    const own = new FormatterPool({ threads: 1, plans: [PLAN], maxRawSize: 1 << 20, ...ROOM, arenaBytes });
    const formatter = own.formatter(0, ORIGIN);
    const raw = rawOf(300);
    const frames = await formatter.format(batch(formatter, raw, 'none', raw.length));
    assertFrames(frames, raw);
    assert.ok(!(frames.bytes.buffer instanceof SharedArrayBuffer));
    assert.equal(formatter.heldBytes(frames), frames.bytes.buffer.byteLength);
    formatter.recycle(frames);
    assertFrames(frames, raw);
    await own.close();
  }
});

test('damage in any encoding is FORMAT_CORRUPT with the reason, and the thread works on', async () => {
  const formatter = pool.formatter(0, ORIGIN);
  const raw = rawOf(10);
  const damaged: [Uint8Array, BodyEncoding, number, string][] = [
    [raw.subarray(0, 100), 'none', 100, 'protobuf-corrupt'],
    [lz4Compress(raw).subarray(0, 50), 'lz4', raw.length, 'lz4-corrupt'],
    [lz4Compress(raw), 'lz4', raw.length + 1, 'size-mismatch'],
    [zstdStore(raw).fill(0, 0, 4), 'zstd', raw.length, 'zstd-corrupt'],
    [zstdStore(raw), 'zstd', raw.length - 1, 'zstd-corrupt'],
    [zstdStore(raw), 'zstd', raw.length + 1, 'size-mismatch'],
    [zstdStore(raw), 'zstd', 0, 'zstd-corrupt'],
    [zstdStore(raw), 'zstd', 1 << 30, 'size-limit'],
    [raw, 'none', 1 << 30, 'size-limit'],
  ];
  for (const [packed, encoding, rawSize, reason] of damaged) {
    await assert.rejects(formatter.format(batch(formatter, packed, encoding, rawSize)), (error) => {
      assert.ok(error instanceof ForwarderError);
      assert.equal(error.code, 'FORMAT_CORRUPT');
      assert.equal(error.details['reason'], reason);
      return true;
    });
  }
  assertFrames(await formatter.format(batch(formatter, raw, 'none', raw.length)), raw);
});

/** A zstd frame of repeated bytes: four bytes for each 128 KiB. @param claimed what its header says */
function zstdBomb(blocks: number, claimed: number): Uint8Array {
  const header = [0x28, 0xb5, 0x2f, 0xfd, 0xa0, ...new Uint8Array(Uint32Array.of(claimed).buffer)];
  const block = (index: number): number[] => {
    const word = 131_072 * 8 + 2 + Number(index === blocks - 1);
    return [word & 0xff, (word >> 8) & 0xff, word >> 16, 0x61];
  };
  return Uint8Array.from([header, ...Array.from({ length: blocks }, (_, index) => block(index))].flat());
}

/** One literal that a single match repeats. */
function lz4Bomb(packedBytes: number): Uint8Array {
  const run = Buffer.alloc(packedBytes, 0xff);
  return Buffer.concat([Uint8Array.of(0x1f, 0x61, 1, 0), run, Uint8Array.of(0, 0x50), Buffer.from('aaaaa')]);
}

test('a body that would become a gigabyte is FORMAT_CORRUPT, and takes no more memory than it may', async () => {
  const formatter = pool.formatter(0, ORIGIN);
  const blocks = 8192;
  const whole = blocks * 131_072;
  const rssBefore = process.memoryUsage.rss();
  const bombs: [Uint8Array, BodyEncoding, number, string][] = [
    [zstdBomb(blocks, whole), 'zstd', 1 << 20, 'zstd-corrupt'],
    [zstdBomb(blocks, 1 << 20), 'zstd', 1 << 20, 'zstd-corrupt'],
    [zstdBomb(blocks, whole), 'zstd', whole, 'size-limit'],
    [lz4Bomb(1 << 22), 'lz4', 1 << 20, 'size-mismatch'],
    // Not larger than it may be, and no events: the frames themselves are in order.
    [zstdBomb(2, 262_144), 'zstd', 262_144, 'protobuf-corrupt'],
  ];
  for (const [packed, encoding, rawSize, reason] of bombs) {
    await assert.rejects(formatter.format(batch(formatter, packed, encoding, rawSize)), (error) => {
      assert.ok(error instanceof ForwarderError);
      assert.equal(error.details['reason'], reason, `${encoding} that claims ${rawSize}`);
      return error.code === 'FORMAT_CORRUPT';
    });
  }
  assert.ok(process.memoryUsage.rss() - rssBefore < 100 * 1024 * 1024);
});

test('a task that throws is FORMATTER_CRASHED, to be tried again; the pool lives on', async () => {
  const raw = rawOf(10);
  const noPlan = pool.formatter(pool.add({ ...PLAN, header: undefined } as never), ORIGIN);
  await assert.rejects(noPlan.format(batch(noPlan, raw, 'none', raw.length)), { code: 'FORMATTER_CRASHED' });
  const formatter = pool.formatter(0, ORIGIN);
  assertFrames(await formatter.format(batch(formatter, raw, 'none', raw.length)), raw);
});
