import type { LogSource } from '../model/ports.js';
import type { ShardDeps } from './shard-deps.js';

export interface ShardStart {
  readonly cursor: string;
  /** The checkpoint it came from; undefined when it had none. */
  readonly checkpoint: string | undefined;
}

/** Where a shard begins: at its checkpoint, or, only if it has none, at the position known otherwise. */
export async function resolveStart(
  { group, positions, shard }: Pick<ShardDeps, 'group' | 'positions' | 'shard'>,
  signal: AbortSignal,
): Promise<ShardStart> {
  const checkpoint = await group.getCheckpoint(shard, signal);
  return { cursor: checkpoint ?? (await positions.startOf(shard, signal)), checkpoint };
}

/** Where a shard goes on when its cursor is expired: what lies between is gone from the service, so the caller must say so. */
export function cursorAfterExpiry(
  source: LogSource,
  shard: number,
  policy: 'oldest' | 'latest',
  signal: AbortSignal,
): Promise<string> {
  return source.getCursor(shard, policy === 'oldest' ? 'begin' : 'end', signal);
}
