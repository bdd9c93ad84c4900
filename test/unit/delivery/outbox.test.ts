import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outbox } from '../../../src/delivery/outbox.js';
import type { Claim } from '../../../src/delivery/span.js';
import { newTotals } from '../../../src/delivery/totals.js';
import { settle } from '../../support/manual-clock.js';
import { always, batch } from './support.js';

const PROOF = { holdMs: 100, holdBytes: 1_500, proofMs: 1_000, proofBytes: 1_500 };

/** Three batches of 1000 bytes, all written at 0. */
function written() {
  const outbox = new Outbox({ guarantee: 'settled', ...PROOF }, newTotals(), () => undefined);
  const claim: Claim = { fence: always, over: false, open: 0, unwritten: 0 };
  const settled: number[] = [];
  for (const seq of [0, 1, 2]) {
    void outbox.push(batch(0, seq), claim, 0).then(() => settled.push(seq));
    outbox.begin();
    outbox.written((seq + 1) * 1_000, 0);
  }
  return { outbox, settled };
}

const mebibyte = 2 ** 20;

/** An outbox whose batches are proven by nothing that a test does, and can be made again. */
function farFromProof() {
  const keeper = {
    arrived: () => true,
    again: ({ seq }: { readonly seq: number }) => Promise.resolve([batch(0, seq, 3, mebibyte)]),
  };
  const claim: Claim = { fence: always, keeper, over: false, open: 0, unwritten: 0 };
  const far = { holdMs: 100, holdBytes: 2 ** 30, proofMs: 2 ** 30, proofBytes: 2 ** 30 };
  const outbox = new Outbox({ guarantee: 'settled', ...far }, newTotals(), () => undefined);
  return { outbox, claim, far };
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

test('a connection that ends gives back at once what it wrote for a claim that is over', async () => {
  const outbox = new Outbox({ guarantee: 'settled', ...PROOF }, newTotals(), () => undefined);
  const claim: Claim = { fence: always, over: false, open: 0, unwritten: 0 };
  let outcome = 'open';
  outbox.push(batch(0, 0), claim, 0).then(
    () => (outcome = 'settled'),
    () => (outcome = 'given back'),
  );
  outbox.begin();
  outbox.abandon(claim);
  await settle();
  assert.equal(outcome, 'open', 'the rest of it is still written');
  outbox.rewind();
  await settle();
  assert.equal(outcome, 'given back');
});

test('what was made again and waits behind a batch that is to be made again takes no room from it', async () => {
  const { outbox, claim, far } = farFromProof();
  for (let seq = 0; seq < 6; seq++) void outbox.push(batch(0, seq, 3, mebibyte), claim, 0);

  let now = 0;
  /** @returns what was written on a new connection and has arrived, of so many batches; waits for frames only so often. */
  const write = async (count: number): Promise<number[]> => {
    const seqs: number[] = [];
    let offset = 0;
    for (let tries = 20; seqs.length < count && tries > 0; tries--) {
      await settle();
      const begun = outbox.begin();
      if (begun === undefined) continue;
      seqs.push(begun.frames.seq);
      offset += begun.frames.bytes.length;
      outbox.written(offset, now);
      outbox.advance(offset, now, 0, false);
      outbox.advance(offset, (now += far.holdMs), 0, false);
    }
    return seqs;
  };
  assert.deepEqual(await write(6), [0, 1, 2, 3, 4, 5]);
  assert.equal(outbox.pendingBytes, 0, 'all have arrived');
  outbox.lose(0, now, false);
  assert.deepEqual(await write(2), [0, 1]);
  outbox.begin();
  await settle();
  assert.equal(outbox.pendingBytes, 6 * mebibyte, 'the next two are made while the first two arrive');
  outbox.lose(0, now, false);
  assert.deepEqual(await write(6), [0, 1, 2, 3, 4, 5]);
});

test('what was made again gives its room to the next as soon as it is acked, without time going by', async () => {
  const { outbox, claim, far } = farFromProof();
  let offset = 0;
  const writeAll = async (now: number): Promise<number> => {
    let written = 0;
    for (let tries = 100; written < 20 && tries > 0; tries--) {
      await settle();
      const begun = outbox.begin();
      if (begun === undefined) continue;
      written += 1;
      offset += begun.frames.bytes.length;
      outbox.written(offset, now);
      outbox.advance(offset, now, 0, false);
    }
    return written;
  };
  for (let seq = 0; seq < 20; seq++) void outbox.push(batch(0, seq, 3, mebibyte), claim, 0);
  assert.equal(await writeAll(0), 20);
  outbox.advance(offset, far.holdMs, 0, false);
  outbox.lose(0, far.holdMs, false);
  offset = 0;
  assert.equal(await writeAll(far.holdMs), 20, 'more than the room for what is made again');
  assert.equal(outbox.pendingBytes, 0);
});

test('a receiver that has answered everything is asked for a new connection while more waits: what waits is sent, whole', async () => {
  const outbox = new Outbox({ guarantee: 'relp', ...PROOF }, newTotals(), () => undefined);
  const claim: Claim = { fence: always, over: false, open: 0, unwritten: 0 };
  const settled: number[] = [];
  for (const seq of [0, 1]) void outbox.push(batch(0, seq), claim, 0).then(() => settled.push(seq));
  outbox.begin();
  outbox.written(1_000, 0);
  outbox.settleAll(0);
  outbox.lose(1_000, 0, true);
  await settle();
  assert.deepEqual(settled, [0]);
  const begun = outbox.begin();
  assert.deepEqual([begun?.frames.seq, begun?.from], [1, 0]);
});

test('how far the oldest batch of a route has come is told at each stage, and nothing once all is settled', async () => {
  const outbox = new Outbox({ guarantee: 'settled', ...PROOF }, newTotals(), () => undefined);
  const [claim, other]: Claim[] = [0, 1].map(() => ({ fence: always, over: false, open: 0, unwritten: 0 }));
  assert.ok(claim && other);
  const stage = () => outbox.oldest(claim)?.stage;
  void outbox.push(batch(1, 0), other, 0);
  void outbox.push(batch(0, 7), claim, 0);
  assert.deepEqual(outbox.oldest(claim), { seq: 7, stage: 'waiting' });
  for (const end of [1_000, 2_000]) {
    outbox.begin();
    outbox.written(end, 0);
  }
  assert.equal(stage(), 'written');
  outbox.advance(2_000, 0, 0, false);
  assert.equal(stage(), 'acked');
  outbox.advance(2_000, PROOF.holdMs, 0, false);
  assert.equal(stage(), 'arrived');
  outbox.advance(2_000, PROOF.proofMs, 0, true);
  assert.equal(stage(), undefined);
  await settle();
});
