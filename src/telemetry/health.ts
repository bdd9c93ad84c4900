import type { DestinationSnapshot, PipelineSnapshot, ShardSnapshot, Snapshot } from '../model/snapshot.js';

/** The answer of a probe; `problems` says in words why it is not fine. */
export interface Verdict {
  readonly ok: boolean;
  readonly problems: readonly string[];
  /** What is not fine either, but no fault that a restart could mend. */
  readonly notes?: readonly string[];
}

export interface HealthSettings {
  /** A shard with data but no progress for longer is stuck. */
  readonly maxStallSeconds: number;
}

const verdict = (problems: readonly string[], { log }: Snapshot): Verdict => ({
  ok: problems.length === 0,
  problems,
  ...(log.fault === undefined
    ? {}
    : { notes: [`the log can't be written: ${log.fault}; ${log.lostLines} lines are lost`] }),
});

/**
 * Is this process doing its work? Only what a restart could mend counts: a receiver that is away or takes nothing holds its shards up,
 * but killing us would only add duplicates to the outage.
 */
export function health(snapshot: Snapshot, settings: HealthSettings): Verdict {
  const blocked = new Set(snapshot.destinations.filter(isBlocked).map(({ name }) => name));
  return verdict(
    snapshot.pipelines.flatMap((pipeline) => {
      const stuck = pipeline.shards.filter((shard) => isStuck(shard, settings, blocked.has(pipeline.destination)));
      return [...lateHeartbeat(pipeline), ...stuck.map((shard) => stuckText(pipeline, shard))];
    }),
    snapshot,
  );
}

function lateHeartbeat({
  name,
  heartbeatAgeSeconds: age,
  heartbeatTimeoutSeconds: timeout,
}: PipelineSnapshot): string[] {
  if (age === undefined || age <= timeout) return [];
  return [`pipeline ${name}: no heartbeat was accepted for ${Math.round(age)} s (timeout ${timeout} s)`];
}

function stuckText({ name }: PipelineSnapshot, { shard, idleSeconds }: ShardSnapshot): string {
  return `pipeline ${name}: shard ${shard} has data but made no progress for ${Math.round(idleSeconds)} s`;
}

function isStuck(shard: ShardSnapshot, { maxStallSeconds }: HealthSettings, isReceiverBlocked: boolean): boolean {
  if (shard.idleSeconds <= maxStallSeconds || shard.phase === 'released') return false;
  if (shard.inFlightBatches > 0) return !isReceiverBlocked;
  return !shard.caughtUp;
}

/** Every connection is down, or has bytes the receiver does not take. */
function isBlocked({ connections }: DestinationSnapshot): boolean {
  return connections.every(({ phase, pendingBytes }) => phase !== 'connected' || pendingBytes > 0);
}

/** A shard further behind than this has a backlog to catch up on. */
const CATCHING_UP_SECONDS = 60;

/** Is a pipeline of this destination working off a backlog? */
export function isCatchingUp(pipelines: readonly PipelineSnapshot[], destination: string): boolean {
  const isBehind = ({ caughtUp, lag }: ShardSnapshot): boolean => !caughtUp && lag.seconds > CATCHING_UP_SECONDS;
  return pipelines.some((pipeline) => pipeline.destination === destination && pipeline.shards.some(isBehind));
}

/** Has everything that must come up come up once? */
export function readiness(snapshot: Snapshot): Verdict {
  const pipelines = snapshot.pipelines.filter(({ heartbeats }) => heartbeats === 0);
  const destinations = snapshot.destinations.filter(({ totals }) => totals.connects === 0);
  return verdict(
    [
      ...pipelines.map(
        ({ name, consumerGroup }) => `pipeline ${name}: has not joined consumer group ${consumerGroup} yet`,
      ),
      ...destinations.map(({ name }) => `destination ${name}: has not been connected yet`),
    ],
    snapshot,
  );
}
