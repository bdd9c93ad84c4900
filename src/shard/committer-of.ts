import { Committer } from './committer.js';
import type { ShardStart } from './position.js';
import type { Progress } from './progress.js';
import type { ShardDeps } from './shard-deps.js';
import type { ShardStats } from './shard-stats.js';
import type { Troubles } from './troubles.js';

const HELD_BACK =
  'the checkpoint can not be stored, so this shard is not read any further until it can: a crash would send too much twice (checkpoint.maxAge)';

interface Line {
  readonly deps: ShardDeps;
  readonly start: ShardStart;
  readonly stats: ShardStats;
  readonly troubles: Troubles;
  readonly progress: Progress;
  /** Undefined until the first batch is settled. */
  readonly watermark: () => string | undefined;
  readonly mayCommit: () => boolean;
  /** The shard belongs to another consumer. */
  readonly onNotOwner: () => void;
}

/** The committer of one shard's line, and what becomes of its news. */
export function committerOf(line: Line): Committer {
  const { deps, start, stats, troubles, progress, mayCommit } = line;
  const { shard, group, clock, settings, log, positions } = deps;
  const committer = new Committer(
    {
      ...{ shard, group, clock, mayCommit },
      intervalMs: settings.checkpointIntervalMs,
      maxAgeMs: settings.checkpointMaxAgeMs,
      retryMs: settings.retry.initialMs,
      refreshMs: settings.checkpointRefreshMs,
      note: (cursor) => positions.note(shard, cursor),
      mayRefresh: () => !deps.endIsTold(),
      watermark: () => line.watermark() ?? start.cursor,
      onCommitted: (tookMs) => {
        troubles.succeeded('commit');
        stats.committed(tookMs);
      },
      onHeldBack: () => log.warn({ shard }, HELD_BACK),
      onNotOwner: () => {
        log.warn({ shard }, "the shard is not this consumer's any more; its checkpoint was left alone");
        line.onNotOwner();
      },
      onError: (error) => {
        troubles.failed('commit', error, settings.checkpointIntervalMs);
        // Then it explains why nothing moves.
        if (committer.holdsBack) progress.reported();
      },
    },
    start.checkpoint,
  );
  return committer;
}
