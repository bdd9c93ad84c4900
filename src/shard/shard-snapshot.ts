import type { InFlightWindow } from '../flow/in-flight-window.js';
import type { ShardPhase, ShardSnapshot } from '../model/snapshot.js';
import type { Committer } from './committer.js';
import type { Deliverer } from './deliverer.js';
import type { LagMeter, Position } from './lag.js';
import type { Progress } from './progress.js';
import type { Puller } from './puller.js';
import type { Troubles } from './troubles.js';

/** The parts of a shard's line that are asked. */
interface Line {
  readonly shard: number;
  readonly phase: ShardPhase;
  readonly maxStallMs: number;
  readonly puller: Puller | undefined;
  readonly committer: Committer | undefined;
  readonly window: InFlightWindow<Position>;
  readonly deliverer: Deliverer;
  readonly lag: LagMeter;
  readonly progress: Progress;
  readonly troubles: Troubles;
}

/** What a shard's line says about itself. */
export function shardSnapshot(line: Line): ShardSnapshot {
  const { shard, phase, maxStallMs, puller, committer, window, deliverer, lag, progress, troubles } = line;
  const ageMs = committer?.ageMs;
  return {
    shard,
    phase,
    caughtUp: puller?.tipAt !== undefined && window.held === 0,
    lag: lag.lag,
    leftGroups: lag.leftGroups,
    idleSeconds: progress.stalledMs / 1000,
    stalled: progress.stalledMs >= maxStallMs,
    failing: troubles.failing,
    heldBack: committer?.holdsBack === true,
    inFlightBatches: window.held,
    unprovenBatches: window.size,
    inFlightBytes: deliverer.inFlightBytes,
    checkpointAgeSeconds: ageMs === undefined ? undefined : ageMs / 1000,
  };
}
