import { asForwarderError } from '../errors/forwarder-error.js';
import { deadline, type Clock } from '../flow/clock.js';
import type { Log } from '../model/log.js';
import type { LogSource, ShardInfo, StartPosition } from '../model/ports.js';

/** How many shards this process holds, of how many that its group reads. */
export interface Holding {
  readonly held: number;
  readonly all: number;
}

export interface GroupShardsDeps {
  readonly source: LogSource;
  readonly clock: Clock;
  readonly log: Log;
  /** Where a bounded run ends; undefined without a bound. */
  readonly end: StartPosition | undefined;
}

const PATIENCE_MS = 10_000;

/**
 * The shards that the consumer group reads, whoever holds them: those of the list, or, without the right to list shards, those with a checkpoint. A
 * shard that was read to its end does not count: nothing of it will be sent any more.
 */
export class GroupShards {
  readonly #deps: GroupShardsDeps;
  #listed: ReadonlySet<number> | undefined;
  #closed: ReadonlySet<number> = new Set();
  /** Those somebody else stored a checkpoint for. */
  readonly #stored = new Set<number>();
  readonly #over = new Set<number>();
  /** Where shards end, once asked. It does not change. */
  readonly #ends = new Map<number, string>();
  #isKnown = false;

  constructor(deps: GroupShardsDeps) {
    this.#deps = deps;
  }

  /** To be told of every list of the shards. */
  listed(shards: readonly ShardInfo[]): void {
    this.#isKnown = true;
    this.#listed = new Set(shards.map(({ shard }) => shard));
    this.#closed = new Set(shards.filter(({ readOnly }) => readOnly).map(({ shard }) => shard));
    // A logstore that is made again has shards with the old ids.
    for (const shard of [...this.#over, ...this.#ends.keys()]) if (!this.#mayBeOver(shard)) this.#forget(shard);
  }

  /** The list can't be read: what is known of the shards stays so. */
  notListed(): void {
    this.#isKnown = true;
  }

  /** We have read this shard to its end. */
  ended(shard: number): void {
    this.#over.add(shard);
  }

  /** To be told of every checkpoint that somebody else stored. Never rejects. */
  async stored(shard: number, cursor: string): Promise<void> {
    const { source, clock, log, end = 'end' } = this.#deps;
    this.#isKnown = true;
    this.#stored.add(shard);
    if (!this.#mayBeOver(shard) || this.#over.has(shard)) return;
    const limit = deadline(clock, PATIENCE_MS);
    try {
      const last = this.#ends.get(shard) ?? (await source.getCursor(shard, end, limit.signal));
      this.#ends.set(shard, last);
      if (last === cursor && this.#mayBeOver(shard)) this.#over.add(shard);
    } catch (thrown) {
      const { code, message } = asForwarderError(thrown);
      log.debug({ code, shard }, message);
    } finally {
      limit.clear();
    }
  }

  /** @param held the shards of ours. None counts before somebody has told how many there are. */
  holding(held: readonly number[]): Holding {
    const all = [...(this.#listed ?? this.#stored)].filter((shard) => !this.#over.has(shard));
    return { held: this.#isKnown ? held.length : 0, all: new Set([...all, ...held]).size };
  }

  #mayBeOver(shard: number): boolean {
    return this.#closed.has(shard) || this.#deps.end !== undefined;
  }

  #forget(shard: number): void {
    this.#over.delete(shard);
    this.#ends.delete(shard);
  }
}

/** What part of their shards this process holds, 0 to 1, over all pipelines of a destination. */
export function partOf(holdings: readonly Holding[]): number {
  const sum = (of: (holding: Holding) => number): number => holdings.reduce((total, one) => total + of(one), 0);
  const held = sum((one) => one.held);
  return held === 0 ? 0 : held / sum((one) => one.all);
}
