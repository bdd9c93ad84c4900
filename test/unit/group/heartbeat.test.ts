import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { Heartbeat } from '../../../src/group/heartbeat.js';
import { Lease } from '../../../src/group/lease.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

type Reply = readonly number[] | ForwarderError | 'hang';

function setUp(replies: Reply[]) {
  const clock = new ManualClock();
  const lease = new Lease(clock, 10_000);
  const sent: { at: number; shards: readonly number[] }[] = [];
  const seen = { lost: 0, assigned: [] as (readonly number[])[], errors: [] as string[] };
  const heartbeat = new Heartbeat({
    group: {
      heartbeat: (shards: readonly number[], signal: AbortSignal) => {
        sent.push({ at: clock.monotonic(), shards });
        const reply = replies.length > 1 ? replies.shift()! : replies[0]!;
        if (reply instanceof ForwarderError) return Promise.reject(reply);
        if (reply !== 'hang') return Promise.resolve(reply);
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new ForwarderError('SLS_TIMEOUT', 'gave up')));
        });
      },
    } as never,
    lease,
    clock,
    log: new RecordingLog(),
    intervalMs: 1000,
    listed: () => [7],
    onAssigned: (shards) => seen.assigned.push(shards),
    onLost: () => {
      seen.lost += 1;
    },
    onError: (code) => seen.errors.push(code),
  });
  const end = new AbortController();
  return { clock, lease, sent, seen, heartbeat, end, running: heartbeat.run(end.signal) };
}

test('lists what we hold at every interval and holds the lease from the moment of sending', async () => {
  const { clock, lease, sent, seen, end, running } = setUp([[7, 8]]);
  await clock.advance(3500);
  assert.deepEqual(
    sent.map(({ at }) => at),
    [1000, 2000, 3000, 4000],
  );
  assert.deepEqual(sent[0]?.shards, [7]);
  assert.deepEqual(seen.assigned[0], [7, 8]);
  assert.equal(lease.remainingMs, 9500);
  end.abort();
  await running;
});

test('is sent at once when poked', async () => {
  const { clock, sent, heartbeat, end, running } = setUp([[7]]);
  await clock.advance(100);
  heartbeat.poke();
  await clock.advance(0);
  assert.equal(sent.length, 2);
  end.abort();
  await running;
});

test('a hanging heartbeat is given up in time for two more before the lease ends', async () => {
  const { clock, lease, sent, end, running } = setUp([[7], 'hang', [7]]);
  await clock.advance(6000);
  assert.ok(sent.length >= 3);
  assert.ok(sent[2]!.at - sent[1]!.at <= 4000, 'gave up after a third of the lease');
  assert.equal(lease.held(), true);
  end.abort();
  await running;
});

test('failures are tried again sooner than the interval; when the lease is over everything is lost', async () => {
  const { clock, lease, seen, end, running } = setUp([[7], new ForwarderError('SLS_SERVER', 'no')]);
  await clock.advance(0);
  const lostBefore = seen.lost;
  await clock.advance(9500);
  assert.equal(seen.lost, lostBefore);
  assert.equal(lease.held(), true);
  await clock.advance(2000);
  assert.equal(lease.held(), false);
  assert.ok(seen.lost > lostBefore);
  assert.ok(seen.errors.length >= 9);
  end.abort();
  await running;
});

test('a service that has forgotten us owns everything itself: lost at once, and we join again', async () => {
  const { clock, lease, seen, end, running } = setUp([
    [7],
    new ForwarderError('SLS_CONSUMER_UNKNOWN', 'who?'),
    new ForwarderError('SLS_SERVER', 'no'),
    [7],
  ]);
  await clock.advance(0);
  const lostBefore = seen.lost;
  await clock.advance(1000);
  assert.ok(seen.lost > lostBefore);
  await clock.advance(1000);
  assert.equal(lease.held(), true);
  assert.equal(seen.assigned.length, 2);
  end.abort();
  await running;
});

test('after a frozen process the lease is lost before any timer fires', async () => {
  const { clock, lease, seen, end, running } = setUp([[7]]);
  await clock.advance(100);
  const lostBefore = seen.lost;
  clock.freeze(11_000);
  assert.equal(lease.held(), false, 'what sends or commits asks first');
  await clock.advance(0);
  assert.equal(seen.lost, lostBefore + 1, 'told before the next heartbeat renews it');
  end.abort();
  await running;
});
