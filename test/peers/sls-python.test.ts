import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SlsEmulatorHandle } from '../../src/emulator/sls-handle.js';
import { assertExactly, consumesEverything, withEmulator } from '../support/sdk-conformance.js';
import { pythonCommand } from '../support/sls-python.js';

async function holders(emulator: SlsEmulatorHandle): Promise<Record<number, string | null>> {
  const [group] = (await emulator.control('groups', { logstore: 'audit' })) as [
    { shards: { shard: number; holder: string | null }[] },
  ];
  return Object.fromEntries(group.shards.map(({ shard, holder }) => [shard, holder]));
}

describe('the official Python consumer', { concurrency: 2 }, () => {
  const command = pythonCommand();
  consumesEverything(command);

  test('two share the shards, and one takes over when the other is killed', async () => {
    await withEmulator(command, { shards: 4, profile: 'nginx', preload: 400 }, async (emulator, start) => {
      const first = start('first');
      await first.until(() => first.sequences.length >= 400);
      const second = start('second');
      await second.until(() => second.shards.length === 2);
      assert.deepEqual(first.shards, [0, 1], 'given up before the other began');
      assert.deepEqual(second.shards, [2, 3]);
      await emulator.control('append', { logstore: 'audit', events: 40 });
      await first.until(() => first.sequences.length >= 420);
      await second.until(() => second.sequences.length >= 20);
      await first.kill();
      await emulator.control('append', { logstore: 'audit', events: 40 });
      // What the killed one had read and not yet stored comes again; nothing may be missing.
      const consumed = (): Set<string> => new Set([...first.sequences, ...second.sequences]);
      await second.until(() => second.shards.length === 4 && consumed().size >= 480);
      assertExactly([...consumed()], 4, 120);
      assert.deepEqual(await holders(emulator), { 0: 'second', 1: 'second', 2: 'second', 3: 'second' });
    });
  });
});
