import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Headroom } from '../../../src/shard/headroom.js';
import { FakeProcess } from '../../support/fake-pipeline.js';
import { FakeService } from '../../support/fake-service.js';
import { ManualClock } from '../../support/manual-clock.js';

/** A shard with many log groups, of one event each, and a destination that writes nothing until told. */
async function setUp(pullEvents: number | undefined) {
  const clock = new ManualClock();
  const service = new FakeService(clock, new Map([[0, 500]]));
  const process = new FakeProcess(service, clock);
  const { destination } = process;
  destination.prompt = false;
  destination.pullEvents = pullEvents;
  await process.start();
  await clock.advance(3000);
  const sizes = (): number[] => destination.pending.map(({ frames }) => frames.ends.length);
  return { clock, process, destination, sizes };
}

test('at a rate a shard pulls no more than may be sent in a second, and two batches ahead', async () => {
  const { clock, destination, sizes } = await setUp(3);
  assert.deepEqual(sizes(), [1, 3], 'the first tells how many events are in a log group');
  destination.settle(1);
  await clock.advance(1000);
  assert.deepEqual(sizes(), [3, 3]);
  destination.pullEvents = 2;
  destination.settle(2);
  await clock.advance(1000);
  assert.deepEqual(sizes(), [2, 2]);
});

test('where less than a log group may be sent, one is pulled', async () => {
  const { sizes } = await setUp(0);
  assert.deepEqual(sizes(), [1, 1]);
});

test('without a rate only the window bounds what is pulled', async () => {
  const { sizes } = await setUp(undefined);
  assert.equal(sizes().length, 4);
  assert.ok(Math.max(...sizes()) > 3);
});

test('a shard that waits for the rate is given back as soon as all is sent', async () => {
  const { clock, process, destination } = await setUp(3);
  const stopped = process.pipeline.stop();
  await clock.advance(100);
  destination.settle();
  await clock.advance(5000);
  await stopped;
  assert.equal(process.pipeline.snapshot().shards.length, 0);
  assert.equal(destination.received.get(0)?.length, 4, 'nothing more was pulled');
});

test('at a rate the first pull is one log group, however much may be sent', () => {
  const groups = (pullEvents: number | undefined): number =>
    new Headroom({ pullEvents: () => pullEvents, unwritten: () => 0 }).groups;
  assert.deepEqual([groups(5000), groups(undefined)], [1, Infinity]);
});
