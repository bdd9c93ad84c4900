import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BufferPool } from '../../../src/format/buffer-pool.js';

test('gives back the smallest buffer that is large enough', () => {
  const pool = new BufferPool(1000);
  for (const size of [300, 100, 150]) pool.give(new ArrayBuffer(size));
  assert.equal(pool.take(90)?.byteLength, 100);
  assert.equal(pool.take(90)?.byteLength, 150);
  assert.equal(pool.bytes, 300);
});

test('never lets a small batch sit on a buffer of more than twice its size', () => {
  const pool = new BufferPool(1000);
  pool.give(new ArrayBuffer(300));
  assert.equal(pool.take(149), undefined);
  assert.equal(pool.take(150)?.byteLength, 300);
});

test('keeps no more than its bound, and no detached buffer', () => {
  const pool = new BufferPool(250);
  const detached = new ArrayBuffer(100);
  structuredClone(detached, { transfer: [detached] });
  for (const buffer of [new ArrayBuffer(200), new ArrayBuffer(100), detached]) pool.give(buffer);
  assert.equal(pool.bytes, 200);
  assert.equal(pool.take(100)?.byteLength, 200);
  assert.equal(pool.take(1), undefined);
});
