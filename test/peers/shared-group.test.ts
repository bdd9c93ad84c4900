import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { configOf, withEnds, type Ends } from '../support/emulator-ends.js';
import { goWithSdk } from '../support/go-sdk.js';
import { SdkConsumer, type Command } from '../support/sdk-consumer.js';
import { pythonCommand } from '../support/sls-python.js';

const MINUTE = 60_000;
const SHARDS = 4;
const NAMES = { PROJECT: 'demo', LOGSTORE: 'audit', GROUP: 'siem', CONSUMER: 'other' };
const LOGSTORE = { shards: SHARDS, profile: 'nginx', preload: 400 } as const;

type Signature = 'v1' | 'v4';

async function holders({ emulator }: Ends): Promise<(string | null)[]> {
  const [group] = (await emulator.control('groups', { logstore: 'audit' })) as [
    { shards: { holder: string | null }[] },
  ];
  return group.shards.map(({ holder }) => holder);
}

/** Asked, because an official consumer need not tell that it has begun a shard without data. */
async function untilHeld(ends: Ends, wanted: readonly string[]): Promise<void> {
  while ((await holders(ends)).sort().join() !== wanted.join()) await pause(50);
}

const append = ({ emulator }: Ends, events: number): Promise<unknown> =>
  emulator.control('append', { logstore: 'audit', events });

const signed = (ends: Ends, signature: Signature): object =>
  configOf(ends, { source: { signature, region: 'cn-hangzhou' }, pipeline: { consumer: 'forwarder' } });

/** Numbers within each shard: what one of both has got of it must lie at or behind what the other committed. */
function assertFrom(least: number, sequences: readonly string[]): void {
  const before = sequences.filter((sequence) => Number(sequence.split('-')[1]) < least);
  assert.deepEqual(before, [], 'began at the checkpoints of the other');
}

interface Official {
  readonly name: string;
  /** Undefined: it can't be had on this machine. */
  readonly command: (() => Command) | undefined;
}

const PYTHON: Official = { name: 'Python', command: pythonCommand };
const hasGo = spawnSync('go', ['version']).status === 0;
const GO: Official = { name: 'Go', command: hasGo ? () => [goWithSdk('consume')] : undefined };

/** Runs `body` with the official consumer in the forwarder's group; ends it, whatever happens. */
async function withOther(
  { command }: Official,
  ends: Ends,
  signature: Signature,
  body: (other: SdkConsumer) => Promise<void>,
): Promise<void> {
  assert.ok(command);
  const other = new SdkConsumer(command(), ends.emulator.port, { ...NAMES, AUTH: signature });
  try {
    await body(other);
  } finally {
    await other.kill();
  }
}

for (const [official, signature] of [
  [PYTHON, 'v1'],
  [PYTHON, 'v4'],
  [GO, 'v1'],
] as const) {
  const skip = official.command === undefined ? `there is no ${official.name} on this machine` : undefined;
  describe(
    `the forwarder and the official ${official.name} consumer share a group, signature ${signature}`,
    { skip },
    () => {
      test('one owner a shard; it reads on from the checkpoints of the forwarder, and the forwarder from its', async () => {
        await withEnds({ logstore: LOGSTORE }, async (ends) => {
          const { receiver, fleet } = ends;
          const forwarder = fleet.start(signed(ends, signature));
          await receiver.waitFor({ unique: 400 }, MINUTE);
          await withOther(official, ends, signature, async (other) => {
            await untilHeld(ends, ['forwarder', 'forwarder', 'other', 'other']);
            await append(ends, 40);
            await other.until(() => other.sequences.length >= 20);
            await receiver.waitFor({ unique: 420 }, MINUTE);
            assertFrom(100, other.sequences);

            assert.equal(await other.stop(), 0);
            await append(ends, 40);
            const { sequence } = await receiver.waitFor({ unique: 460 }, MINUTE);
            assert.deepEqual(
              { duplicates: sequence.duplicates, lost: sequence.lost, reordered: sequence.reordered },
              { duplicates: 0, lost: 20, reordered: 0 },
              'the 20 that the other had, and no other, are missing here',
            );
            assert.equal(other.sequences.length, 20);
            assert.deepEqual(await holders(ends), Array(SHARDS).fill('forwarder'));
          });
          forwarder.kill('SIGTERM');
          assert.equal((await forwarder.exited).code, 0, forwarder.text());
        });
      });

      test('the forwarder reads on where the other, which was there first, has stopped for good', async () => {
        await withEnds({ logstore: LOGSTORE }, async (ends) => {
          await withOther(official, ends, signature, async (other) => {
            await other.until(() => other.sequences.length >= 400);
            assert.equal(await other.stop(), 0);
          });
          await append(ends, 40);
          const forwarder = ends.fleet.start(signed(ends, signature));
          const { sequence, shards } = await ends.receiver.waitFor({ unique: 40 }, MINUTE);
          assert.deepEqual(sequence, { received: 40, unique: 40, lost: 0, duplicates: 0, reordered: 0 });
          assert.deepEqual(shards.map(({ first }) => first).sort(), Array(SHARDS).fill(100));
          forwarder.kill('SIGTERM');
          assert.equal((await forwarder.exited).code, 0, forwarder.text());
        });
      });
    },
  );
}

test('while events flow, the official Python consumer comes and goes: between the two every event exactly once', async () => {
  await withEnds({ logstore: { ...LOGSTORE, ratePerSecond: 200 } }, async (ends) => {
    const { emulator, receiver, fleet } = ends;
    const forwarder = fleet.start(signed(ends, 'v1'));
    await receiver.waitFor({ unique: 400 }, MINUTE);
    await withOther(PYTHON, ends, 'v1', async (other) => {
      await other.until(() => other.sequences.length >= 200);
      assert.equal(await other.stop(), 0);
      const { sequence } = await receiver.stats();
      await receiver.waitFor({ unique: sequence.unique + 400 }, MINUTE);
      await emulator.control('rate', { logstore: 'audit', ratePerSecond: 0 });
      const appended = await appendedEvents(ends);
      const last = await receiver.waitFor({ unique: appended - other.sequences.length }, MINUTE);
      assert.equal(new Set(other.sequences).size, other.sequences.length, 'none twice at the other');
      assert.equal(last.sequence.duplicates, 0, 'none twice at the forwarder');
      assert.equal(last.sequence.unique + other.sequences.length, appended, 'none at both, and none at neither');
      assert.equal(last.sequence.lost, other.sequences.length, 'what is missing here is what the other has');
    });
    forwarder.kill('SIGTERM');
    assert.equal((await forwarder.exited).code, 0, forwarder.text());
  });
});

async function appendedEvents({ emulator }: Ends): Promise<number> {
  const { logstores } = (await emulator.control('stats')) as {
    logstores: Record<string, { shards: Record<string, { appended: number }> }>;
  };
  return Object.values(logstores['audit']?.shards ?? {}).reduce((sum, { appended }) => sum + appended, 0);
}
