import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVERY_LOG_WHOLE, type FrameBatch } from '../../../src/model/batch.js';
import { GapTeller } from '../../../src/shard/gap-teller.js';
import { putAsideInto } from '../../../src/shard/put-aside.js';
import { ShardStats } from '../../../src/shard/shard-stats.js';
import { FakeDeadLetters, FakeFormatter, GAP } from '../../support/fake-delivery.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

function made() {
  const [formatter, log, stats, letters] = [
    new FakeFormatter(),
    new RecordingLog(),
    new ShardStats(),
    new FakeDeadLetters(0),
  ];
  const gaps = new GapTeller({ formatter, clock: new ManualClock(), log, stats });
  const putAside = putAsideInto({ deadLetters: letters, formatter, gaps, log });
  assert.ok(putAside !== undefined);
  return { log, stats, letters, putAside };
}

const BATCH: FrameBatch = {
  ...EVERY_LOG_WHOLE,
  ...{ shard: 3, seq: 0, cursor: 'a', nextCursor: 'b' },
  bytes: new Uint8Array(Uint32Array.of(10, 11, 12).buffer),
  ends: Uint32Array.of(4, 8, 12),
};

const numbers = ({ bytes }: FrameBatch): number[] => [...new Uint32Array(bytes.buffer)];

test('the event is kept, and a gap event takes its place', async () => {
  const { putAside, letters, stats } = made();
  const next = await putAside(BATCH, 1, '500 no');
  assert.deepEqual(numbers(next), [10, GAP, 12]);
  const [{ kind, shard, reason, body } = assert.fail('no letter')] = letters.kept;
  assert.deepEqual([kind, shard, reason], ['event', 3, 'the receiver refuses it: 500 no']);
  assert.deepEqual([...new Uint32Array(body.buffer)], [11]);
  assert.deepEqual([stats.gaps, stats.deadLetters], [1, 1]);
});

test('a gap event that is refused too is left out, and said; others of the batch are kept as ever', async () => {
  const { putAside, letters, log } = made();
  const once = await putAside(BATCH, 1, '500 no');
  const other = await putAside(once, 0, '500 no');
  const rest = await putAside(other, 1, '500 no');
  assert.deepEqual(numbers(rest), [GAP, 12]);
  assert.deepEqual([...rest.ends], [4, 8]);
  assert.equal(letters.kept.length, 2);
  assert.match(log.lines.at(-1)?.message ?? '', /refuses the event that tells of a gap, too/);
});

test('without room the batch stays as it is', async () => {
  const { putAside, letters } = made();
  letters.full = 1;
  await assert.rejects(putAside(BATCH, 1, '500 no'), { code: 'DEAD_LETTER_REFUSED' });
  assert.deepEqual(numbers(await putAside(BATCH, 1, '500 no')), [10, GAP, 12]);
});
