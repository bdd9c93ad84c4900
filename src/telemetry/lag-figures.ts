import type { PipelineSnapshot, ShardSnapshot } from '../model/snapshot.js';

/** Seconds the shard that is furthest behind is behind; undefined without shards. */
export function maxLag(shards: readonly ShardSnapshot[]): number | undefined {
  return shards.length === 0 ? undefined : Math.max(...shards.map(({ lag }) => lag.seconds));
}

/** Seconds until the service deletes what a shard has yet to deliver; undefined where the retention is unknown or without end. */
export function timeToLoss({ retention }: PipelineSnapshot, lagSeconds: number | undefined): number | undefined {
  return typeof retention !== 'number' || lagSeconds === undefined ? undefined : retention - lagSeconds;
}

/** The sum over all shards of what is known of each; undefined where nothing is. */
export function sumKnown(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}
