/** What a heartbeat reply means for us. Shards still draining are neither acquired again nor released twice. */
export interface AssignmentChange {
  readonly acquire: readonly number[];
  readonly release: readonly number[];
}

/**
 * @param held every shard with a consumer of ours, reading or draining
 * @param assigned the reply of the service
 */
export function diffAssignment(held: ReadonlySet<number>, assigned: readonly number[]): AssignmentChange {
  const wanted = new Set(assigned);
  return {
    acquire: [...wanted].filter((shard) => !held.has(shard)),
    release: [...held].filter((shard) => !wanted.has(shard)),
  };
}
