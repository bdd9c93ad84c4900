import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConsumerGroup } from '../../../src/emulator/sls/consumer-group.js';
import { ManualClock } from '../../support/manual-clock.js';

const SHARDS = 7;
const TIMEOUT_S = 10;

/** A well-behaved consumer: it lists what it holds, and is slow to give up what it was told to. */
class Consumer {
  readonly holding = new Set<number>();
  readonly #name: string;
  readonly #group: ConsumerGroup;

  constructor(name: string, group: ConsumerGroup) {
    this.#name = name;
    this.#group = group;
  }

  /** @param finish whether it is done by now with what it was told to give up */
  beat(finish: boolean): void {
    try {
      const assigned = this.#group.heartbeat(this.#name, [...this.holding]);
      if (finish) for (const shard of this.holding) if (!assigned.includes(shard)) this.holding.delete(shard);
      for (const shard of assigned) this.holding.add(shard);
    } catch {
      this.holding.clear();
    }
  }
}

type Step =
  | { readonly kind: 'beat'; readonly who: number; readonly finish: boolean }
  | { readonly kind: 'sleep'; readonly ms: number }
  | { readonly kind: 'die'; readonly who: number };

const who = fc.nat(3);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('beat' as const), who, finish: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('sleep' as const), ms: fc.nat(4000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const), who }) },
);

test('no shard is ever with two living consumers, and all are shared evenly in the end', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const clock = new ManualClock();
      const group = new ConsumerGroup('g', { timeout: TIMEOUT_S, order: false }, clock, false);
      for (let id = 0; id < SHARDS; id++)
        group.addShard({ id, parents: [], readOnly: false, empty: false, isEnd: () => false });
      const names = ['a', 'b', 'c', 'd'];
      const living = names.map((name) => ({ name, consumer: new Consumer(name, group), seen: -Infinity }));
      for (const action of steps) {
        if (action.kind === 'sleep') clock.freeze(action.ms);
        else {
          const one = living[action.who]!;
          one.seen = action.kind === 'die' ? -Infinity : clock.monotonic();
          if (action.kind === 'die') one.consumer.holding.clear();
          else one.consumer.beat(action.finish);
          assertExclusive();
        }
      }
      for (let round = 0; round < 6; round++) {
        clock.freeze(TIMEOUT_S * 400);
        for (const one of living.slice(0, 3)) one.consumer.beat(true);
      }
      const counts = living.slice(0, 3).map(({ consumer }) => consumer.holding.size);
      assert.equal(new Set(living.slice(0, 3).flatMap(({ consumer }) => [...consumer.holding])).size, SHARDS);
      assert.deepEqual(counts.sort(), [2, 2, 3]);

      /** Among those the service must still believe to be there. */
      function assertExclusive(): void {
        const alive = living.filter(({ seen }) => clock.monotonic() - seen <= TIMEOUT_S * 1000);
        const held = alive.flatMap(({ consumer }) => [...consumer.holding]);
        assert.equal(new Set(held).size, held.length);
      }
    }),
    { numRuns: 400 },
  );
});
