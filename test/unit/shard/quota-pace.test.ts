import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { ByteBudget } from '../../../src/flow/byte-budget.js';
import { sleep } from '../../../src/flow/clock.js';
import type { LogSource } from '../../../src/model/ports.js';
import { Puller } from '../../../src/shard/puller.js';
import { QuotaPace } from '../../../src/shard/quota-pace.js';
import { ShardStats } from '../../../src/shard/shard-stats.js';
import { shardSettings } from '../../support/fake-pipeline.js';
import { ManualClock } from '../../support/manual-clock.js';

/** How a service may keep a quota: in seconds that follow one another, or in a bucket that fills. */
type Kind = 'window' | 'bucket';

type Counts = Pick<Quota, 'given' | 'pulls' | 'refused'>;

/** A shard without end at its quota. What it gives counts once asked for, also beyond the quota, as with the service. */
class Quota {
  given = 0;
  pulls = 0;
  refused = 0;
  readonly #kind: Kind;
  readonly #perSecond: number;
  #window = -1;
  #left: number;
  #at: number;

  constructor(kind: Kind, perSecond: number, now: number) {
    this.#kind = kind;
    this.#perSecond = perSecond;
    this.#left = perSecond;
    this.#at = now;
  }

  /** @returns whether a pull is answered. */
  take(bytes: number, now: number): boolean {
    this.#fill(now);
    this.pulls += 1;
    if (this.#left <= 0) {
      this.refused += 1;
      return false;
    }
    this.#left -= bytes;
    this.given += bytes;
    return true;
  }

  counts(): Counts {
    const { given, pulls, refused } = this;
    return { given, pulls, refused };
  }

  #fill(now: number): void {
    const window = Math.floor(now / 1000);
    if (this.#kind === 'bucket') {
      this.#left = Math.min(this.#perSecond, this.#left + (this.#perSecond * (now - this.#at)) / 1000);
    } else if (window !== this.#window) this.#left = this.#perSecond;
    this.#window = window;
    this.#at = now;
  }
}

/** The first seconds, in which the pace is found. */
const LEARNING_MS = 10_000;
const MB = 1_000_000;

function assertPaced(quota: Quota, before: Counts, perSecond: number, ms: number): void {
  const used = (quota.given - before.given) / ((perSecond * ms) / 1000);
  const refused = (quota.refused - before.refused) / (quota.pulls - before.pulls);
  assert.ok(used >= 0.95, `${(100 * used).toFixed(1)} % of the quota used`);
  assert.ok(refused <= 0.05, `${(100 * refused).toFixed(1)} % of the pulls refused`);
}

test('at a quota of any kind and size, at least 95 % of it is used and at most 5 % of the pulls are refused', () => {
  const arbitrary = fc.record({
    kind: fc.constantFrom<Kind>('window', 'bucket'),
    perSecond: fc.integer({ min: 2 * MB, max: 40 * MB }),
    /** Of what a second may bring. */
    share: fc.double({ min: 0.02, max: 0.4, noNaN: true }),
    vary: fc.double({ min: 0, max: 0.3, noNaN: true }),
    /** When it begins, within a second. */
    phase: fc.integer({ min: 0, max: 999 }),
    /** Milliseconds that a timer may be late. */
    late: fc.integer({ min: 0, max: 3 }),
    seed: fc.integer({ min: 1, max: 1_000_000 }),
  });
  fc.assert(
    fc.property(arbitrary, ({ kind, perSecond, share, vary, phase, late, seed }) => {
      let state = seed;
      const random = (): number => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
      const begin = 1000 + phase;
      let now = begin;
      const pace = new QuotaPace();
      const quota = new Quota(kind, perSecond, now);
      let before: Counts | undefined;
      while (now < begin + LEARNING_MS + 100_000) {
        now = Math.max(now, pace.notBefore(now)) + random() * late + 2 + 4 * random();
        if (now >= begin + LEARNING_MS) before ??= quota.counts();
        const bytes = perSecond * share * (1 - vary + 2 * vary * random());
        if (quota.take(bytes, now)) pace.gave(bytes, now);
        else now += pace.refused(now);
      }
      assertPaced(quota, before!, perSecond, now - begin - LEARNING_MS);
    }),
    { numRuns: 300 },
  );
});

test('a quota that is raised is found within a minute, one that is lowered at once', () => {
  let now = 1000;
  const pace = new QuotaPace();
  const pullFor = (ms: number, perSecond: number): Quota => {
    const quota = new Quota('window', perSecond, now);
    for (const end = now + ms; now < end;) {
      now = Math.max(now, pace.notBefore(now)) + 5;
      if (quota.take(MB, now)) pace.gave(MB, now);
      else now += pace.refused(now);
    }
    return quota;
  };
  pullFor(20_000, 10 * MB);
  pullFor(60_000, 30 * MB);
  assert.ok(pullFor(10_000, 30 * MB).given >= 285 * MB);
  pullFor(LEARNING_MS, 10 * MB);
  const { refused, pulls } = pullFor(60_000, 10 * MB);
  assert.ok(refused / pulls <= 0.05);
});

test('without a refusal nothing is held back', () => {
  const pace = new QuotaPace();
  for (let now = 0; now < 10_000; now++) {
    assert.equal(pace.notBefore(now), now);
    pace.gave(100 * MB, now);
  }
});

for (const shards of [4, 32]) {
  test(`${shards} shards at their quota: what the puller asks for fits it`, async () => {
    const clock = new ManualClock();
    const perSecond = 10 * MB;
    const bytes = 3 * MB;
    const end = new AbortController();
    const quotas = Array.from(
      { length: shards },
      (_, shard) => new Quota(shard % 2 === 0 ? 'window' : 'bucket', perSecond, clock.monotonic()),
    );
    const source = {
      pull: async (shard: number, cursor: string) => {
        await sleep(clock, 3 + (shard % 7));
        if (!quotas[shard]!.take(bytes, clock.monotonic()))
          throw new ForwarderError('SLS_QUOTA', 'too much', { details: { errorCode: 'ShardReadQuotaExceed' } });
        const nextCursor = String(Number(cursor) + 1000);
        return {
          body: new ArrayBuffer(0),
          bodyLength: 1,
          encoding: 'lz4',
          rawSize: bytes,
          logGroups: 1000,
          nextCursor,
        };
      },
    } as unknown as LogSource;
    const budget = new ByteBudget(1000 * MB).share(1);
    const running = quotas.map(async (_, shard) => {
      const stats = new ShardStats();
      const settings = { ...shardSettings, maxPullBytes: 4 * MB, retry: { initialMs: 200, maxMs: 30_000 } };
      const ends = { source, budget, clock, settings, stats, signal: end.signal };
      const puller = new Puller(
        { ...ends, shard, mostGroups: () => Infinity, onPulled: () => undefined, onError: () => undefined },
        '0',
      );
      for (let pulled = await puller.next(); pulled !== undefined; pulled = await puller.next())
        pulled.reservation.release();
    });
    await clock.advance(LEARNING_MS);
    const before = quotas.map((quota) => quota.counts());
    const ms = 60_000;
    await clock.advance(ms);
    end.abort();
    await clock.advance(1000);
    await Promise.all(running);
    for (const [shard, quota] of quotas.entries()) assertPaced(quota, before[shard]!, perSecond, ms);
  });
}
