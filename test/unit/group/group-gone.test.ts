import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineSettings } from '../../../src/group/pipeline.js';
import type { GroupSettings } from '../../../src/model/ports.js';
import { FakeProcess, pipelineSettings, shardSettings } from '../../support/fake-pipeline.js';
import { FakeService } from '../../support/fake-service.js';
import { ManualClock } from '../../support/manual-clock.js';

const LEASE_MS = pipelineSettings.group.timeoutSeconds * 1000;
const upTo = (count: number, from = 0): number[] => Array.from({ length: count - from }, (_, index) => from + index);

function setUp(shards: readonly number[], settings: Partial<PipelineSettings> = {}) {
  const clock = new ManualClock();
  const service = new FakeService(clock, new Map(shards.entries()));
  const make = (consumer = 'one'): FakeProcess => new FakeProcess(service, clock, consumer, settings);
  return { clock, service, make };
}

const from = (start: 'begin' | 'end'): Partial<PipelineSettings> => ({ shard: { ...shardSettings, start } });
const received = (shard: number, ...processes: readonly FakeProcess[]): number[] =>
  processes.flatMap(({ destination }) => destination.received.get(shard) ?? []);
const unique = (numbers: readonly number[]): number[] => [...new Set(numbers)].sort((a, b) => a - b);
/** All came, and no more of them again than what was under way. */
function assertAll(numbers: readonly number[], count: number, again: number): void {
  assert.deepEqual(unique(numbers), upTo(count));
  assert.ok(numbers.length <= count + again, `${numbers.length - count} came again`);
}
const said = ({ log }: FakeProcess, text: string): number =>
  log.lines.filter(({ message }) => message.includes(text)).length;
const troubles = ({ log }: FakeProcess): string[] =>
  log.lines.filter(({ level }) => level === 'warn' || level === 'error').map(({ message }) => message);

test('a group deleted while it is read is made again at the positions known, said in one line', async () => {
  const { clock, service, make } = setUp([20, 20], from('end'));
  service.groupSettings = pipelineSettings.group;
  for (const shard of [0, 1]) service.checkpoints.set(shard, '0');
  const process = make();
  await process.start();
  await clock.advance(5000);
  service.append(0, 5);
  service.deleteGroup();
  service.append(0, 5);
  await clock.advance(5000);
  service.append(1, 5);
  await clock.advance(5000);
  assert.deepEqual(unique(received(0, process)), upTo(30));
  assert.deepEqual(received(1, process), upTo(25), 'what was stored before is not sent again');
  assert.deepEqual(
    [...service.checkpoints],
    [
      [0, '30'],
      [1, '25'],
    ],
  );
  assert.deepEqual(service.groupSettings, pipelineSettings.group);
  assert.deepEqual(troubles(process), ['the consumer group was gone and is made again: shards go on where they were']);
  process.assertHoldsNothing();
  service.forget('one');
  await clock.advance(5000);
  assert.equal(said(process, 'is made again'), 1, 'not again when the consumer alone is forgotten');
});

test('positions are stored again before any shard is: a process that ends right then has told the next one', async () => {
  const { clock, service, make } = setUp([20], from('end'));
  service.groupSettings = pipelineSettings.group;
  service.checkpoints.set(0, '0');
  const first = make('a');
  await first.start();
  await clock.advance(5000);
  service.deleteGroup();
  service.append(0, 5);
  const stopped = first.pipeline.stop();
  await clock.advance(3000);
  await stopped;
  const second = make('b');
  await second.start();
  await clock.advance(LEASE_MS + 5000);
  assert.deepEqual(unique(received(0, first, second)), upTo(25));
});

for (const operation of ['getCheckpoint', 'commit', 'heartbeat'] as const) {
  test(`a group that is gone is noticed by ${operation} first: nothing is lost`, async () => {
    const { clock, service, make } = setUp([20, 0], from('begin'));
    const process = make();
    await process.start();
    if (operation !== 'getCheckpoint') await clock.advance(operation === 'commit' ? 950 : 4000);
    service.deleteGroup();
    service.append(1, 7);
    await clock.advance(10_000);
    assert.deepEqual(unique(received(0, process)), upTo(20));
    assert.deepEqual(unique(received(1, process)), upTo(7));
    assert.equal(service.checkpoints.get(0), '20');
    assert.equal(said(process, 'is made again'), 1);
  });
}

