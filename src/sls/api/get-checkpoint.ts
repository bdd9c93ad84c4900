import { protocolError } from '../errors.js';
import { isCursor, isRecord, isSmallInteger, tryJson } from './json.js';
import type { CallLogstore } from '../service.js';

/** What a consumer group remembers of a shard. */
export interface CheckpointRow {
  readonly shard: number;
  /** Undefined when none was stored yet. */
  readonly checkpoint: string | undefined;
  /** Who held the shard last, as far as the service says. */
  readonly consumer: string | undefined;
  /** Unix seconds; undefined if never. */
  readonly updatedAt: number | undefined;
}

/**
 * ConsumerGroupCheckPoint of one shard.
 *
 * @returns undefined when none was stored yet, which the service says as `""` or by leaving the shard out.
 */
export async function getCheckpoint(
  call: CallLogstore,
  group: string,
  shard: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const rows = await read(call, group, `checkpoint for shard ${shard} in ${group}`, { shard: String(shard) }, signal);
  return rows.find((row) => row.shard === shard)?.checkpoint;
}

/** ConsumerGroupCheckPoint of all shards, by shard. */
export async function listCheckpoints(
  call: CallLogstore,
  group: string,
  signal: AbortSignal,
): Promise<readonly CheckpointRow[]> {
  const rows = await read(call, group, `checkpoints of ${group}`, {}, signal);
  return [...rows].sort((a, b) => a.shard - b.shard);
}

async function read(
  call: CallLogstore,
  group: string,
  what: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly CheckpointRow[]> {
  const reply = await call({
    what,
    method: 'GET',
    path: `/consumergroups/${group}`,
    query,
    traffic: 'control',
    signal,
  });
  const json = tryJson(reply);
  if (!Array.isArray(json) || !json.every(isRecord)) throw protocolError(reply, what, 'not an array of checkpoints');
  return json.map((item) => {
    const { shard, checkpoint, consumer, updateTime } = item;
    if (checkpoint !== '' && !isCursor(checkpoint)) throw protocolError(reply, what, 'the checkpoint is not a cursor');
    if (!isSmallInteger(shard)) throw protocolError(reply, what, 'an entry names no shard');
    return {
      shard,
      checkpoint: checkpoint === '' ? undefined : checkpoint,
      consumer: typeof consumer === 'string' && consumer !== '' ? consumer : undefined,
      // Documented as seconds, sent as microseconds.
      updatedAt: typeof updateTime === 'number' && updateTime > 0 ? updateTime / 1e6 : undefined,
    };
  });
}
