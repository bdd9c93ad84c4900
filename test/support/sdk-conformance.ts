import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSlsEmulator, type LogstoreOptions, type SlsEmulatorHandle } from '../../src/emulator/sls-handle.js';
import { SdkConsumer, type Command } from './sdk-consumer.js';

export type Start = (consumer: string, env?: Readonly<Record<string, string>>) => SdkConsumer;

/** Runs `body` with an emulator and ends every consumer it started. @param reach told where the emulator is */
export async function withEmulator(
  command: Command,
  logstore: Partial<LogstoreOptions>,
  body: (emulator: SlsEmulatorHandle, start: Start) => Promise<void>,
  reach?: (endpoint: string) => void,
): Promise<void> {
  const emulator = await startSlsEmulator({ project: 'demo', logstores: [{ name: 'audit', ...logstore }] });
  reach?.(emulator.endpoint);
  const consumers: SdkConsumer[] = [];
  try {
    await body(emulator, (consumer, env = {}) => {
      const names = { PROJECT: 'demo', LOGSTORE: 'audit', GROUP: 'sdk', CONSUMER: consumer };
      const started = new SdkConsumer(command, emulator.port, { ...names, ...env });
      consumers.push(started);
      return started;
    });
  } finally {
    await Promise.all(consumers.map((consumer) => consumer.kill()));
    await emulator.stop();
  }
}

const expected = (shards: number, perShard: number): string[] =>
  Array.from({ length: shards * perShard }, (_, n) => `${Math.floor(n / perShard)}-${n % perShard}`);

/** Per shard in order, and each exactly once. */
export function assertExactly(sequences: readonly string[], shards: number, perShard: number): void {
  const byShard = Array.from({ length: shards }, (_, shard) => sequences.filter((seq) => seq.startsWith(`${shard}-`)));
  assert.deepEqual(byShard.flat(), expected(shards, perShard));
}

interface Way extends Readonly<Record<string, string>> {
  readonly AUTH: 'v1' | 'v4';
  readonly COMPRESSION: 'lz4' | 'zstd';
}

const ALL_WAYS: readonly Way[] = [
  { AUTH: 'v1', COMPRESSION: 'lz4' },
  { AUTH: 'v4', COMPRESSION: 'lz4' },
  { AUTH: 'v1', COMPRESSION: 'zstd' },
  { AUTH: 'v4', COMPRESSION: 'zstd' },
];

interface Peculiarities {
  /** What it can do. */
  readonly ways?: readonly Way[];
  /** Told where the emulator is, for one that does not ask its environment. */
  readonly reach?: (endpoint: string) => void;
}

/** What a consumer of every official SDK must find in the emulator, whatever its language. */
export function consumesEverything(command: Command, peculiarities: Peculiarities = {}): void {
  consumesInAllWays(command, peculiarities);
  consumesInOrder(command, peculiarities);
}

export function consumesInAllWays(command: Command, { ways = ALL_WAYS, reach }: Peculiarities = {}): void {
  for (const way of ways) {
    test(`consumes everything in order and commits it: ${way.AUTH}, ${way.COMPRESSION}`, async () => {
      await withEmulator(
        command,
        { shards: 4, profile: 'mixed', preload: 2000 },
        async (emulator, start) => {
          const consumer = start('c 1/ä', way);
          await consumer.until(() => consumer.sequences.length >= 2000);
          assertExactly(consumer.sequences, 4, 500);
          assert.equal(await consumer.stop(), 0);
          const again = start('c-2', way);
          await emulator.control('append', { logstore: 'audit', events: 40 });
          await again.until(() => again.sequences.length >= 40);
          assertExactly([...consumer.sequences, ...again.sequences], 4, 510);
        },
        reach,
      );
    });
  }
}

function consumesInOrder(command: Command, { reach }: Peculiarities): void {
  test('in order, reads the children of a split and a merge only after their parents', async () => {
    await withEmulator(
      command,
      { shards: 2, profile: 'nginx', preload: 200 },
      async (emulator, start) => {
        await emulator.control('split', { logstore: 'audit', shard: 0 });
        await emulator.control('append', { logstore: 'audit', shard: 3, events: 50 });
        await emulator.control('merge', { logstore: 'audit', shard: 3 });
        await emulator.control('append', { logstore: 'audit', shard: 4, events: 50 });
        const consumer = start('ordered', { IN_ORDER: 'yes' });
        await consumer.until(() => consumer.sequences.length >= 300);
        const at = (sequence: string): number => consumer.sequences.indexOf(sequence);
        assert.ok(at('0-99') < at('3-0'), 'a child of the split after its parent');
        assert.ok(at('3-49') < at('4-0') && at('1-99') < at('4-0'), 'the merged one after both of its parents');
        assert.equal(new Set(consumer.sequences).size, 300);
      },
      reach,
    );
  });
}
