import { ForwarderError } from '../../errors/forwarder-error.js';
import { getCursorTime } from './get-cursor-time.js';
import { listCheckpoints, type CheckpointRow } from './get-checkpoint.js';
import type { CallLogstore } from '../service.js';
import { forceCheckpoint, updateCheckpoint } from './update-checkpoint.js';

/** A consumer group as seen by a person who looks after it, not by a consumer. */
export interface GroupAdmin {
  /** By shard. */
  checkpoints(signal: AbortSignal): Promise<readonly CheckpointRow[]>;
  /** Receive time of a position, unix seconds. Rejects with SLS_CURSOR_INVALID for what is no position of the shard. */
  timeOf(shard: number, cursor: string, signal: AbortSignal): Promise<number>;
  /** Stores a checkpoint whoever holds the shard. */
  force(shard: number, cursor: string, signal: AbortSignal): Promise<void>;
  /** Whether the consumer a row names is alive. */
  isAlive(row: CheckpointRow, signal: AbortSignal): Promise<boolean>;
}

export function groupAdmin(call: CallLogstore, group: string): GroupAdmin {
  return {
    checkpoints: (signal) => listCheckpoints(call, group, signal),
    timeOf: (shard, cursor, signal) => getCursorTime(call, shard, cursor, signal),
    force: (shard, cursor, signal) => forceCheckpoint(call, group, shard, cursor, signal),
    isAlive: (row, signal) => isAlive(call, group, row, signal),
  };
}

/**
 * There is no call that lists consumers. But an ownership-checked commit of what is stored already changes nothing, and its refusal tells
 * a consumer the service has forgotten from one that only holds other shards.
 */
async function isAlive(
  call: CallLogstore,
  group: string,
  { shard, checkpoint, consumer }: CheckpointRow,
  signal: AbortSignal,
): Promise<boolean> {
  if (checkpoint === undefined || consumer === undefined) return false;
  try {
    const outcome = await updateCheckpoint(call, group, consumer, shard, checkpoint, signal);
    return outcome === 'committed';
  } catch (thrown) {
    if (thrown instanceof ForwarderError && thrown.code === 'SLS_SHARD_GONE') return false;
    throw thrown;
  }
}
