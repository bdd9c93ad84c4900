import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GroupShards, partOf } from '../../../src/group/group-shards.js';
import { FakeProcess } from '../../support/fake-pipeline.js';
import { FakeService } from '../../support/fake-service.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

function setUp(shards: number, end?: 'end') {
  const clock = new ManualClock();
  const service = new FakeService(clock, new Map(Array.from({ length: shards }, (_, shard) => [shard, 5])));
  const log = new RecordingLog();
  return { clock, service, shards: new GroupShards({ source: service.source, clock, log, end }) };
}

const { signal } = new AbortController();

test('the part is that of the shards held over all pipelines of a destination', () => {
  assert.equal(
    partOf([
      { held: 2, all: 4 },
      { held: 1, all: 8 },
    ]),
    0.25,
  );
  assert.equal(partOf([]), 0, 'nothing is divided by zero');
  assert.equal(partOf([{ held: 0, all: 0 }]), 0);
  assert.equal(
    partOf([
      { held: 3, all: 3 },
      { held: 0, all: 0 },
    ]),
    1,
  );
});

test('before anybody told how many shards there are, none is held', async () => {
  const { service, shards } = setUp(4);
  assert.equal(partOf([shards.holding([0, 1])]), 0);
  shards.listed(await service.source.listShards(signal));
  assert.deepEqual(shards.holding([0, 1]), { held: 2, all: 4 });
});

test('without the right to list shards those with a checkpoint count', async () => {
  const { shards } = setUp(4);
  shards.notListed();
  assert.deepEqual(shards.holding([0]), { held: 1, all: 1 });
  for (const shard of [1, 2, 3]) await shards.stored(shard, 'somewhere');
  assert.deepEqual(shards.holding([0]), { held: 1, all: 4 });
});

test('a closed shard counts until it was read to its end, here or elsewhere', async () => {
  const { service, shards } = setUp(1);
  service.reshard([0], 2);
  shards.listed(await service.source.listShards(signal));
  assert.deepEqual(shards.holding([1]), { held: 1, all: 3 });
  await shards.stored(0, await service.source.getCursor(0, 'begin', signal));
  assert.deepEqual(shards.holding([1]), { held: 1, all: 3 });
  service.faults.set('getCursor', ['SLS_SERVER']);
  const end = await service.source.getCursor(0, 'end', signal).catch(() => service.source.getCursor(0, 'end', signal));
  await shards.stored(0, end);
  assert.deepEqual(shards.holding([1]), { held: 1, all: 2 });
  // A shard that still takes writes is not over where its checkpoint is at its end.
  await shards.stored(2, await service.source.getCursor(2, 'end', signal));
  assert.deepEqual(shards.holding([1]), { held: 1, all: 2 });
});

test('an end that can not be read is asked for again with the next checkpoint', async () => {
  const { service, shards } = setUp(1);
  service.reshard([0], 2);
  shards.listed(await service.source.listShards(signal));
  const end = await service.source.getCursor(0, 'end', signal);
  service.faults.set('getCursor', ['SLS_SERVER']);
  await shards.stored(0, end);
  assert.equal(shards.holding([]).all, 3);
  await shards.stored(0, end);
  assert.equal(shards.holding([]).all, 2);
});

test('a bounded run: a shard whose checkpoint is where the run ends counts no more', async () => {
  const { service, shards } = setUp(2, 'end');
  shards.listed(await service.source.listShards(signal));
  shards.ended(0);
  assert.equal(shards.holding([]).all, 1);
  await shards.stored(1, await service.source.getCursor(1, 'end', signal));
  assert.equal(shards.holding([]).all, 0);
});

test('a logstore that is made again has shards with the old ids, which count', async () => {
  const { service, shards } = setUp(1);
  service.reshard([0], 2);
  shards.listed(await service.source.listShards(signal));
  shards.ended(0);
  assert.equal(shards.holding([]).all, 2);
  shards.listed((await service.source.listShards(signal)).map((info) => ({ ...info, readOnly: false })));
  assert.equal(shards.holding([]).all, 3);
});

test('two processes never hold more than all shards together, while one comes and goes', async () => {
  const clock = new ManualClock();
  const service = new FakeService(clock, new Map([0, 1, 2, 3].map((shard) => [shard, 40])));
  const [one, two] = [new FakeProcess(service, clock, 'one'), new FakeProcess(service, clock, 'two')];
  const parts = (): number[] => [one, two].map(({ pipeline }) => partOf([pipeline.holding]));
  void one.pipeline.start(signal);
  await clock.advance(3000);
  assert.deepEqual(parts(), [1, 0]);
  void two.pipeline.start(signal);
  for (let step = 0; step < 300; step++) {
    await clock.advance(100);
    one.destination.settle();
    two.destination.settle();
    const sum = parts().reduce((a, b) => a + b);
    assert.ok(sum <= 1, `${sum} after ${step} steps`);
  }
  assert.deepEqual(parts(), [0.5, 0.5]);
  const stopped = two.pipeline.stop();
  for (let step = 0; step < 100; step++) {
    await clock.advance(100);
    for (const { destination } of [one, two]) destination.settle();
    assert.ok(parts().reduce((a, b) => a + b) <= 1);
  }
  await stopped;
  await clock.advance(3000);
  assert.deepEqual(parts(), [1, 0]);
});
