import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteBudget } from '../../../src/flow/byte-budget.js';
import type { StartPosition } from '../../../src/model/ports.js';
import { Puller } from '../../../src/shard/puller.js';
import { ShardStats } from '../../../src/shard/shard-stats.js';
import { shardSettings } from '../../support/fake-pipeline.js';
import { FakeService } from '../../support/fake-service.js';
import { ManualClock } from '../../support/manual-clock.js';

/** So many reservations may be open at once. */
const MOST_OPEN = 2;

/** Reads a shard of so many groups; where it is to end at a time, that is at `endsAt`. */
function setUp(groups: number, change: { readonly end?: StartPosition } = {}, endsAt?: number) {
  const clock = new ManualClock();
  const { source } = new FakeService(clock, new Map([[0, groups]]));
  const asked: number[] = [];
  const counts: number[] = [];
  const stop = new AbortController();
  const budget = new ByteBudget(100_000, MOST_OPEN);
  const puller = new Puller(
    {
      shard: 0,
      source: {
        ...source,
        getCursor: (shard, from, signal) =>
          from === 'end' ? source.getCursor(shard, from, signal) : Promise.resolve(String(endsAt)),
        pull: (...request) => {
          asked.push(clock.monotonic());
          counts.push(request[2]);
          return source.pull(...request);
        },
      },
      budget: budget.share(1),
      mostGroups: () => Infinity,
      clock,
      settings: { ...shardSettings, ...change },
      stats: new ShardStats(),
      signal: stop.signal,
      onPulled: () => undefined,
      onError: () => undefined,
    },
    '0',
  );
  /** Reads for so long, and gives at once back what it reads into. */
  const readFor = async (ms: number): Promise<void> => {
    const reading = async (): Promise<void> => {
      for (let pulled = await puller.next(); pulled !== undefined; pulled = await puller.next())
        pulled.reservation.release();
    };
    void reading();
    await clock.advance(ms);
  };
  return { clock, source, budget, stop, puller, asked, counts, readFor };
}

test('a reply as large as what was asked for is followed by the next pull at once', async () => {
  const { asked, readFor } = setUp(1_000);
  await readFor(100);
  const pauses = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
  assert.ok(pauses.length >= 5, String(pauses));
  assert.deepEqual(new Set(pauses), new Set([shardSettings.minPullIntervalMs]));
});

test('a shard that is closed ends where an end was asked for before, not where it ends now', async () => {
  const { puller, readFor } = setUp(20, { end: { unixSeconds: 1_700_000_000 } }, 7);
  puller.endHere();
  await readFor(5_000);
  assert.deepEqual([puller.ended, puller.cursor], [true, '7']);
});

test('a reply that turns out larger than what was reserved counts while it comes', async () => {
  const clock = new ManualClock();
  const { source } = new FakeService(clock, new Map([[0, 5]]));
  const budget = new ByteBudget(100_000);
  const seen: number[] = [];
  const puller = new Puller(
    {
      shard: 0,
      source: {
        ...source,
        pull: (shard, cursor, count, signal, how) => {
          for (const bytes of [1, 5000, 300, 90_000]) {
            how?.held?.(bytes);
            seen.push(budget.reservedBytes);
          }
          return source.pull(shard, cursor, count, signal, how);
        },
      },
      ...{
        budget: budget.share(1),
        clock,
        settings: shardSettings,
        stats: new ShardStats(),
        mostGroups: () => Infinity,
      },
      ...{ signal: new AbortController().signal, onPulled: () => undefined, onError: () => undefined },
    },
    '0',
  );
  const pulling = puller.next();
  await clock.advance(1);
  const pulled = await pulling;
  const [first = 0, ...later] = seen;
  assert.ok(first < 5000);
  assert.deepEqual(later, [5000, 5000, 90_000]);
  assert.equal(budget.reservedBytes, pulled?.reservation.bytes);
  assert.ok(budget.reservedBytes < 5000, 'and what it really holds afterwards');
});

test('reading ends where the service has nothing more before the end asked for', async () => {
  const { puller, readFor } = setUp(5, { end: { unixSeconds: 1_700_000_000 } }, 9);
  await readFor(5_000);
  assert.deepEqual([puller.ended, puller.cursor], [true, '5']);
});

test('a pull that is answered after the stop gives back what it reserved', async () => {
  const { clock, source, budget, stop, puller } = setUp(5);
  const real = { ...source };
  source.pull = async (...request) => {
    const reply = await real.pull(...request);
    stop.abort();
    return reply;
  };
  const pulled = puller.next();
  await clock.advance(1);
  assert.equal(await pulled, undefined);
  assert.equal(budget.reservedBytes, 0);
});

test('a shard with nothing in it: its tip is known with the first reply, and no reply keeps a reservation', async () => {
  const { clock, puller, asked, readFor } = setUp(0);
  await readFor(1);
  assert.equal(puller.tipAt, asked[0]);
  await clock.advance(5_000);
  assert.ok((puller.tipAt ?? 0) > (asked[0] ?? 0) + 3_000, String(asked));
  assert.ok(asked.length > MOST_OPEN, String(asked.length));
});

test('a pull asks for as many log groups as fit into its bytes, as soon as their size is known', async () => {
  const { counts, readFor } = setUp(1_000);
  await readFor(500);
  // A log group of the fake has 100 bytes.
  assert.equal(counts.at(-1), shardSettings.maxPullBytes / 100);
});
