import type { InFlightWindow } from '../flow/in-flight-window.js';
import type { Route } from '../model/ports.js';
import { Committer } from './committer.js';
import type { Position } from './lag.js';
import type { ShardStart } from './position.js';
import type { Progress } from './progress.js';
import type { ShardDeps } from './shard-deps.js';
import type { ShardStats } from './shard-stats.js';
import type { Troubles } from './troubles.js';
import { WatermarkWatch } from './watermark-watch.js';

/** When the checkpoint has not moved for so many intervals, the debug log says why. */
const QUIET_INTERVALS = 6;

const HELD_BACK =
  'the checkpoint can not be stored, so this shard is not read any further until it can: a crash would send too much twice (checkpoint.maxAge)';

interface Line {
  readonly deps: ShardDeps;
  readonly start: ShardStart;
  readonly stats: ShardStats;
  readonly troubles: Troubles;
  readonly progress: Progress;
  readonly window: InFlightWindow<Position>;
  readonly route: Route;
  readonly mayCommit: () => boolean;
  /** The shard belongs to another consumer. */
  readonly onNotOwner: () => void;
}

/** The committer of one shard's line, and what becomes of its news. */
export function committerOf(line: Line): Committer {
  const { deps, start, stats, troubles, progress, mayCommit } = line;
  const { shard, group, clock, settings, log, positions } = deps;
  const watermark = (): string => line.window.watermark?.cursor ?? start.cursor;
  const watch = new WatermarkWatch({
    ...{ shard, clock, log, watermark, route: line.route, waitsForRoom: () => progress.waitsForRoom },
    quietMs: QUIET_INTERVALS * settings.checkpointIntervalMs,
    stored: () => committer.stored,
    open: () => line.window.first?.cursor,
    failing: () => troubles.failing,
  });
  const committer = new Committer(
    {
      ...{ shard, group, clock, mayCommit },
      intervalMs: settings.checkpointIntervalMs,
      maxAgeMs: settings.checkpointMaxAgeMs,
      retryMs: settings.retry.initialMs,
      refreshMs: settings.checkpointRefreshMs,
      note: (cursor) => positions.note(shard, cursor),
      mayRefresh: () => !deps.endIsTold(),
      watermark,
      onTurn: () => watch.look(),
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
