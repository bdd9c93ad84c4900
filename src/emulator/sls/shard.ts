import { decodeCursor, encodeCursor } from './cursor-text.js';
import { hexKey, type KeyRange } from './key-range.js';
import { ReadMeter } from './read-meter.js';
import { refuse } from './service-error.js';
import type { ShardLog } from './shard-log.js';

export interface ShardFacts {
  readonly id: number;
  readonly range: KeyRange;
  /** The shards this one was split or merged from. */
  readonly parents: readonly number[];
  /** Unix milliseconds. */
  readonly createdAt: number;
}

export interface ShardCounts {
  /** Events put in since the start, preloaded ones included. */
  appended: number;
  /** Events of the generator so far: the number the next one gets. */
  generated: number;
  pulls: number;
  pulledGroups: number;
  pulledBytes: number;
  checkpoints: number;
}

/** One shard: its place in the key space, its logs, and the meaning of cursors in it. */
export class Shard {
  readonly facts: ShardFacts;
  readonly log: ShardLog;
  readonly counts: ShardCounts;
  readonly meter = new ReadMeter();
  readonly #base: bigint;
  #status: 'readwrite' | 'readonly' = 'readwrite';

  constructor(facts: ShardFacts, log: ShardLog, events: number) {
    this.facts = facts;
    this.log = log;
    this.counts = { appended: events, generated: events, pulls: 0, pulledGroups: 0, pulledBytes: 0, checkpoints: 0 };
    // Real cursors look like nanoseconds of the shard's creation. So far apart, one shard's are never good in another.
    this.#base = BigInt(Math.floor(facts.createdAt)) * 1_000_000n + BigInt(facts.id) * 10_000_000_000_000n;
  }

  get id(): number {
    return this.facts.id;
  }

  get parents(): readonly number[] {
    return this.facts.parents;
  }

  get readOnly(): boolean {
    return this.#status === 'readonly';
  }

  get empty(): boolean {
    return this.log.end === this.log.first;
  }

  close(): void {
    this.#status = 'readonly';
  }

  position(group: number): bigint {
    return this.#base + BigInt(group);
  }

  cursor(group: number): string {
    return encodeCursor(this.position(group));
  }

  /** The group a cursor stands for. @throws ServiceError InvalidCursor: garbage, expired, or beyond the end */
  group(cursor: string): number {
    const position = decodeCursor(cursor);
    if (position === undefined) throw refuse.invalidCursor(cursor);
    const group = Number(position - this.#base);
    if (group < this.log.first || group > this.log.end) throw refuse.invalidCursor(cursor);
    return group;
  }

  /** Whether a checkpoint has everything of this shard behind it. */
  isEnd(checkpoint: string): boolean {
    const position = decodeCursor(checkpoint);
    return position !== undefined && position >= this.position(this.log.end);
  }

  describe(): object {
    const { id, range, createdAt } = this.facts;
    return {
      shardID: id,
      status: this.#status,
      inclusiveBeginKey: hexKey(range.begin),
      exclusiveEndKey: hexKey(range.end),
      createTime: Math.floor(createdAt / 1000),
    };
  }
}
