import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeDeadLetters, GAP } from '../../support/fake-delivery.js';
import { FakeProcess } from '../../support/fake-pipeline.js';
import { FakeService } from '../../support/fake-service.js';
import { ManualClock } from '../../support/manual-clock.js';

const RETRY_MS = 60_000;

/** One shard of 50 groups, some of which can't be decoded. */
function setUp(undecodable: readonly number[], deadLetters?: FakeDeadLetters) {
  const clock = new ManualClock();
  const service = new FakeService(clock, new Map([[0, 50]]));
  const process = new FakeProcess(service, clock, 'one', {}, deadLetters);
  for (const group of undecodable) process.formatter.undecodable.add(group);
  const received = () => process.destination.received.get(0) ?? [];
  return { clock, service, process, received };
}

const allBut = (gaps: readonly number[]): number[] =>
  Array.from({ length: 50 }, (_, group) => (gaps.includes(group) ? GAP : group));

test('without dead letters an undecodable batch is pulled again for ever, and nothing passes it', async () => {
  const { clock, service, process, received } = setUp([2]);
  await process.start();
  await clock.advance(20 * RETRY_MS);
  const before = received().length;
  assert.ok(before <= 2, 'only what came in a batch before it');
  assert.equal(service.checkpoints.get(0), String(before));
  process.formatter.undecodable.clear();
  await clock.advance(RETRY_MS);
  assert.deepEqual(received(), allBut([]));
});

test('with them it is given up after its time: only the damaged groups are kept, gap events stand in their places', async () => {
  const letters = new FakeDeadLetters(RETRY_MS);
  const { clock, service, process, received } = setUp([2, 3, 17], letters);
  await process.start();
  await clock.advance(RETRY_MS - 5000);
  assert.deepEqual(letters.kept, []);
  await clock.advance(3 * RETRY_MS);
  assert.deepEqual(received(), allBut([2, 3, 17]));
  assert.deepEqual(
    letters.kept.map(({ cursor, nextCursor, body }) => [cursor, nextCursor, Buffer.from(body).readUInt32LE(0)]),
    [
      ['2', '3', 2],
      ['3', '4', 3],
      ['17', '18', 17],
    ],
  );
  assert.equal(service.checkpoints.get(0), '50');
  const { gaps, deadLetters } = process.pipeline.snapshot().totals;
  assert.deepEqual([gaps, deadLetters], [3, 3]);
  assert.equal(process.log.lines.filter(({ message }) => message.includes('PUT ASIDE')).length, 3);
  process.assertHoldsNothing();
});

test('damage that heals in time leaves no letter', async () => {
  const letters = new FakeDeadLetters(RETRY_MS);
  const { clock, process, received } = setUp([2], letters);
  await process.start();
  await clock.advance(RETRY_MS / 2);
  process.formatter.undecodable.clear();
  await clock.advance(RETRY_MS);
  assert.deepEqual(received(), allBut([]));
  assert.deepEqual(letters.kept, []);
});

test('damage on the way heals by pulling again, however short the time for that is set', async () => {
  const letters = new FakeDeadLetters(0);
  const clock = new ManualClock();
  const process = new FakeProcess(new FakeService(clock, new Map([[0, 1]])), clock, 'one', {}, letters);
  process.formatter.faults.push('FORMAT_CORRUPT', 'FORMAT_CORRUPT', 'FORMAT_CORRUPT');
  await process.start();
  await clock.advance(RETRY_MS);
  assert.deepEqual(process.destination.received.get(0), [0]);
  assert.deepEqual(letters.kept, []);
});

test('a hard stop ends the mending: what is damaged is pulled no more', async () => {
  const { clock, service, process } = setUp([0]);
  await process.start();
  await clock.advance(RETRY_MS);
  const stopped = process.pipeline.stop();
  await clock.advance(0);
  const pulls = service.expectations.length;
  process.pipeline.hurry();
  await clock.advance(RETRY_MS);
  await stopped;
  assert.equal(service.expectations.length, pulls);
  process.assertHoldsNothing();
});

test('no room for the letter: the shard waits, its checkpoint too, loudly, until there is', async () => {
  const letters = new FakeDeadLetters(RETRY_MS);
  letters.full = Infinity;
  const { clock, service, process, received } = setUp([12], letters);
  await process.start();
  await clock.advance(10 * RETRY_MS);
  const before = received().length;
  assert.ok(before <= 12, 'only what came in batches before it');
  assert.equal(service.checkpoints.get(0), String(before));
  assert.ok((process.pipeline.snapshot().totals.errors['DEAD_LETTER_REFUSED'] ?? 0) > 5);
  letters.full = 0;
  await clock.advance(RETRY_MS);
  assert.deepEqual(received(), allBut([12]));
  assert.equal(service.checkpoints.get(0), '50');
  process.assertHoldsNothing();
});

