import type { Snapshot } from '../model/snapshot.js';

/** How long a bounded run will still take, at the speed it had so far. */
export class TimeLeft {
  #groups = 0;
  #seconds = 0;

  /** What was delivered between two looks, counted by the cursors of shards that are in both. */
  note(now: Snapshot, before: Snapshot, seconds: number): void {
    const earlier = leftOf(before);
    const done = [...leftOf(now)].map(([shard, left]) => (earlier.get(shard) ?? left) - left);
    this.#groups += done.reduce((sum, groups) => sum + groups, 0);
    this.#seconds += seconds;
  }

  /** Seconds; undefined unless every shard that is read has an end, and where cursors do not tell how far it is. */
  of(now: Snapshot): number | undefined {
    const shards = now.pipelines.reduce((sum, pipeline) => sum + pipeline.shards.length, 0);
    const left = [...leftOf(now).values()];
    if (shards === 0 || left.length < shards || this.#groups === 0) return undefined;
    return (left.reduce((sum, groups) => sum + groups, 0) * this.#seconds) / this.#groups;
  }
}

/** Log groups up to the end, of shards of which that is known. */
function leftOf({ pipelines }: Snapshot): Map<string, number> {
  return new Map(
    pipelines.flatMap(({ title, shards }) =>
      shards.flatMap(({ shard, leftGroups }): [string, number][] =>
        leftGroups === undefined ? [] : [[`${title}/${shard}`, leftGroups]],
      ),
    ),
  );
}