test('a group deleted while a shard is drained for another consumer: nothing is lost', async () => {
  const { clock, service, make } = setUp([40, 40], from('end'));
  service.groupSettings = pipelineSettings.group;
  for (const shard of [0, 1]) service.checkpoints.set(shard, '0');
  const [first, second] = [make('a'), make('b')];
  first.destination.prompt = false;
  await first.start();
  await clock.advance(2000);
  await second.start();
  await clock.advance(2000);
  assert.equal(service.ownerOf(1), 'a', 'it drains');
  service.deleteGroup();
  first.destination.prompt = true;
  first.destination.settle();
  await clock.advance(3 * LEASE_MS);
  for (const shard of [0, 1]) assert.deepEqual(unique(received(shard, first, second)), upTo(40));
});

test('two processes make it again: each knows how far the other was, also when one of them is gone as well', async () => {
  for (const dies of [false, true]) {
    const { clock, service, make } = setUp([30, 30], from('end'));
    service.groupSettings = pipelineSettings.group;
    for (const shard of [0, 1]) service.checkpoints.set(shard, '0');
    const [first, second] = [make('a'), make('b')];
    await first.start();
    await second.start();
    await clock.advance(30_000);
    assert.equal(service.ownerOf(1), 'b');
    if (dies) second.kill();
    service.deleteGroup();
    for (const shard of [0, 1]) service.append(shard, 10);
    await clock.advance(3 * LEASE_MS);
    for (const shard of [0, 1]) assertAll(received(shard, first, second), 40, 10);
    const makers = [first, second].filter((process) => said(process, 'is made again') > 0);
    assert.equal(makers.length, 1, 'one made it, and said so');
  }
});

test('somebody else makes it again without its checkpoints: they are put back', async () => {
  const { clock, service, make } = setUp([20], from('end'));
  service.groupSettings = pipelineSettings.group;
  service.checkpoints.set(0, '0');
  const process = make();
  await process.start();
  await clock.advance(5000);
  service.deleteGroup();
  service.createGroup(pipelineSettings.group);
  service.append(0, 5);
  await clock.advance(5000);
  assertAll(received(0, process), 25, 5);
  assert.equal(said(process, 'had lost checkpoints'), 1);
});

test('made again by somebody else with a shorter timeout: heartbeats and the lease follow it', async () => {
  const { clock, service, make } = setUp([20]);
  const process = make();
  await process.start();
  await clock.advance(5000);
  const other: GroupSettings = { timeoutSeconds: 1.5, inOrder: true };
  service.deleteGroup();
  service.createGroup(other);
  await clock.advance(3000);
  assert.equal(process.pipeline.snapshot().heartbeatTimeoutSeconds, 1.5);
  service.forget('one');
  await clock.advance(2000);
  assert.equal(said(process, 'other settings than the config asks for'), 1, 'also after another mending');
  const before = process.pipeline.snapshot().heartbeats;
  await clock.advance(5000);
  assert.equal(process.pipeline.snapshot().heartbeats - before, 10, 'three in a timeout');
  service.faults.set('heartbeat', Array<'SLS_SERVER'>(100).fill('SLS_SERVER'));
  await clock.advance(2000);
  assert.equal(process.pipeline.snapshot().totals.shardsReleased['leaseLost'], 3, 'lost after the shorter time');
});

for (const createdAt of [1_700_000_000, undefined]) {
  const told = createdAt === undefined ? 'which only its cursors tell' : 'which its time of creation tells';
  test(`a logstore deleted and made again, ${told}: its shards begin at their oldest log`, async () => {
    const { clock, service, make } = setUp([20, 20], from('end'));
    service.createdAt = createdAt;
    service.groupSettings = pipelineSettings.group;
    for (const shard of [0, 1]) service.checkpoints.set(shard, '0');
    const process = make();
    await process.start();
    await clock.advance(5000);
    assert.deepEqual(received(0, process), upTo(20));
    const sizes = [createdAt === undefined ? 5 : 25, 3, 4];
    service.replaceLogstore(new Map(sizes.entries()));
    await clock.advance(10_000);
    for (const [shard, size] of sizes.entries()) assert.deepEqual(received(shard, process).slice(-size), upTo(size));
    assert.deepEqual(process.failures, []);
    const isTold = createdAt === undefined ? 'is made again' : 'the logstore was deleted and made again';
    assert.equal(said(process, isTold), 1);
  });
}

