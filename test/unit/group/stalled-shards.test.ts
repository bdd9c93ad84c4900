import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeProcess, shardSettings } from '../../support/fake-pipeline.js';
import { FakeService } from '../../support/fake-service.js';
import { ManualClock } from '../../support/manual-clock.js';

const MINUTE = 60_000;
const range = (to: number): number[] => Array.from({ length: to }, (_, index) => index);

async function setUp(groups: number) {
  const clock = new ManualClock();
  const service = new FakeService(clock, new Map([[0, groups]]));
  const process = new FakeProcess(service, clock, 'one', { shard: { ...shardSettings, maxStallMs: MINUTE } });
  await process.start();
  const snapshot = () => process.pipeline.snapshot();
  return {
    clock,
    service,
    process,
    received: () => process.destination.received.get(0) ?? [],
    released: () => snapshot().totals.shardsReleased,
    stalled: () => snapshot().shards.map(({ stalled }) => stalled),
    said: (text: string) => process.log.lines.filter(({ message }) => message.includes(text)).length,
  };
}

test('a line that hangs without a word is given up, and begun anew at the checkpoint', async () => {
  const { clock, service, received, released, said } = await setUp(4);
  await clock.advance(5000);
  const real = { ...service.source };
  service.source.pull = () => new Promise(() => undefined);
  service.append(0, 4);
  await clock.advance(MINUTE - 5000);
  assert.deepEqual(released(), {}, 'not before its time');
  service.source.pull = (...request) => real.pull(...request);
  await clock.advance(20_000);
  assert.deepEqual(released(), { stalled: 1 });
  assert.equal(said('SHARD STALLED'), 1);
  assert.deepEqual(received(), range(8));
  assert.equal(service.checkpoints.get(0), '8');
  assert.equal(said('moves again'), 1);
});

test('a receiver that others block does not explain a line that has given it nothing', async () => {
  const { clock, service, process, released } = await setUp(4);
  await clock.advance(5000);
  process.destination.prompt = false;
  assert.equal(process.destination.isBlocked, true);
  service.source.pull = () => new Promise(() => undefined);
  service.append(0, 4);
  await clock.advance(MINUTE + 20_000);
  assert.deepEqual(released(), { stalled: 1 });
});

test('what an abandoned line holds is never sent, even if it wakes up', async () => {
  const { clock, process, service, received, released } = await setUp(0);
  process.formatter.hang(1);
  service.append(0, 3);
  await clock.advance(MINUTE + 20_000);
  assert.deepEqual(released(), { stalled: 1 });
  assert.deepEqual(received(), range(3));
  process.formatter.wake();
  await clock.advance(5000);
  assert.deepEqual(received(), range(3));
  process.assertHoldsNothing();
});

test('a batch that never settles does not hide behind an idle shard', async () => {
  const { clock, process, service, stalled } = await setUp(0);
  process.destination.prompt = false;
  service.append(0, 2);
  await clock.advance(MINUTE + 20_000);
  assert.deepEqual(stalled(), [true]);
});

test('while the receiver is away nothing is given up, however long: it is said once, and again when it moves', async () => {
  const { clock, process, received, released, stalled, said } = await setUp(40);
  process.destination.prompt = false;
  await clock.advance(30 * MINUTE);
  assert.deepEqual(stalled(), [true]);
  assert.deepEqual(released(), {});
  assert.equal(said('made no progress'), 1);
  process.destination.prompt = true;
  process.destination.settle();
  await clock.advance(20_000);
  assert.deepEqual([stalled(), said('moves again')], [[false], 1]);
  assert.deepEqual(received(), range(40));
});

test('failures that are retried explain it: a service that refuses pulls keeps its consumer', async () => {
  const { clock, service, released, stalled } = await setUp(10);
  service.source.pull = () => Promise.reject(service.failure('SLS_SERVER'));
  await clock.advance(5 * MINUTE);
  assert.deepEqual([stalled(), released()], [[true], {}]);
});

test('one that hangs again and again is given twice the time each time', async () => {
  const { clock, service, released } = await setUp(10);
  service.source.pull = () => new Promise(() => undefined);
  await clock.advance(14 * MINUTE);
  // After 1, 3, 7 and 15 minutes.
  assert.deepEqual(released(), { stalled: 3 });
  await clock.advance(5 * MINUTE);
  assert.deepEqual(released(), { stalled: 4 });
});

test('one that has moved in between is given the usual time again', async () => {
  const { clock, service, released } = await setUp(10);
  const real = { ...service.source };
  const hang = (): void => {
    service.source.pull = () => new Promise(() => undefined);
  };
  hang();
  await clock.advance(1.5 * MINUTE);
  assert.deepEqual(released(), { stalled: 1 });
  service.source.pull = (...request) => real.pull(...request);
  await clock.advance(3 * MINUTE);
  service.append(0, 5);
  await clock.advance(MINUTE);
  const before = released()['stalled'] ?? 0;
  hang();
  service.append(0, 5);
  await clock.advance(1.5 * MINUTE);
  assert.equal(released()['stalled'], before + 1);
});
