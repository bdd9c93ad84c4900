import { ForwarderError } from '../../errors/forwarder-error.js';
import type { CommitOutcome } from '../../model/ports.js';
import type { CallLogstore } from '../service.js';

/**
 * ConsumerGroupUpdateCheckPoint with `forceSuccess=false`: the service refuses it from anybody but the owner, so a stale owner can't move a
 * checkpoint backwards.
 */
export async function updateCheckpoint(
  call: CallLogstore,
  group: string,
  consumer: string,
  shard: number,
  checkpoint: string,
  signal: AbortSignal,
): Promise<CommitOutcome> {
  const what = `commit for shard ${shard} in ${group}`;
  const query = { type: 'checkpoint', consumer, forceSuccess: 'false' };
  const json = { shard, checkpoint };
  try {
    await call({ what, method: 'POST', path: `/consumergroups/${group}`, query, json, traffic: 'control', signal });
    return 'committed';
  } catch (thrown) {
    if (thrown instanceof ForwarderError && thrown.code === 'SLS_CONSUMER_UNKNOWN') return 'not-owner';
    throw thrown;
  }
}

/** ConsumerGroupUpdateCheckPoint with `forceSuccess=true` and no consumer: accepted whoever holds the shard. For people, and for a group that has lost its checkpoints. */
export async function forceCheckpoint(
  call: CallLogstore,
  group: string,
  shard: number,
  checkpoint: string,
  signal: AbortSignal,
): Promise<void> {
  const what = `checkpoint for shard ${shard} in ${group}`;
  const query = { type: 'checkpoint', consumer: '', forceSuccess: 'true' };
  const json = { shard, checkpoint };
  await call({ what, method: 'POST', path: `/consumergroups/${group}`, query, json, traffic: 'control', signal });
}