test('a logstore made again ends nothing, also where a cursor that is not known would', async () => {
  for (let offset = 0; offset < 1000; offset += 130) {
    const { clock, service, make } = setUp([20], { shard: { ...shardSettings, onExpiredCursor: 'fail' } });
    const process = make();
    await process.start();
    await clock.advance(5000 + offset);
    service.replaceLogstore(new Map([[0, 5]]));
    await clock.advance(5000);
    assert.deepEqual(process.failures, []);
    assert.deepEqual(received(0, process).slice(20), upTo(5));
    assert.equal(said(process, 'the logstore was deleted and made again'), 1);
  }
});

test('a shard that was closed in the old logstore is read in the new one', async () => {
  const { clock, service, make } = setUp([20, 20]);
  const [first, second] = [make('a'), make('b')];
  await first.start();
  await second.start();
  service.reshard([0], 2);
  service.reshard([1], 2);
  await clock.advance(20_000);
  service.replaceLogstore(
    new Map([
      [0, 5],
      [1, 5],
    ]),
  );
  await clock.advance(5000);
  for (const shard of [0, 1]) service.append(shard, 5);
  await clock.advance(20_000);
  for (const shard of [0, 1]) assert.deepEqual(received(shard, first, second).slice(-10), upTo(10));
});

test('while the logstore is gone that is said once; when it is there again it is read from its beginning', async () => {
  const { clock, service, make } = setUp([20, 20]);
  const process = make();
  await process.start();
  await clock.advance(5000);
  service.deleteGroup();
  service.gone = true;
  await clock.advance(60_000);
  const lines = troubles(process);
  assert.equal(lines.filter((line) => line.includes('SLS_NOT_FOUND')).length, 3, lines.join('\n'));
  service.gone = false;
  service.replaceLogstore(new Map([[0, 5]]));
  await clock.advance(5000);
  assert.deepEqual(received(0, process).slice(20), upTo(5));
  assert.deepEqual(process.failures, []);
});

test('with start: end, a shard that comes while the group is read begins at its oldest log', async () => {
  const { clock, service, make } = setUp([20], from('end'));
  const process = make();
  await process.start();
  await clock.advance(5000);
  service.reshard([0], 2);
  service.append(1, 4);
  await clock.advance(5000);
  assert.deepEqual(received(0, process), [], 'what was there before');
  assert.deepEqual(received(1, process), upTo(4));
});

test('without the right to list shards the positions known are still written back', async () => {
  const { clock, service, make } = setUp([20], from('end'));
  service.groupSettings = pipelineSettings.group;
  service.checkpoints.set(0, '0');
  service.faults.set('listShards', Array<'SLS_UNAUTHORIZED'>(1000).fill('SLS_UNAUTHORIZED'));
  const process = make();
  await process.start();
  await clock.advance(20_000);
  service.deleteGroup();
  service.append(0, 5);
  await clock.advance(5000);
  assert.deepEqual(received(0, process), upTo(25));
});

test('a write that fails while the group is made whole is tried again', async () => {
  const { clock, service, make } = setUp([20, 20], from('end'));
  service.groupSettings = pipelineSettings.group;
  for (const shard of [0, 1]) service.checkpoints.set(shard, '0');
  const process = make();
  await process.start();
  await clock.advance(5000);
  service.deleteGroup();
  for (const shard of [0, 1]) service.append(shard, 5);
  service.faults.set('restore', ['SLS_SERVER', 'SLS_NETWORK', 'SLS_SERVER']);
  service.faults.set('checkpoints', ['SLS_TIMEOUT']);
  await clock.advance(10_000);
  for (const shard of [0, 1]) assertAll(received(shard, process), 25, 5);
  assert.equal(said(process, 'is made again'), 1);
});

test('a service that says "not found" although the group is there costs no shard', async () => {
  const { clock, service, make } = setUp([20]);
  const process = make();
  await process.start();
  await clock.advance(5000);
  service.faults.set('heartbeat', ['SLS_NOT_FOUND']);
  await clock.advance(5000);
  assert.deepEqual(process.pipeline.snapshot().totals.shardsReleased, {});
  assert.deepEqual(troubles(process), []);
  service.faults.set('heartbeat', ['SLS_NOT_FOUND', 'SLS_NOT_FOUND']);
  await clock.advance(5000);
  assert.equal(troubles(process).length, 1, 'said when it is not over at once');
});

test('commits that are refused as "not found" while heartbeats work are said', async () => {
  const { clock, service, make } = setUp([20]);
  const process = make();
  service.faults.set('commit', Array<'SLS_NOT_FOUND'>(4).fill('SLS_NOT_FOUND'));
  await process.start();
  await clock.advance(3000);
  assert.equal(troubles(process).length, 1);
});
