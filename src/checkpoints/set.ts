import { ForwarderError } from '../errors/forwarder-error.js';
import type { OpenLogstore } from '../sls/client.js';

/** Where a shard shall go on. */
export interface Wish {
  readonly shard: number;
  readonly cursor: string;
}

/**
 * Stores checkpoints, after all of them have proved to be positions of their shards and, unless forced, nobody reads.
 * @returns one line for a person
 * @throws ForwarderError GROUP_IN_USE, SLS_CURSOR_INVALID …; then nothing was changed
 */
export async function setCheckpoints(
  { admin }: OpenLogstore,
  wishes: readonly Wish[],
  force: boolean,
  signal: AbortSignal,
): Promise<string> {
  await Promise.all(wishes.map(({ shard, cursor }) => admin.timeOf(shard, cursor, signal)));
  if (!force) await refuseWhileRead(admin, signal);
  for (const { shard, cursor } of wishes) await admin.force(shard, cursor, signal);
  return `${wishes.length} checkpoint${wishes.length === 1 ? '' : 's'} set\n`;
}

async function refuseWhileRead(admin: OpenLogstore['admin'], signal: AbortSignal): Promise<void> {
  const rows = await admin.checkpoints(signal);
  const alive = await Promise.all(rows.map((row) => admin.isAlive(row, signal)));
  const names = new Set(rows.filter((_, index) => alive[index]).map(({ consumer }) => consumer));
  if (names.size === 0) return;
  throw new ForwarderError(
    'GROUP_IN_USE',
    `nothing was changed: ${[...names].join(', ')} read${names.size === 1 ? 's' : ''} in this consumer group and would write over it; stop all consumers (they are forgotten after the group's timeout), or add --force`,
  );
}
