import type { ReceiverStats } from '../../src/emulator/receiver/contract.js';
import type { Ends } from './ends.js';

/** Events. */
export interface Balance {
  readonly lost: number;
  readonly duplicates: number;
}

const LAST_EVENTS_MS = 10_000;

/** What was promised against what came: after a clean stop they must be equal for every shard. */
export async function balance(ends: Ends, consumerGroup: string): Promise<Balance> {
  const committed = await ends.committed(consumerGroup);
  const { shards, sequence } = await receivedAll(ends, committed);
  let [lost, duplicates] = [sequence.lost, 0];
  for (const [shard, promised] of committed) {
    const received = shards.find((each) => each.shard === shard)?.received ?? 0;
    lost += Math.max(0, promised - received);
    duplicates += Math.max(0, received - promised);
  }
  return { lost, duplicates };
}

/** The receiver may still be counting what its kernel had acknowledged. */
async function receivedAll(ends: Ends, committed: ReadonlyMap<number, number>): Promise<ReceiverStats> {
  const events = [...committed.values()].reduce((sum, each) => sum + each, 0);
  return ends.waitFor({ events }, LAST_EVENTS_MS).catch(() => ends.stats());
}
