import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { GroupMember, type ShardRun } from '../../../src/group/group-member.js';
import type { ReleaseReason } from '../../../src/shard/release-reason.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

/** A shard's consumer that ends when the test says so. */
class Run implements ShardRun {
  readonly shard: number;
  reason: ReleaseReason | undefined;
  hurried = false;
  readonly handedOver: Promise<void>;
  finishHandOver: () => void = () => undefined;
  finish: () => void = () => undefined;
  fail: (error: Error) => void = () => undefined;
  readonly #running: Promise<void>;

  constructor(shard: number) {
    this.shard = shard;
    this.handedOver = new Promise((resolve) => (this.finishHandOver = resolve));
    this.#running = new Promise((resolve, reject) => ([this.finish, this.fail] = [resolve, reject]));
  }

  run(): Promise<void> {
    return this.#running;
  }

  release(reason: ReleaseReason): void {
    this.reason = reason;
  }

  hurry(): void {
    this.hurried = true;
  }
}

type Reply = readonly number[] | 'hang';

function setUp() {
  const clock = new ManualClock();
  const sent: { readonly at: number; readonly shards: readonly number[] }[] = [];
  const runs: Run[] = [];
  const failures: string[] = [];
  const scene = {
    ...{ clock, sent, runs, failures, released: [] as ReleaseReason[], log: new RecordingLog() },
    reply: [1, 2] as Reply,
    /** The service answers the next heartbeat so. */
    forgets: false,
  };
  const member = new GroupMember<Run>({
    group: {
      heartbeat: (shards: readonly number[], signal: AbortSignal) => {
        sent.push({ at: clock.monotonic(), shards });
        const { reply } = scene;
        if (scene.forgets) {
          scene.forgets = false;
          return Promise.reject(new ForwarderError('SLS_CONSUMER_UNKNOWN', 'forgotten'));
        }
        if (reply !== 'hang') return Promise.resolve(reply);
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new ForwarderError('SLS_TIMEOUT', 'given up')));
        });
      },
    } as never,
    clock,
    log: scene.log,
    heartbeatIntervalMs: 1000,
    leaseMs: 10_000,
    mend: () => Promise.resolve(),
    open: (shard) => {
      const run = new Run(shard);
      runs.push(run);
      return run;
    },
    onReleased: (_run, reason) => scene.released.push(reason),
    onFailed: ({ message }) => failures.push(message),
    onHeartbeatError: () => undefined,
    onHeartbeat: () => undefined,
  });
  member.start();
  return Object.assign(scene, { member });
}

test('a shard whose lease is lost is not listed any more; one being drained is', async () => {
  const scene = setUp();
  const { clock, sent } = scene;
  await clock.advance(1000);
  assert.deepEqual(sent.at(-1)?.shards, [1, 2]);
  scene.reply = [1];
  await clock.advance(2000);
  assert.equal(scene.runs[1]?.reason, 'unassigned');
  assert.deepEqual(sent.at(-1)?.shards, [1, 2], 'it is drained still');
  scene.reply = [];
  scene.forgets = true;
  await clock.advance(1000);
  assert.deepEqual(sent.at(-1)?.shards, []);
});

test('a shard that is drained is told to the service at once, not at the next interval', async () => {
  const scene = setUp();
  const { clock, sent } = scene;
  scene.reply = [1, 2];
  await clock.advance(1000);
  scene.reply = [1];
  await clock.advance(1300);
  const now = clock.monotonic();
  assert.notEqual(sent.at(-1)?.at, now);
  scene.runs[1]?.finish();
  await clock.advance(0);
  assert.deepEqual(sent.at(-1), { at: now, shards: [1] });
});

test('a shard given up because it stalls is told at once, too, and fails in silence', async () => {
  const { clock, sent, runs, member, failures, released } = setUp();
  await clock.advance(300);
  member.abandon(runs[0]!);
  await clock.advance(0);
  assert.deepEqual(sent.at(-1), { at: clock.monotonic(), shards: [2] });
  runs[0]?.fail(new ForwarderError('ABANDONED', 'given up'));
  runs[1]?.fail(new ForwarderError('SLS_REQUEST_INVALID', 'refused'));
  await clock.advance(0);
  assert.deepEqual(failures, ['refused']);
  assert.deepEqual(released, ['stalled', 'shutdown']);
});

test('a stop: heartbeats list the shards until the last is done, and one more lists none', async () => {
  const { clock, sent, runs, member } = setUp();
  await clock.advance(500);
  let [isHandedOver, isStopped] = [false, false];
  void member.handedOver().then(() => (isHandedOver = true));
  const stopped = member.stop().then(() => (isStopped = true));
  await clock.advance(3000);
  assert.deepEqual(sent.at(-1)?.shards, [1, 2]);
  assert.equal(isHandedOver, false);
  for (const run of runs) run.finishHandOver();
  await clock.advance(0);
  assert.equal(isHandedOver, true);
  member.hurry();
  assert.ok(runs.every(({ hurried }) => hurried));
  runs[0]?.finish();
  await clock.advance(1000);
  assert.deepEqual(sent.at(-1)?.shards, [2]);
  assert.equal(isStopped, false);
  runs[1]?.finish();
  await clock.advance(0);
  await stopped;
  assert.deepEqual(sent.at(-1)?.shards, []);
});

test('a stop takes no shard that the service still hands out, and waits one second at most for its last heartbeat', async () => {
  const scene = setUp();
  const { clock, runs, member } = scene;
  await clock.advance(500);
  let isStopped = false;
  void member.stop().then(() => (isStopped = true));
  scene.reply = [1, 2, 3];
  await clock.advance(1000);
  assert.equal(runs.length, 2);
  scene.reply = 'hang';
  for (const run of runs) run.finish();
  await clock.advance(999);
  assert.equal(isStopped, false);
  await clock.advance(1);
  assert.equal(isStopped, true);
});

test('a shard read to its end is opened again only after the service has taken it away, or forgotten us', async () => {
  const scene = setUp();
  const { clock, runs } = scene;
  await clock.advance(0);
  runs[0]?.release('shardEnd');
  runs[0]?.finish();
  await clock.advance(3000);
  assert.equal(runs.length, 2);
  scene.reply = [2];
  await clock.advance(1000);
  scene.reply = [1, 2];
  await clock.advance(1000);
  assert.equal(runs.length, 3);
  runs[2]?.release('shardEnd');
  runs[2]?.finish();
  await clock.advance(1000);
  scene.reply = [1];
  scene.forgets = true;
  await clock.advance(1000);
  assert.equal(runs.length, 4);
});
