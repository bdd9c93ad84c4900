import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '../../../src/errors/codes.js';
import { ByteBudget } from '../../../src/flow/byte-budget.js';
import { Lease } from '../../../src/shard/lease.js';
import { EventTeller } from '../../../src/shard/event-teller.js';
import { ShardConsumer } from '../../../src/shard/shard-consumer.js';
import { GAP } from '../../support/fake-delivery.js';
import { FakeProcess, shardSettings } from '../../support/fake-pipeline.js';
import { FakeService } from '../../support/fake-service.js';
import { ManualClock } from '../../support/manual-clock.js';

function setUp(groups: number, change: Partial<typeof shardSettings> = {}) {
  const clock = new ManualClock();
  const service = new FakeService(clock, new Map([[0, groups]]));
  const process = new FakeProcess(service, clock, 'one', { shard: { ...shardSettings, ...change } });
  const received = () => process.destination.received.get(0) ?? [];
  return { clock, service, process, destination: process.destination, received };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

test('resumes at the checkpoint and ignores the start position then', async () => {
  const { clock, service, process, received } = setUp(20, { start: 'end' });
  service.checkpoints.set(0, '7');
  await process.start();
  await clock.advance(3000);
  assert.deepEqual(received(), range(7, 20));
  const { stages, pulls, checkpoints } = process.pipeline.snapshot().totals;
  const counted = (stage: keyof typeof stages): number => stages[stage].counts.reduce((sum, each) => sum + each, 0);
  assert.deepEqual([counted('pull'), counted('commit')], [pulls, checkpoints]);
  assert.ok(counted('format') > 0 && counted('format') <= pulls, 'empty replies are not formatted');
});

test('start: end reads only what comes later', async () => {
  const { clock, service, process, received } = setUp(20, { start: 'end' });
  await process.start();
  await clock.advance(500);
  service.append(0, 3);
  await clock.advance(500);
  assert.deepEqual(received(), [20, 21, 22]);
  await clock.advance(1000);
  assert.deepEqual(
    service.commits.map(({ cursor }) => cursor),
    [20, 23],
    'the start is stored at once, so that a crash before the first event loses nothing that comes meanwhile',
  );
});

test('the checkpoint never passes what is not settled, and the window bounds what is in flight', async () => {
  const { clock, service, process, destination, received } = setUp(100);
  destination.prompt = false;
  await process.start();
  await clock.advance(5000);
  assert.equal(destination.pending.length, 4, 'the window');
  assert.equal(service.checkpoints.get(0), '0', 'where it started');
  const [first, second] = destination.pending;
  second!.settle();
  await clock.advance(2000);
  assert.equal(service.checkpoints.get(0), '0', 'a hole before it');
  first!.settle();
  await clock.advance(2000);
  assert.equal(service.checkpoints.get(0), second!.frames.nextCursor);
  destination.prompt = true;
  destination.settle();
  await clock.advance(5000);
  assert.deepEqual(received(), range(0, 100));
  assert.equal(service.checkpoints.get(0), '100');
});

test('every failure of a pull that may pass is tried again from the same cursor', async () => {
  const { clock, service, process, received } = setUp(20);
  const codes: ErrorCode[] = [
    'SLS_SERVER',
    'SLS_QUOTA',
    'SLS_NETWORK',
    'SLS_TIMEOUT',
    'SLS_PROTOCOL',
    'SLS_UNAUTHORIZED',
  ];
  service.faults.set('pull', [...codes]);
  service.faults.set('getCheckpoint', ['SLS_SERVER']);
  await process.start();
  await clock.advance(20_000);
  assert.deepEqual(received(), range(0, 20));
  const { errors } = process.pipeline.snapshot().totals;
  for (const code of codes) assert.ok((errors[code] ?? 0) >= 1, code);
  process.assertHoldsNothing();
});

test('a batch that cannot be formatted is pulled again, never skipped, and its siblings wait', async () => {
  const { clock, process, received } = setUp(40);
  process.formatter.faults.push('FORMAT_CORRUPT', 'FORMATTER_CRASHED', 'FORMAT_CORRUPT');
  await process.start();
  await clock.advance(30_000);
  assert.deepEqual(received(), range(0, 40));
  process.assertHoldsNothing();
});

test('an expired cursor: loud, and on at the oldest event left', async () => {
  const { clock, service, process, received } = setUp(20);
  service.checkpoints.set(0, '3');
  service.oldest.set(0, 5);
  await process.start();
  await clock.advance(3000);
  assert.deepEqual(received(), [GAP, ...range(5, 20)]);
  assert.equal(process.pipeline.snapshot().totals.errors['SLS_CURSOR_INVALID'], 1);
  assert.equal(
    process.log.lines.filter(({ level, message }) => level === 'error' && message.includes('LOST')).length,
    1,
  );
});

test('policy latest goes on at the newest', async () => {
  const { clock, service, process, received } = setUp(20, { onExpiredCursor: 'latest' });
  service.checkpoints.set(0, '3');
  service.oldest.set(0, 5);
  await process.start();
  await clock.advance(500);
  service.append(0, 1);
  await clock.advance(3000);
  assert.deepEqual(received(), [GAP, 20]);
});

test('a lease lost while the process stood still: nothing more is sent or committed', async () => {
  const { clock, service, process, destination } = setUp(100);
  destination.prompt = false;
  await process.start();
  await clock.advance(2500);
  const sentBefore = destination.received.get(0)!.length;
  const commitsBefore = service.commits.length;
  clock.freeze(60_000);
  service.forget('one');
  destination.settle();
  service.faults.set(
    'heartbeat',
    Array.from({ length: 100 }, () => 'SLS_SERVER'),
  );
  await clock.advance(3000);
  assert.equal(destination.received.get(0)!.length, sentBefore);
  assert.equal(service.commits.length, commitsBefore);
  process.assertHoldsNothing();
  assert.equal(process.pipeline.snapshot().totals.shardsReleased['leaseLost'], 1);
});

/** One shard alone, with a lease that the test holds. */
async function alone(groups: number) {
  const { clock, service, process, destination } = setUp(groups);
  const lease = new Lease(clock, 10_000);
  lease.renew(lease.moment());
  const group = service.group('one');
  await group.heartbeat([], new AbortController().signal);
  const { source } = service;
  const { formatter, log } = process;
  const budget = process.budget.share(1);
  const ends = {
    source,
    group,
    formatter,
    destination,
    budget,
    deadLetters: undefined,
    events: new EventTeller(clock, log),
  };
  const positions = {
    startOf: (shard: number, signal: AbortSignal) => source.getCursor(shard, 'begin', signal),
    note: () => undefined,
  };
  const known = { positions, confirm: () => Promise.resolve() };
  const deps = { shard: 0, ...ends, ...known, lease, clock, log, settings: shardSettings, endIsTold: () => true };
  const commits = () => service.commits.map(({ cursor }) => cursor);
  return { clock, process, destination, commits, consumer: new ShardConsumer(deps) };
}

test('asks the clock, not a timer, whether the lease stands: on waking nothing is sent or committed before any heartbeat', async () => {
  const { clock, destination, commits, consumer } = await alone(100);
  destination.prompt = false;
  const running = consumer.run();
  await clock.advance(1500);
  const { length: sent } = destination.received.get(0)!;
  assert.ok(sent > 0 && sent < 100);
  clock.freeze(11_000);
  destination.prompt = true;
  destination.settle();
  await clock.advance(5000);
  await running;
  assert.equal(consumer.reason, 'leaseLost');
  consumer.release('shutdown');
  assert.equal(consumer.reason, 'leaseLost', 'a weaker reason changes nothing');
  assert.equal(destination.received.get(0)!.length, sent);
  assert.deepEqual(commits(), [0]);
});

for (const reason of ['stalled', 'leaseLost'] as const) {
  test(`a shard given up as ${reason} commits nothing more, though its lease still stands and something has settled`, async () => {
    const { clock, process, destination, commits, consumer } = await alone(100);
    destination.prompt = false;
    const running = consumer.run();
    await clock.advance(500);
    destination.settle(1);
    await clock.advance(0);
    consumer.release(reason);
    consumer.release('shutdown');
    await clock.advance(5000);
    await running;
    assert.equal(consumer.reason, reason, 'a weaker reason changes nothing');
    assert.deepEqual(commits(), [0]);
    process.assertHoldsNothing();
  });
}

test('at a stop all is handed over as soon as it is sent, not when it is settled: the end of the connection settles it', async () => {
  const { clock, destination, consumer } = await alone(100);
  destination.prompt = false;
  const running = consumer.run();
  let isHandedOver = false;
  void consumer.handedOver.then(() => (isHandedOver = true));
  await clock.advance(1500);
  assert.equal(isHandedOver, false, 'it may pull more');
  consumer.release('shutdown');
  await clock.advance(100);
  assert.equal(isHandedOver, true);
  assert.ok(destination.pending.length > 0, 'nothing is settled');
  destination.prompt = true;
  destination.settle();
  await clock.advance(100);
  await running;
});

test('a shard that is closed before its first pull is read to its end, and over', async () => {
  const { clock, destination, commits, consumer } = await alone(5);
  consumer.close();
  const running = consumer.run();
  await clock.advance(5000);
  assert.equal(consumer.reason, 'shardEnd');
  await running;
  assert.deepEqual(destination.received.get(0), range(0, 5));
  assert.equal(commits().at(-1), 5);
});

test('a cursor that is refused right after the service gave it is tried again after a pause, not at once', async () => {
  const { clock, service, process, received } = setUp(3);
  const real = { ...service.source };
  let refused = 0;
  service.source.pull = (...request) =>
    refused++ < 20 ? Promise.reject(service.failure('SLS_CURSOR_INVALID')) : real.pull(...request);
  await process.start();
  await clock.advance(9 * 2000);
  assert.ok(refused >= 5 && refused <= 11, `${refused} refusals`);
  await clock.advance(20 * 2000);
  assert.deepEqual(received(), range(0, 3));
});

test('a commit that is refused because the shard is not ours ends the shard at once', async () => {
  const { clock, service, process } = setUp(20);
  await process.start();
  await clock.advance(100);
  service.forget('one');
  service.group('other');
  service.faults.set(
    'heartbeat',
    Array.from({ length: 5 }, () => 'SLS_SERVER'),
  );
  await clock.advance(1500);
  assert.equal(process.pipeline.snapshot().totals.shardsReleased['leaseLost'], 1);
});

test('while checkpoints can not be stored for long the shard is not read on: a crash sends only so much again', async () => {
  const { clock, service, process, received } = setUp(5);
  await process.start();
  await clock.advance(3000);
  assert.equal(service.checkpoints.get(0), '5');
  service.faults.set('commit', Array<'SLS_SERVER'>(1000).fill('SLS_SERVER'));
  const appendFor = async (seconds: number): Promise<void> => {
    for (let i = 0; i < seconds; i++) {
      service.append(0, 1);
      await clock.advance(1000);
    }
  };
  const isHeldBack = (): boolean => process.pipeline.snapshot().shards[0]?.heldBack === true;
  await appendFor(19);
  assert.equal(isHeldBack(), false, 'it is read on for checkpoint.maxAge');
  await appendFor(5);
  const before = received().length;
  assert.ok(isHeldBack());
  await appendFor(200);
  assert.equal(received().length, before, 'nothing more is sent');
  assert.equal(process.log.lines.filter(({ message }) => message.includes('checkpoint.maxAge')).length, 1);
  assert.equal(process.pipeline.snapshot().totals.shardsReleased['stalled'], undefined, 'it is said why it waits');
  service.faults.set('commit', []);
  await appendFor(5);
  assert.equal(isHeldBack(), false);
  assert.deepEqual(received(), range(0, service.size(0)));
});

test('where shards can not be listed, an unchanged checkpoint is written again at the refresh interval', async () => {
  const { clock, service, process } = setUp(5, { checkpointRefreshMs: 10_000 });
  service.faults.set('listShards', Array<'SLS_UNAUTHORIZED'>(100).fill('SLS_UNAUTHORIZED'));
  await process.start();
  await clock.advance(31_500);
  assert.deepEqual(
    service.commits.map(({ cursor }) => cursor),
    [0, 5, 5, 5, 5],
  );
  assert.equal(process.log.lines.filter(({ level }) => level === 'warn').length, 1, 'said once');
});

test('a closed shard ends when its end is stored, also when nothing was ever in it, and is not opened again', async () => {
  for (const groups of [0, 5]) {
    const { clock, service, process } = setUp(groups);
    await process.start();
    await clock.advance(4500);
    const before = service.commits.length;
    service.reshard([0], 2);
    await clock.advance(10_000);
    assert.deepEqual(
      service.commits.filter(({ shard }) => shard === 0).map(({ cursor }) => cursor),
      groups === 0 ? [0, 0] : [0, 5, 5],
      'written once more, because the service compares on a write',
    );
    assert.ok(before > 0);
    const { shards, totals } = process.pipeline.snapshot();
    assert.deepEqual(
      shards.map(({ shard }) => shard),
      [1, 2],
    );
    assert.deepEqual(totals.shardsReleased, { shardEnd: 1 });
    assert.equal(totals.shardsAcquired, 3);
  }
});

test('a shard that is gone is given up, and nobody waits for its last commit', async () => {
  const { clock, service, process } = setUp(5);
  await process.start();
  await clock.advance(500);
  service.faults.set('commit', Array<'SLS_SHARD_GONE'>(50).fill('SLS_SHARD_GONE'));
  service.faults.set('pull', ['SLS_SHARD_GONE']);
  await clock.advance(2000);
  assert.deepEqual(process.pipeline.snapshot().totals.shardsReleased, { shardEnd: 1 });
  assert.equal(process.pipeline.snapshot().shards.length, 0);
});

test('a closed shard the service goes on assigning is left alone; one it takes away and gives back is opened', async () => {
  const { clock, service, process } = setUp(5);
  service.keepsAssigning = true;
  await process.start();
  service.reshard([0], 1);
  await clock.advance(60_000);
  assert.equal(process.pipeline.snapshot().totals.shardsAcquired, 2);
  service.forget('one');
  service.checkpoints.set(0, '2');
  await clock.advance(5000);
  assert.equal(
    process.destination.received.get(0)!.filter((group) => group === 4).length,
    2,
    'read again from its new checkpoint',
  );
});

test('at the tip it asks at the idle interval, with data it asks at once', async () => {
  const { clock, process } = setUp(0);
  await process.start();
  await clock.advance(2000);
  const idle = process.pipeline.snapshot().totals.pulls;
  assert.ok(idle >= 9 && idle <= 11, `${idle} pulls in two idle seconds`);
});

test('a poll says that it expects little where the last brought little, not after a failure', async () => {
  const { clock, process, service } = setUp(0);
  await process.start();
  await clock.advance(1000);
  assert.deepEqual(service.expectations.slice(0, 3), [false, true, true]);
  const asked = service.expectations.length;
  service.faults.set('pull', ['SLS_TIMEOUT']);
  await clock.advance(3000);
  assert.deepEqual(service.expectations.slice(asked, asked + 3), [true, false, true]);
});

test('an idle shard is watched, which counts as pulls, and pulled from when something is there', async () => {
  const { clock, process, service, received } = setUp(0, { minPullIntervalMs: 150 });
  await process.start();
  await clock.advance(4100);
  const [pulled, watched] = [service.expectations.length, service.watched];
  assert.ok(pulled <= 5 && watched >= 15, `${pulled} pulls, ${watched} questions of watches`);
  assert.equal(process.pipeline.snapshot().totals.pulls, pulled + watched);
  service.append(0, 3);
  await clock.advance(100);
  assert.deepEqual([service.expectations.length, received()], [pulled, []], 'the watch has just asked');
  await clock.advance(1000);
  assert.deepEqual(received(), [0, 1, 2]);
  await clock.advance(5000);
  service.faults.set('pull', ['SLS_TIMEOUT']);
  const before = service.expectations.length;
  await clock.advance(400);
  assert.ok(service.expectations.length > before, 'what a watch can not tell is found by a pull');
  assert.equal(process.pipeline.snapshot().totals.errors['SLS_TIMEOUT'], 1);
});

test('a shard without data for long is asked less often, and at the short interval again after the first event', async () => {
  const { clock, process, service } = setUp(0);
  const pulls = () => process.pipeline.snapshot().totals.pulls;
  await process.start();
  await clock.advance(120_000);
  let before = pulls();
  await clock.advance(10_000);
  assert.ok(pulls() - before <= 11, `${pulls() - before} pulls in ten seconds`);
  service.append(0, 1);
  await clock.advance(1500);
  before = pulls();
  await clock.advance(10_000);
  assert.ok(pulls() - before >= 45, `${pulls() - before} pulls in ten seconds after an event`);
});

test('a hard stop leaves what is not settled for the next reader, and commits what is', async () => {
  const { clock, service, process, destination } = setUp(100);
  destination.prompt = false;
  await process.start();
  await clock.advance(500);
  const [first] = destination.pending;
  first!.settle();
  const stopped = process.pipeline.stop();
  await clock.advance(100);
  process.pipeline.hurry();
  await clock.advance(100);
  await stopped;
  assert.equal(service.checkpoints.get(0), first!.frames.nextCursor);
  process.assertHoldsNothing();
  assert.equal(destination.openRoutes, 0);
});

test('replies without events, as a query brings them, move the checkpoint and hold nothing', async () => {
  const clock = new ManualClock();
  const service = new FakeService(clock, new Map([[0, 100]]));
  const real = { ...service.source };
  service.source.pull = async (...request) => {
    const reply = await real.pull(...request);
    return { ...reply, body: new ArrayBuffer(0), bodyLength: 0, rawSize: 0, logGroups: 0 };
  };
  const budget = new ByteBudget(2000, 3);
  const process = new FakeProcess(service, clock, 'one', {}, undefined, budget);
  await process.start();
  await clock.advance(20_000);
  assert.equal(service.checkpoints.get(0), '100');
  process.assertHoldsNothing();
});

test('pulls that work do not say that commits work', async () => {
  const { clock, service, process } = setUp(20);
  service.faults.set(
    'commit',
    Array.from({ length: 1000 }, () => 'SLS_SERVER' as const),
  );
  await process.start();
  for (let round = 0; round < 10; round++) {
    service.append(0, 4);
    await clock.advance(1000);
  }
  assert.deepEqual(
    process.pipeline.snapshot().shards[0]?.failing.map(({ deed }) => deed),
    ['commit'],
  );
  assert.ok(process.log.lines.every(({ message }) => !message.includes('works again')));
});
