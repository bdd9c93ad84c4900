import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BufferPool, sizeClass } from '../../../src/format/buffer-pool.js';

test('sizes are few and never much larger than asked for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1 << 28 }), (size) => {
      const rounded = sizeClass(size);
      assert.ok(rounded >= size && (rounded <= 4096 || rounded < 1.5 * size + 1), `${size} → ${rounded}`);
      assert.equal(sizeClass(rounded), rounded);
    }),
  );
});

test('gives a used buffer of the size back, or one of up to twice it, before it makes a new one', () => {
  const pool = new BufferPool(1 << 20);
  const [small, large] = [pool.take(9000), pool.take(20_000)];
  assert.deepEqual([small.byteLength, large.byteLength], [12_288, 24_576]);
  pool.give(small);
  pool.give(large);
  assert.equal(pool.take(12_000), small);
  assert.equal(pool.take(12_000), large);
  assert.notEqual(pool.take(12_000), large);
  assert.equal(pool.idleBytes, 0);
});

test('never lets a small batch sit on a buffer of more than about twice its size', () => {
  const pool = new BufferPool(1 << 20);
  pool.give(pool.take(100_000));
  assert.equal(pool.take(40_000).byteLength, 49_152);
  assert.equal(pool.take(66_000).byteLength, 131_072);
});

test('keeps no more than its bound; what lies idle most gives way to what comes back', () => {
  const pool = new BufferPool(64 * 1024);
  const small = Array.from({ length: 8 }, () => pool.take(8192));
  for (const buffer of small) pool.give(buffer);
  const large = pool.take(32_768);
  pool.give(large);
  assert.equal(pool.idleBytes, 64 * 1024);
  assert.equal(pool.take(32_768), large);
});

test('gives the memory of what it does not keep back at once', () => {
  const pool = new BufferPool(64 * 1024);
  const [kept, large] = [pool.take(8192), pool.take(128 * 1024)];
  pool.give(kept);
  pool.give(large);
  assert.deepEqual([kept.byteLength, large.byteLength], [8192, 0]);
  assert.equal(pool.take(8192), kept);
});

test('its buffers travel to a thread and back and are still its own', () => {
  const pool = new BufferPool(64 * 1024);
  const sent = pool.take(8192);
  const returned = structuredClone(sent, { transfer: [sent] });
  pool.give(returned);
  assert.equal(pool.take(8192), returned);
});

test('takes no buffer that is detached or not its own', () => {
  const pool = new BufferPool(64 * 1024);
  const detached = pool.take(8192);
  structuredClone(detached, { transfer: [detached] });
  for (const buffer of [detached, new ArrayBuffer(8192)]) pool.give(buffer);
  assert.equal(pool.idleBytes, 0);
});
