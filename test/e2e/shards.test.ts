import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configOf, withEnds, type Ends } from '../support/emulator-ends.js';

const MINUTE = 60_000;
const WATCHFUL = { pipeline: { shardCheck: '1s' } };

interface ShardState {
  readonly shard: number;
  readonly state: string;
}

async function states({ emulator }: Ends): Promise<Map<number, string>> {
  const [group] = (await emulator.control('groups', { logstore: 'audit' })) as [{ shards: ShardState[] }];
  return new Map(group.shards.map(({ shard, state }) => [shard, state]));
}

for (const inOrder of [false, true]) {
  test(`shards split and merged while they are read: everything arrives, closed ones end (inOrder: ${inOrder})`, async () => {
    const options = {
      strictShardEnd: true,
      logstores: [{ name: 'audit', profile: 'vpcflow', shards: 2, preload: 4000 }],
    };
    await withEnds({ emulator: { project: 'demo', ...options } as never }, async (ends) => {
      const { emulator, receiver, fleet } = ends;
      const forwarder = fleet.start(configOf(ends, { pipeline: { ...WATCHFUL.pipeline, inOrder } }));
      await receiver.waitFor({ unique: 4000 }, MINUTE);
      await emulator.control('split', { logstore: 'audit', shard: 0 });
      await emulator.control('append', { logstore: 'audit', shard: 3, events: 500 });
      // Shard 2 stays empty: nobody but us can end it.
      await emulator.control('merge', { logstore: 'audit', shard: 2 });
      await emulator.control('append', { logstore: 'audit', shard: 4, events: 500 });
      const { sequence } = await receiver.waitFor({ unique: 5000 }, MINUTE);
      assert.deepEqual(sequence, { received: 5000, unique: 5000, lost: 0, duplicates: 0, reordered: 0 });
      for (const shard of [0, 2, 3]) {
        await forwarder.line((line) => line.msg === 'shard released' && line['shard'] === shard);
        assert.equal((await states(ends)).get(shard), 'over');
      }
      const at = (msg: string, shard: number): number =>
        forwarder.lines.findIndex((line) => line.msg === msg && line['shard'] === shard);
      if (inOrder) {
        assert.ok(at('shard acquired', 3) > at('shard released', 0), 'a child after its parent');
        assert.ok(at('shard acquired', 4) > Math.max(at('shard released', 2), at('shard released', 3)), 'after both');
      }
      for (const shard of [0, 2, 3]) {
        const acquired = forwarder.lines.filter((line) => line.msg === 'shard acquired' && line['shard'] === shard);
        assert.equal(acquired.length, 1, `shard ${shard} was opened once`);
      }
      forwarder.kill('SIGTERM');
      assert.equal((await forwarder.exited).code, 0, forwarder.text());
    });
  });
}
