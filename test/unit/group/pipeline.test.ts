import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeProcess, shardSettings } from '../../support/fake-pipeline.js';
import { FakeService } from '../../support/fake-service.js';
import { ManualClock } from '../../support/manual-clock.js';

function setUp(shards: number, groups: number) {
  const clock = new ManualClock();
  const service = new FakeService(clock, new Map(Array.from({ length: shards }, (_, shard) => [shard, groups])));
  return { clock, service };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

test('reads every shard in order, commits the end, gives all memory back', async () => {
  const { clock, service } = setUp(3, 50);
  const process = new FakeProcess(service, clock);
  await process.start();
  await clock.advance(5000);
  for (const shard of [0, 1, 2]) {
    assert.deepEqual(process.destination.received.get(shard), upTo(50));
    assert.equal(service.checkpoints.get(shard), '50');
  }
  process.assertHoldsNothing();
  const { totals, shards, heartbeatAgeSeconds } = process.pipeline.snapshot();
  assert.equal(totals.settledEvents, 150);
  assert.equal(totals.logGroups, 150);
  assert.ok(shards.every(({ caughtUp, inFlightBytes }) => caughtUp && inFlightBytes === 0));
  assert.ok((heartbeatAgeSeconds ?? 99) <= 1);
});

test('a stop drains, commits, and leaves the released shards out of the last heartbeat', async () => {
  const { clock, service } = setUp(2, 20);
  const first = new FakeProcess(service, clock, 'a');
  await first.start();
  await clock.advance(100);
  const stopped = first.pipeline.stop();
  await clock.advance(100);
  await stopped;
  const sent = first.destination.received.get(0) ?? [];
  assert.equal(service.checkpoints.get(0), String(sent.length), 'what was sent is committed');
  assert.equal(first.destination.openRoutes, 0);
  const second = new FakeProcess(service, clock, 'b');
  await second.start();
  await clock.advance(30_000);
  const all = [...sent, ...(second.destination.received.get(0) ?? [])];
  assert.deepEqual(all, upTo(20), 'nothing twice, nothing lost');
});

test('a shard taken away is listed until its last commit, so its next owner starts where we ended', async () => {
  const { clock, service } = setUp(2, 400);
  const first = new FakeProcess(service, clock, 'a');
  first.destination.prompt = false;
  await first.start();
  await clock.advance(100);
  assert.ok(first.destination.pending.length > 0);
  const second = new FakeProcess(service, clock, 'b');
  await second.start();
  await clock.advance(3000);
  assert.equal(service.ownerOf(1), 'a', 'still drained by its old owner');
  assert.equal(second.destination.received.size, 0);
  first.destination.prompt = true;
  first.destination.settle();
  await clock.advance(3000);
  assert.equal(service.ownerOf(1), 'b');
  await clock.advance(60_000);
  for (const shard of [0, 1]) {
    const both = [first, second].flatMap(({ destination }) => destination.received.get(shard) ?? []);
    assert.deepEqual(both, upTo(400));
  }
});

test('a drain that takes too long is abandoned; the successor reads the rest again', async () => {
  const { clock, service } = setUp(2, 100);
  const first = new FakeProcess(service, clock, 'a');
  first.destination.prompt = false;
  await first.start();
  await clock.advance(100);
  const second = new FakeProcess(service, clock, 'b');
  await second.start();
  await clock.advance(30_000);
  assert.equal(service.ownerOf(1), 'b');
  assert.deepEqual(second.destination.received.get(1), upTo(100));
  assert.ok(first.log.lines.some(({ message }) => message.includes('could not be drained in time')));
});

test('an existing group with other settings is reported and left alone, and its timeout is ours', async () => {
  const { clock, service } = setUp(1, 1);
  service.groupSettings = { timeoutSeconds: 60, inOrder: true };
  const process = new FakeProcess(service, clock);
  await process.start();
  assert.equal(process.log.lines.filter(({ level }) => level === 'warn').length, 1);
  assert.equal(process.pipeline.snapshot().heartbeatTimeoutSeconds, 60);
  assert.deepEqual(service.groupSettings, { timeoutSeconds: 60, inOrder: true });
});

test('at start: waits while the service is away, says when an operator must act and starts once that is done', async () => {
  const { clock, service } = setUp(1, 1);
  service.faults.set('ensure', ['SLS_NETWORK', 'SLS_NETWORK', 'SLS_NETWORK', 'SLS_SERVER']);
  const process = new FakeProcess(service, clock);
  const started = process.start();
  await clock.advance(10_000);
  await started;
  const said = process.log.lines.filter(({ fields }) => 'retryInMs' in fields).map(({ fields }) => fields['code']);
  assert.deepEqual(said, ['SLS_NETWORK', 'SLS_SERVER'], 'what lasts is said once');
  assert.deepEqual(process.destination.received.get(0), [0]);

  service.faults.set('ensure', ['SLS_UNAUTHORIZED']);
  const refused = new FakeProcess(service, clock, 'b');
  const startedLate = refused.start();
  await clock.advance(10);
  assert.deepEqual(
    refused.failures.map(({ exitCode }) => exitCode),
    [77],
  );
  await clock.advance(shardSettings.retry.maxMs);
  await startedLate;
});

test('who gets no shard says so once, and why', async () => {
  const { clock, service } = setUp(1, 5);
  const first = new FakeProcess(service, clock, 'a');
  await first.start();
  await clock.advance(1000);
  const second = new FakeProcess(service, clock, 'b');
  const said = () => second.log.lines.filter(({ message }) => message.startsWith('no shard for this consumer yet'));
  await second.start();
  await clock.advance(1500);
  assert.equal(said().length, 0, 'two heartbeats: it may be under way');
  await clock.advance(20_000);
  assert.equal(said().length, 1);
  assert.match(said()[0]!.message, /for up to 10 s$/);
  assert.ok(first.log.lines.every(({ message }) => !message.startsWith('no shard')));
});

test('policy fail ends the pipeline with the reason after what was read is committed', async () => {
  const { clock, service } = setUp(1, 20);
  service.checkpoints.set(0, '3');
  service.oldest.set(0, 5);

  const process = new FakeProcess(service, clock, 'one', { shard: { ...shardSettings, onExpiredCursor: 'fail' } });
  await process.start();
  await clock.advance(100);
  assert.deepEqual(
    process.failures.map(({ code }) => code),
    ['SLS_CURSOR_INVALID'],
  );
});

test('a bounded run is over when every shard is at its end, or when the rest is with others', async () => {
  const { clock, service } = setUp(2, 30);
  const bounded = { shard: { ...shardSettings, end: 'end' } } as const;
  const alone = new FakeProcess(service, clock, 'a', bounded);
  let finished = 0;
  void alone.pipeline.finished.then(() => finished++);
  await alone.start();
  await clock.advance(20);
  service.append(0, 5);
  await clock.advance(4000);
  assert.equal(finished, 1);
  assert.equal(service.checkpoints.get(0), '30', 'what came after the start is for the next run');
  await alone.pipeline.stop();

  const reader = new FakeProcess(service, clock, 'b');
  reader.destination.prompt = false;
  await reader.start();
  await clock.advance(30_000);
  service.append(1, 5);
  await clock.advance(1000);
  const late = new FakeProcess(service, clock, 'c', bounded);
  void late.pipeline.finished.then(() => finished++);
  await late.start();
  await clock.advance(8000);
  assert.equal(finished, 1, 'the other may still bring it to its end');
  await clock.advance(30_000);
  assert.equal(finished, 2);
  assert.ok(late.log.lines.some(({ message }) => message.includes('other consumers of the group have the shards')));
});

test('two living processes under one name are noticed; one alone, and a take-over, are not', async () => {
  const { clock, service } = setUp(2, 50);
  const one = new FakeProcess(service, clock, 'same');
  await one.start();
  await clock.advance(60_000);
  assert.equal(one.pipeline.snapshot().totals.consumerCollisions, 0);
  const two = new FakeProcess(service, clock, 'same');
  two.destination.prompt = false;
  await two.start();
  for (let round = 0; round < 20; round++) {
    service.append(0, 40);
    service.append(1, 40);
    await clock.advance(4700);
    two.destination.settle(1);
  }
  const collisions = [one, two].map(({ pipeline }) => pipeline.snapshot().totals.consumerCollisions);
  assert.ok(Math.max(...collisions) > 0);
  assert.ok(
    [one, two].some(({ log }) => log.lines.some(({ message }) => message.includes('running as consumer same'))),
  );
});

test('the lag is known, and grows, while nothing was ever settled', async () => {
  const { clock, service } = setUp(1, 50);
  const stuck = new FakeProcess(service, clock);
  stuck.destination.prompt = false;
  await stuck.start();
  await clock.advance(30_000);
  const lag = stuck.pipeline.snapshot().shards[0]?.lag.seconds ?? 0;
  assert.ok(lag >= 28 && lag <= 31, `${lag} s`);
});

/** Milliseconds until a successor that is there already has read what comes after its predecessor is gone. */
async function takeOverMs(leave: (first: FakeProcess, clock: ManualClock) => Promise<void>): Promise<number> {
  const { clock, service } = setUp(4, 20);
  const [first, second] = [new FakeProcess(service, clock, 'a'), new FakeProcess(service, clock, 'b')];
  await first.start();
  await second.start();
  await clock.advance(30_000);
  const lost = first.pipeline.snapshot().shards.map(({ shard }) => shard);
  assert.equal(lost.length, 2);
  const goneAt = clock.monotonic();
  await leave(first, clock);
  for (const shard of lost) service.append(shard, 1);
  const hasRead = (): boolean => lost.every((shard) => second.destination.received.get(shard)?.includes(20) === true);
  while (!hasRead() && clock.monotonic() - goneAt < 60_000) await clock.advance(50);
  return clock.monotonic() - goneAt;
}

/** Of the fakes: heartbeats each second, the group's timeout ten. */
const HEARTBEAT_MS = 1000;
const TIMEOUT_MS = 10_000;

test('after kill -9 the shards are read by the successor within the timeout of the group and three seconds', async () => {
  const tookMs = await takeOverMs(async (first) => {
    first.kill();
    await Promise.resolve();
  });
  assert.ok(tookMs <= TIMEOUT_MS + 3000, `${tookMs} ms`);
});

test('after a stop they wait for the timeout of the group, too: there is no call to leave it, and nobody else was to get them', async () => {
  const tookMs = await takeOverMs(async (first, clock) => {
    const stopped = first.pipeline.stop();
    await clock.advance(500);
    await stopped;
  });
  assert.ok(tookMs > HEARTBEAT_MS + 3000 && tookMs <= TIMEOUT_MS + 3000, `${tookMs} ms`);
});

test('shards that the service wants to give to somebody else are his one heartbeat after the stop', async () => {
  const { clock, service } = setUp(2, 4000);
  const first = new FakeProcess(service, clock, 'a');
  first.destination.prompt = false;
  await first.start();
  await clock.advance(100);
  const second = new FakeProcess(service, clock, 'b');
  await second.start();
  await clock.advance(2000);
  assert.equal(second.pipeline.snapshot().shards.length, 0, 'the first still drains');
  const stopped = first.pipeline.stop();
  first.pipeline.hurry();
  await clock.advance(100);
  await stopped;
  await clock.advance(HEARTBEAT_MS + 3000 - 100);
  assert.ok((second.destination.received.get(1)?.length ?? 0) > 0);
});

test('a thousand shards share the memory of a few pulls, and none starves', async () => {
  const groups = 12;
  const { clock, service } = setUp(1000, groups);
  const process = new FakeProcess(service, clock);
  const arrivals: number[] = [];
  process.destination.onSend = ({ shard }) => arrivals.push(shard);
  await process.start();
  for (let left = 100; left > 0 && process.pipeline.snapshot().totals.settledEvents < 1000 * groups; left--)
    await clock.advance(20);
  for (const shard of upTo(1000)) assert.equal(process.destination.received.get(shard)?.length, groups);
  const firsts = new Map<number, number>();
  for (const [turn, shard] of arrivals.entries()) if (!firsts.has(shard)) firsts.set(shard, turn);
  assert.ok(
    Math.max(...firsts.values()) < 2 * 1000,
    'before the last shard got its first turn, none had more than two on average',
  );
});

const HOUR_MS = 3_600_000;

test('a shard that closes while it is read is read to its end and given back, though the service goes on to assign it', async () => {
  const { clock, service } = setUp(1, 20);
  service.keepsAssigning = true;
  const process = new FakeProcess(service, clock);
  await process.start();
  await clock.advance(5000);
  service.reshard([0], 2);
  await clock.advance(10_000);
  assert.deepEqual(
    process.pipeline.snapshot().shards.map(({ shard }) => shard),
    [1, 2],
  );
  assert.equal(process.pipeline.snapshot().totals.shardsReleased['shardEnd'], 1);
});

test('a shard that is known to be closed when it is acquired is given back without waiting for the next list', async () => {
  const { clock, service } = setUp(1, 20);
  service.reshard([0], 1);
  service.keepsAssigning = true;
  service.faults.set('heartbeat', ['SLS_SERVER']);
  const process = new FakeProcess(service, clock, 'one', { shardCheckMs: HOUR_MS });
  await process.start();
  await clock.advance(10_000);
  assert.deepEqual(process.destination.received.get(0), upTo(20));
  assert.equal(process.pipeline.snapshot().totals.shardsReleased['shardEnd'], 1);
});

test('while the list of shards can be read, a shard at its tip stores no checkpoint again', async () => {
  const { clock, service } = setUp(1, 20);
  const process = new FakeProcess(service, clock);
  await process.start();
  await clock.advance(10_000);
  const stored = service.commits.length;
  await clock.advance(5 * shardSettings.checkpointRefreshMs);
  assert.equal(service.commits.length, stored);
});

test('a group that somebody makes again with another timeout: leases last as long as it says', async () => {
  const { clock, service } = setUp(1, 20);
  const process = new FakeProcess(service, clock);
  await process.start();
  await clock.advance(5000);
  service.deleteGroup();
  await clock.advance(10);
  service.createGroup({ timeoutSeconds: 60, inOrder: false });
  await clock.advance(10_000);
  assert.equal(process.pipeline.snapshot().heartbeatTimeoutSeconds, 60);
  service.faults.set(
    'heartbeat',
    Array.from({ length: 1000 }, () => 'SLS_SERVER' as const),
  );
  await clock.advance(40_000);
  assert.equal(process.pipeline.snapshot().shards.length, 1, 'the lease is not over');
  await clock.advance(30_000);
  assert.equal(process.pipeline.snapshot().shards.length, 0);
});

test('a group that is made again gets the checkpoints of shards that others held, as they were last seen', async () => {
  const { clock, service } = setUp(2, 400);
  const first = new FakeProcess(service, clock, 'a');
  const second = new FakeProcess(service, clock, 'b');
  await first.start();
  await second.start();
  await clock.advance(60_000);
  assert.equal(service.ownerOf(1), 'b');
  service.append(1, 100);
  await clock.advance(60_000);
  assert.equal(service.checkpoints.get(1), '500');
  second.kill();
  service.deleteGroup();
  await clock.advance(60_000);
  assert.equal(service.checkpoints.get(1), '500');
  assert.equal(service.ownerOf(1), 'a');
  assert.ok(
    first.destination.received.get(1)?.every((group) => group < 400),
    'what the other sent is not sent again',
  );
});
