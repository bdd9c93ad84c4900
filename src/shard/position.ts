import type { ConsumerGroup, LogSource, StartPosition } from '../model/ports.js';

export interface ShardStart {
  readonly cursor: string;
  /** The checkpoint it came from; undefined when the configured start position was used. */
  readonly checkpoint: string | undefined;
}

/** Where a shard begins: at its checkpoint, or, only if it has none, at the configured position. */
export async function resolveStart(
  source: LogSource,
  group: ConsumerGroup,
  shard: number,
  start: StartPosition,
  signal: AbortSignal,
): Promise<ShardStart> {
  const checkpoint = await group.getCheckpoint(shard, signal);
  return { cursor: checkpoint ?? (await source.getCursor(shard, start, signal)), checkpoint };
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