test('a killed process leaves the range to the next one, which keeps it again', async () => {
  const { clock, service, process } = setUp([1], new FakeDeadLetters(RETRY_MS));
  process.destination.prompt = false;
  await process.start();
  await clock.advance(2 * RETRY_MS);
  assert.equal(service.checkpoints.get(0), '0', 'kept, but the gap event is not settled');
  process.kill();
  const letters = new FakeDeadLetters(RETRY_MS);
  const next = new FakeProcess(service, clock, 'two', {}, letters);
  next.formatter.undecodable.add(1);
  await next.start();
  await clock.advance(3 * RETRY_MS);
  assert.deepEqual(next.destination.received.get(0), allBut([1]));
  assert.equal(letters.kept.length, 1);
});

test('what expired before it was read is told by a gap event, and the checkpoint passes it when that is settled', async () => {
  const { clock, service, process, received } = setUp([]);
  service.checkpoints.set(0, '5');
  service.oldest.set(0, 20);
  process.destination.prompt = false;
  await process.start();
  await clock.advance(2000);
  assert.equal(received()[0], GAP);
  assert.equal(service.checkpoints.get(0), '5');
  process.destination.prompt = true;
  process.destination.settle();
  await clock.advance(2000);
  assert.deepEqual(received(), [GAP, ...allBut([]).slice(20)]);
  assert.equal(service.checkpoints.get(0), '50');
  assert.equal(process.pipeline.snapshot().totals.gaps, 1);
});

test('a damaged batch that expires meanwhile is a gap too', async () => {
  const { clock, service, process, received } = setUp([0]);
  await process.start();
  await clock.advance(1000);
  service.oldest.set(0, 30);
  process.formatter.undecodable.clear();
  await clock.advance(RETRY_MS);
  assert.equal(received()[0], GAP);
  assert.equal(received().at(-1), 49);
  assert.equal(service.checkpoints.get(0), '50');
});

test('where the service has nothing any more of a damaged batch, or of its end, a gap event stands there and the shard goes on', async () => {
  for (const left of [0, 1]) {
    const { clock, service, process, received } = setUp([left]);
    await process.start();
    await clock.advance(1000);
    const real = { ...service.source };
    let asked = 0;
    service.source.pull = async (shard, cursor, count, ...more) => {
      const before = left - Number(cursor);
      const reply = await real.pull(shard, cursor, before > 0 ? before : count, ...more);
      // Whoever asks on and on gets it in the end, and the test ends.
      if (before !== 0 || ++asked > 5) return reply;
      return { ...reply, nextCursor: cursor, body: new ArrayBuffer(0), bodyLength: 0, rawSize: 0, logGroups: 0 };
    };
    process.formatter.undecodable.clear();
    await clock.advance(RETRY_MS);
    assert.deepEqual(received().slice(0, left + 1), [...allBut([]).slice(0, left), GAP]);
    assert.equal(asked, 1);
    assert.equal(received().at(-1), 49);
    assert.equal(service.checkpoints.get(0), '50');
    assert.equal(process.pipeline.snapshot().totals.gaps, 1);
    process.assertHoldsNothing();
  }
});

test('what is too large is kept before its batch is sent, one letter a batch, and a gap event follows the batch', async () => {
  const letters = new FakeDeadLetters(RETRY_MS);
  letters.full = 1;
  const { clock, service, process, received } = setUp([], letters);
  for (const group of [3, 4, 20]) process.formatter.oversize.add(group);
  await process.start();
  await clock.advance(RETRY_MS);
  const delivered = received().filter((number) => number !== GAP);
  assert.deepEqual(
    delivered,
    allBut([3, 4, 20]).filter((number) => number !== GAP),
  );
  const kept = letters.kept.flatMap(({ body }) => [...new Uint32Array(body.buffer)]);
  assert.deepEqual(kept, [3, 4, 20]);
  assert.equal(received().length - delivered.length, letters.kept.length);
  assert.match(letters.kept.at(-1)?.reason ?? '', /1 events, the largest of 9020 bytes/);
  assert.equal(service.checkpoints.get(0), '50');
  assert.equal(process.pipeline.snapshot().totals.deadLetters, letters.kept.length);
});
