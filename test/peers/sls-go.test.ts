import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { goWithSdk } from '../support/go-sdk.js';
import { assertExactly, consumesEverything, withEmulator } from '../support/sdk-conformance.js';

const missing = spawnSync('go', ['version']).status === 0 ? undefined : 'there is no go on this machine';

describe('the official Go consumer', { concurrency: 2, skip: missing }, () => {
  const command = [goWithSdk('consume')] as const;
  consumesEverything(command);

  test('goes on where one that was killed had committed', async () => {
    await withEmulator(command, { shards: 4, profile: 'nginx', preload: 400 }, async (emulator, start) => {
      const first = start('first');
      await first.until(() => first.sequences.length >= 400);
      await first.kill();
      const second = start('second');
      await emulator.control('append', { logstore: 'audit', events: 40 });
      // What the killed one had read and not yet stored comes again; nothing may be missing.
      const consumed = (): Set<string> => new Set([...first.sequences, ...second.sequences]);
      await second.until(() => consumed().size >= 440);
      assertExactly([...consumed()], 4, 110);
      assert.ok(second.sequences.length < 440, 'not from the beginning');
    });
  });
});
