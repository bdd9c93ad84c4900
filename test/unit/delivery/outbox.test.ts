import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outbox } from '../../../src/delivery/outbox.js';
import type { Lease } from '../../../src/delivery/span.js';
import { newTotals } from '../../../src/delivery/totals.js';
import { settle } from '../../support/manual-clock.js';
import { always, batch } from './support.js';

const PROOF = { holdMs: 100, holdBytes: 1_500, proofMs: 1_000, proofBytes: 1_500 };

/** Three batches of 1000 bytes, all written at 0. */
function written() {
  const outbox = new Outbox({ guarantee: 'settled', ...PROOF }, newTotals(), () => undefined);
  const lease: Lease = { fence: always, over: false, open: 0 };
  const settled: number[] = [];
  for (const seq of [0, 1, 2]) {
    void outbox.push(batch(0, seq), lease, 0).then(() => settled.push(seq));
    outbox.begin();
    outbox.written((seq + 1) * 1_000, 0);
  }
  return { outbox, settled };
}

test('on a connection that stands, a batch is settled by time or by the bytes acked behind it', async () => {
  const { outbox, settled } = written();
  outbox.advance(3_000, 0, 0, true);
  await settle();
  assert.deepEqual(settled, [0], 'by bytes');
  outbox.advance(3_000, 1_000, 0, true);
  await settle();
  assert.deepEqual(settled, [0, 1, 2], 'by time');
});

test('on a connection that is lost, time proves nothing: what the bytes behind it do not prove is sent again', async () => {
  const { outbox, settled } = written();
  outbox.advance(2_000, 0, 0, true);
  outbox.lose(3_000, 3_600_000, true);
  await settle();
  assert.deepEqual(settled, [0]);
  assert.equal(outbox.begin()?.frames.seq, 1);
});

test('bytes settle a batch once as many are acked behind it as prove it, and not one sooner', async () => {
  const { outbox, settled } = written();
  outbox.advance(1_000 + PROOF.proofBytes - 1, 0, 0, true);
  await settle();
  assert.deepEqual(settled, []);
  outbox.advance(1_000 + PROOF.proofBytes, 0, 0, true);
  await settle();
  assert.deepEqual(settled, [0]);
});

test('a connection that ends gives back at once what it wrote for a lease that is over', async () => {
  const outbox = new Outbox({ guarantee: 'settled', ...PROOF }, newTotals(), () => undefined);
  const lease: Lease = { fence: always, over: false, open: 0 };
  let outcome = 'open';
  outbox.push(batch(0, 0), lease, 0).then(
    () => (outcome = 'settled'),
    () => (outcome = 'given back'),
  );
  outbox.begin();
  outbox.abandon(lease);
  await settle();
  assert.equal(outcome, 'open', 'the rest of it is still written');
  outbox.rewind();
  await settle();
  assert.equal(outcome, 'given back');
});
