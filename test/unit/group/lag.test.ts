import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault } from '../../support/fake-service.js';
import { FakeProcess } from '../../support/fake-pipeline.js';
import { FakeService } from '../../support/fake-service.js';
import { ManualClock } from '../../support/manual-clock.js';

const NONE = { logGroups: 0, estimatedEvents: 0, estimatedBytes: 0 };

function setUp(groups: number) {
  const clock = new ManualClock();
  const service = new FakeService(clock, new Map([[0, groups]]));
  const process = new FakeProcess(service, clock);
  const lag = () => {
    const { seconds, ...amounts } = process.pipeline.snapshot().shards[0]!.lag;
    return { seconds, amounts };
  };
  return { clock, service, process, lag };
}

const forEver = (fault: Fault): Fault[] => Array.from({ length: 10_000 }, () => fault);

test('a shard at its tip is behind by nothing, and asks nobody for its end', async () => {
  const { clock, service, process, lag } = setUp(50);
  await process.start();
  await clock.advance(5000);
  const asked: Fault[] = ['SLS_SERVER'];
  service.faults.set('getCursor', asked);
  await clock.advance(60_000);
  assert.deepEqual(lag().amounts, NONE);
  assert.ok(lag().seconds <= 1);
  assert.equal(asked.length, 1, 'the fault still waits for a request');
});

test('a receiver that takes nothing: what waits is counted up to the end of the shard as it grows', async () => {
  const { clock, service, process, lag } = setUp(50);
  await process.start();
  await clock.advance(5000);
  process.destination.prompt = false;
  service.append(0, 1000);
  await clock.advance(30_000);
  assert.deepEqual(lag().amounts, { logGroups: 1000, estimatedEvents: 1000, estimatedBytes: 100_000 });
  assert.ok(lag().seconds >= 29 && lag().seconds <= 31, `${lag().seconds} s since the tip`);
  service.append(0, 500);
  await clock.advance(20_000);
  assert.equal(lag().amounts.logGroups, 1500);
  process.destination.prompt = true;
  process.destination.settle();
  await clock.advance(10_000);
  assert.deepEqual(lag().amounts, NONE);
  assert.ok(lag().seconds <= 1);
});

test('a service whose clock is ahead of ours makes no lag below nothing', async () => {
  const { clock, service, process, lag } = setUp(50);
  service.receivedAt = Math.floor(clock.now() / 1000) + 100;
  await process.start();
  await clock.advance(5000);
  assert.equal(lag().seconds, 0);
});

test('after a quiet day the first event that waits is seconds old, not a day', async () => {
  const { clock, service, process, lag } = setUp(1);
  await process.start();
  await clock.advance(5000);
  clock.freeze(86_400_000);
  await clock.advance(2000);
  process.destination.prompt = false;
  service.append(0, 1);
  await clock.advance(3000);
  assert.ok(lag().seconds <= 3.1, `${lag().seconds} s`);
});

test('pulls that fail from the start: the age of what stands at the checkpoint is asked for', async () => {
  const { clock, service, process, lag } = setUp(50);
  service.checkpoints.set(0, '20');
  service.receivedAt = Math.floor(clock.now() / 1000) - 7200;
  service.faults.set('pull', forEver('SLS_SERVER'));
  await process.start();
  await clock.advance(1000);
  assert.equal(lag().amounts.logGroups, undefined, 'not known yet, and no series');
  assert.ok(lag().seconds >= 1, 'at least as long as it is ours');
  await clock.advance(5000);
  assert.deepEqual(lag().amounts, { logGroups: 30, estimatedEvents: undefined, estimatedBytes: undefined });
  assert.ok(lag().seconds >= 7200 && lag().seconds < 7210, `${lag().seconds} s`);
});

test('pulls that fail at the tip: the end of the shard tells that nothing waits', async () => {
  const { clock, service, process, lag } = setUp(50);
  await process.start();
  await clock.advance(5000);
  service.faults.set('pull', forEver('SLS_SERVER'));
  await clock.advance(120_000);
  assert.deepEqual(lag().amounts, NONE);
  assert.ok(lag().seconds <= 20, `${lag().seconds} s`);
  service.append(0, 5);
  await clock.advance(60_000);
  assert.equal(lag().amounts.logGroups, 5);
  assert.ok(lag().seconds >= 60);
});

test('logs that will soon be deleted are warned of, once an hour, until they are not', async () => {
  const { clock, service, process } = setUp(50);
  service.retention = 86_400;
  service.receivedAt = Math.floor(clock.now() / 1000) - 86_400 + 3600;
  process.destination.prompt = false;
  await process.start();
  await clock.advance(31_000);
  const warnings = () => process.log.lines.filter(({ message }) => message.includes('LOST'));
  assert.equal(process.pipeline.snapshot().retention, 86_400);
  assert.match(warnings()[0]?.message ?? '', /^LOGS WILL BE LOST in (59|60) min: the logstore keeps them for 1 d/);
  await clock.advance(600_000);
  assert.equal(warnings().length, 1);
  await clock.advance(3_600_000);
  assert.equal(warnings().length, 2);
  assert.match(warnings()[1]?.message ?? '', /^LOGS ARE BEING LOST/);
  process.destination.prompt = true;
  process.destination.settle();
  service.receivedAt = undefined;
  await clock.advance(60_000);
  assert.ok(process.log.lines.some(({ message }) => message.includes('young enough again')));
});

test('logs that a logstore keeps for ever are never said to be lost', async () => {
  const { clock, service, process } = setUp(50);
  service.retention = 'forEver';
  service.receivedAt = 1;
  process.destination.prompt = false;
  await process.start();
  await clock.advance(31_000);
  assert.equal(process.pipeline.snapshot().retention, 'forEver');
  assert.deepEqual(
    process.log.lines.filter(({ message }) => message.includes('LOST')),
    [],
  );
});

test('without the right to read the retention that is said once, and asked again by the hour', async () => {
  const { clock, service, process } = setUp(50);
  service.faults.set('retention', ['SLS_UNAUTHORIZED', 'SLS_UNAUTHORIZED']);
  await process.start();
  await clock.advance(31_000);
  for (let hour = 0; hour < 2; hour++) {
    clock.freeze(3_500_000);
    await clock.advance(31_000);
  }
  assert.equal(process.pipeline.snapshot().retention, undefined);
  assert.equal(process.log.lines.filter(({ message }) => message.includes('time to loss')).length, 1);
  clock.freeze(3_500_000);
  await clock.advance(120_000);
  assert.equal(process.pipeline.snapshot().retention, 7 * 86_400);
});

test('hundreds of shards that are behind cost ten questions a second', async () => {
  const clock = new ManualClock();
  const service = new FakeService(clock, new Map(Array.from({ length: 200 }, (_, shard) => [shard, 5])));
  const process = new FakeProcess(service, clock);
  process.destination.prompt = false;
  service.faults.set('pull', forEver('SLS_SERVER'));
  await process.start();
  await clock.advance(1900);
  const real = { ...service.source };
  let asked = 0;
  service.source.getCursor = (...request) => {
    asked += 1;
    return real.getCursor(...request);
  };
  await clock.advance(10_000);
  assert.ok(asked >= 50 && asked <= 120, String(asked));
});
