import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { sleep } from '../../../src/flow/clock.js';
import { Heartbeat } from '../../../src/group/heartbeat.js';
import { Lease } from '../../../src/shard/lease.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

type Reply = readonly number[] | ForwarderError | 'hang' | 'slow';

/** How long the service takes for a slow answer. */
const SLOW_MS = 400;

function setUp(replies: Reply[]) {
  const clock = new ManualClock();
  const lease = new Lease(clock, 10_000);
  const sent: { at: number; shards: readonly number[] }[] = [];
  const seen = { lost: 0, mended: 0, assigned: [] as (readonly number[])[], errors: [] as string[] };
  const heartbeat = new Heartbeat({
    group: {
      heartbeat: (shards: readonly number[], signal: AbortSignal) => {
        sent.push({ at: clock.monotonic(), shards });
        const reply = replies.length > 1 ? replies.shift()! : replies[0]!;
        if (reply instanceof ForwarderError) return Promise.reject(reply);
        if (reply === 'slow') return sleep(clock, SLOW_MS).then(() => [7]);
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
    mend: () => {
      seen.mended += 1;
      return Promise.resolve();
    },
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

test('the lease counts from the sending, however long the answer takes', async () => {
  const { clock, lease, heartbeat, end, running } = setUp(['slow']);
  await clock.advance(SLOW_MS);
  assert.equal(heartbeat.accepted, 1);
  assert.equal(heartbeat.ageMs, 0);
  assert.equal(lease.remainingMs, 10_000 - SLOW_MS);
  end.abort();
  await running;
});

test('when the last heartbeats of a lease hang, the lease ends at its moment, and that is told within an interval', async () => {
  const { clock, lease, seen, end, running } = setUp([[7], 'hang']);
  await clock.advance(9_999);
  const before = seen.lost;
  assert.ok(lease.held());
  await clock.advance(1);
  assert.equal(lease.held(), false);
  // A pause between two tries, which is random, may lie over that moment.
  await clock.advance(1_000);
  assert.ok(seen.lost > before, String(seen.lost));
  end.abort();
  await running;
});

test('a heartbeat that fails as the lease ends tells so at once, not after the pause to the next', async () => {
  const { clock, lease, seen, heartbeat, end, running } = setUp([[7], 'hang']);
  await clock.advance(0);
  end.abort();
  await running;
  await clock.advance(9_500);
  const before = seen.lost;
  const beat = heartbeat.beat(new AbortController().signal);
  await clock.advance(499);
  assert.deepEqual([lease.held(), seen.lost], [true, before]);
  await clock.advance(1);
  await beat;
  assert.deepEqual([lease.held(), seen.lost], [false, before + 1]);
});

test('the first failure is tried again within a tenth of the interval, after each success anew, and a hint makes no heartbeat rarer', async () => {
  const failure = new ForwarderError('SLS_SERVER', 'away');
  const patient = new ForwarderError('SLS_QUOTA', 'wait', { retryAfterMs: 60_000 });
  const { clock, sent, end, running } = setUp([failure, failure, failure, [7], failure, [7], patient, [7]]);
  await clock.advance(6_000);
  // Pauses are random fractions of a millisecond; their sums are rounded.
  const gaps = sent.slice(1).map(({ at }, index) => Math.round((at - (sent[index]?.at ?? 0)) * 1e6) / 1e6);
  assert.ok((gaps[0] ?? Infinity) <= 100 && (gaps[1] ?? Infinity) <= 200 && (gaps[2] ?? Infinity) <= 400, String(gaps));
  assert.equal(gaps[3], 1_000);
  assert.ok((gaps[4] ?? Infinity) <= 100, String(gaps));
  assert.deepEqual(gaps.slice(5, 7), [1_000, 1_000]);
  end.abort();
  await running;
});

test('a service that does not take us back is asked at a pace that grows, not without end', async () => {
  const { clock, sent, end, running } = setUp([[7], new ForwarderError('SLS_CONSUMER_UNKNOWN', 'forgotten')]);
  await clock.advance(1_000);
  assert.ok(sent.length <= 3, String(sent.length));
  await clock.advance(10_000);
  assert.ok(sent.length >= 10 && sent.length <= 110, String(sent.length));
  end.abort();
  await running;
});

const FORGOTTEN = new ForwarderError('SLS_CONSUMER_UNKNOWN', 'who?');

test('a consumer that the service has forgotten registers again at once, and the group is mended once', async () => {
  const { clock, sent, seen, end, running } = setUp([[7], FORGOTTEN, [7]]);
  await clock.advance(5_000);
  assert.equal(sent[2]!.at, sent[1]!.at);
  assert.equal(seen.mended, 1);
  end.abort();
  await running;
});

test('a question is answered by a heartbeat that was sent after it, and waits while heartbeats fail', async () => {
  const { clock, sent, heartbeat, end, running } = setUp(['slow', new ForwarderError('SLS_SERVER', 'away'), 'slow']);
  await clock.advance(SLOW_MS / 2);
  let isAnswered = false;
  const confirmed = heartbeat.confirm(end.signal).then(() => (isAnswered = true));
  await clock.advance(SLOW_MS / 2);
  assert.deepEqual([sent.length, isAnswered], [2, false]);
  await clock.advance(200 + SLOW_MS);
  assert.equal(isAnswered, true);
  end.abort();
  await Promise.all([running, confirmed]);
});
