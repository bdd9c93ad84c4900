import type { PipelineTotals } from '../model/snapshot.js';
import { ShardStats } from '../shard/shard-stats.js';
import type { ReleaseReason } from '../shard/release-reason.js';

/** Adds up what all shards of a pipeline did, those it has and those it had. */
export class PipelineTally {
  readonly #past = new ShardStats();
  readonly #released: Record<string, number> = {};
  #acquired = 0;
  #collisions = 0;

  acquired(): void {
    this.#acquired += 1;
  }

  countCollision(): void {
    this.#collisions += 1;
  }

  countError(code: string): void {
    this.#past.countError(code);
  }

  /** A shard is given up; what it counted stays. */
  keep(stats: ShardStats, reason: ReleaseReason): void {
    this.#past.add(stats);
    this.#released[reason] = (this.#released[reason] ?? 0) + 1;
  }

  sum(live: readonly ShardStats[]): PipelineTotals {
    const all = new ShardStats();
    for (const stats of [this.#past, ...live]) all.add(stats);
    return {
      ...all.counters(),
      shardsAcquired: this.#acquired,
      consumerCollisions: this.#collisions,
      shardsReleased: { ...this.#released },
    };
  }
}
