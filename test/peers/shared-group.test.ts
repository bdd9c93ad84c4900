import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configOf, withEnds, type Ends } from '../support/ends.js';
import { PythonConsumer } from '../support/sls-python.js';

const MINUTE = 60_000;
const SHARDS = 4;

async function holders({ emulator }: Ends): Promise<(string | null)[]> {
  const [group] = (await emulator.control('groups', { logstore: 'audit' })) as [
    { shards: { holder: string | null }[] },
  ];
  return group.shards.map(({ holder }) => holder);
}

test('the forwarder and the official Python consumer share a group: one owner a shard, checkpoints good both ways', async () => {
  await withEnds({ logstore: { shards: SHARDS, profile: 'nginx', preload: 400 } }, async (ends) => {
    const { emulator, receiver, fleet } = ends;
    const forwarder = fleet.start(configOf(ends, { pipeline: { consumer: 'forwarder' } }));
    await receiver.waitFor({ unique: 400 }, MINUTE);

    const names = { PROJECT: 'demo', LOGSTORE: 'audit', GROUP: 'siem', CONSUMER: 'python' };
    const python = new PythonConsumer(emulator.port, names);
    try {
      await python.until(() => python.shards.length === SHARDS / 2);
      assert.deepEqual((await holders(ends)).sort(), ['forwarder', 'forwarder', 'python', 'python']);
      await emulator.control('append', { logstore: 'audit', events: 40 });
      await python.until(() => python.sequences.length >= 20);
      await receiver.waitFor({ unique: 420 }, MINUTE);
      const numbers = python.sequences.map((sequence) => Number(sequence.split('-')[1]));
      assert.ok(
        numbers.every((number) => number >= 100),
        'began at the checkpoints of the forwarder',
      );

      assert.equal(await python.stop(), 0);
      await emulator.control('append', { logstore: 'audit', events: 40 });
      const { sequence } = await receiver.waitFor({ unique: 460 }, MINUTE);
      assert.equal(sequence.duplicates, 0, 'began at the checkpoints of the other');
      assert.equal(sequence.lost, 20, 'what the other had');
      assert.equal(sequence.reordered, 0);
      assert.equal(python.sequences.length, 20);
      assert.deepEqual(await holders(ends), Array(SHARDS).fill('forwarder'));
      forwarder.kill('SIGTERM');
      assert.equal((await forwarder.exited).code, 0, forwarder.text());
    } finally {
      await python.kill();
    }
  });
});
