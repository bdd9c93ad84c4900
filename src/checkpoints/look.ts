import { asForwarderError } from '../errors/forwarder-error.js';
import type { CheckpointRow } from '../sls/api/get-checkpoint.js';
import type { OpenLogstore } from '../sls/client.js';

/** A shard as a person wants to see it. Times are ISO 8601. */
export interface ShardView {
  readonly shard: number;
  readonly status: 'readwrite' | 'readonly' | 'gone';
  readonly checkpoint: string | null;
  /** When the service received what comes next. */
  readonly position: string | null;
  /** 0 at the end; null if unknown. */
  readonly behindSeconds: number | null;
  /** The checkpoint's position is expired. */
  readonly expired: boolean;
  readonly updated: string | null;
  readonly consumer: string | null;
}

/** @param nowMs milliseconds since the epoch */
export async function look(logstore: OpenLogstore, nowMs: number, signal: AbortSignal): Promise<readonly ShardView[]> {
  const [rows, shards] = await Promise.all([logstore.admin.checkpoints(signal), logstore.source.listShards(signal)]);
  const status = new Map(shards.map(({ shard, readOnly }) => [shard, readOnly ? 'readonly' : 'readwrite'] as const));
  return Promise.all(
    rows.map(async (row) => ({
      shard: row.shard,
      status: status.get(row.shard) ?? 'gone',
      checkpoint: row.checkpoint ?? null,
      ...(await standing(logstore, row, nowMs, signal)),
      updated: row.updatedAt === undefined ? null : iso(row.updatedAt),
      consumer: row.consumer ?? null,
    })),
  );
}

const UNKNOWN = { position: null, behindSeconds: null, expired: false };

async function standing(
  { admin, source }: OpenLogstore,
  { shard, checkpoint }: CheckpointRow,
  nowMs: number,
  signal: AbortSignal,
): Promise<Pick<ShardView, 'position' | 'behindSeconds' | 'expired'>> {
  if (checkpoint === undefined) return UNKNOWN;
  try {
    const [seconds, end] = await Promise.all([
      admin.timeOf(shard, checkpoint, signal),
      source.getCursor(shard, 'end', signal),
    ]);
    const behindSeconds = checkpoint === end ? 0 : Math.max(0, Math.round(nowMs / 1000 - seconds));
    return { position: iso(seconds), behindSeconds, expired: false };
  } catch (thrown) {
    const { code } = asForwarderError(thrown);
    if (code === 'SLS_CURSOR_INVALID') return { ...UNKNOWN, expired: true };
    if (code === 'SLS_SHARD_GONE') return UNKNOWN;
    throw thrown;
  }
}

function iso(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}
