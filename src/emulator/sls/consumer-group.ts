import type { Clock } from '../../flow/clock.js';
import { refuse } from './service-error.js';

/** What a consumer group sees of a shard. */
export interface GroupShard {
  readonly id: number;
  readonly parents: readonly number[];
  readonly readOnly: boolean;
  readonly empty: boolean;
  isEnd(checkpoint: string): boolean;
}

export interface GroupSettings {
  /** Seconds without a heartbeat after which a consumer is forgotten. */
  readonly timeout: number;
  /** A shard is given out only once the shards it came from are over. */
  readonly order: boolean;
}

/** The five states of the service's automaton: wait, not_alloc, already_alloc, transfer, over. */
type Allocation =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'free' }
  | { readonly kind: 'held'; readonly holder: string }
  | { readonly kind: 'transfer'; readonly holder: string; readonly next: string }
  | { readonly kind: 'over' };

interface ShardRecord {
  readonly shard: GroupShard;
  allocation: Allocation;
  checkpoint: string;
  /** Unix microseconds, 0 for never. */
  updateTime: number;
  /** Who held the shard last. */
  consumer: string;
}

export interface CheckpointRow {
  readonly shard: number;
  readonly checkpoint: string;
  readonly updateTime: number;
  readonly consumer: string;
}

/**
 * One consumer group: who holds which shard, and how far each shard has been read. Time-outs are looked at whenever somebody asks
 * something, which no client can tell from a timer.
 */
export class ConsumerGroup {
  readonly name: string;
  readonly #clock: Clock;
  readonly #strictShardEnd: boolean;
  readonly #records = new Map<number, ShardRecord>();
  /** Monotonic milliseconds of each live consumer's last heartbeat, in order of arrival. */
  readonly #consumers = new Map<string, number>();
  #settings: GroupSettings;

  constructor(name: string, settings: GroupSettings, clock: Clock, strictShardEnd: boolean) {
    this.name = name;
    this.#settings = settings;
    this.#clock = clock;
    this.#strictShardEnd = strictShardEnd;
  }

  get settings(): GroupSettings {
    return this.#settings;
  }

  /** Shards must be added parents first. */
  addShard(shard: GroupShard): void {
    const waits = this.#settings.order && !this.#parentsOver(shard);
    const allocation: Allocation = waits ? { kind: 'waiting' } : { kind: 'free' };
    this.#records.set(shard.id, { shard, allocation, checkpoint: '', updateTime: 0, consumer: '' });
  }

  removeShard(id: number): void {
    this.#records.delete(id);
  }

  update(change: Partial<GroupSettings>): void {
    this.#settings = { ...this.#settings, ...change };
    if (this.#settings.order) return;
    for (const record of this.#records.values())
      if (record.allocation.kind === 'waiting') record.allocation = { kind: 'free' };
  }

  /**
   * @param listed the shards the consumer holds or has not finished giving up
   * @returns the shards it shall hold
   * @throws ServiceError NotExistConsumerWithBody when an unknown consumer claims shards
   */
  heartbeat(consumer: string, listed: readonly number[]): number[] {
    this.#refresh();
    if (!this.#consumers.has(consumer) && listed.length > 0) throw refuse.unknownConsumerWithBody(consumer);
    this.#consumers.set(consumer, this.#clock.monotonic());
    this.#handOver(consumer, new Set(listed));
    this.#giveOut();
    this.#planTransfers();
    return [...this.#records.values()].filter((record) => holds(record, consumer)).map((record) => record.shard.id);
  }

  /**
   * @param force ignores who holds the shard
   * @throws ServiceError ShardNotExist, InvalidShardCheckPoint, ConsumerNotExist, ConsumerNotMatch
   */
  commit(consumer: string, shardId: number, checkpoint: string, force: boolean): void {
    this.#refresh();
    const record = this.#records.get(shardId);
    if (record === undefined) throw refuse.shardNotExist(String(shardId));
    if (!isBase64(checkpoint)) throw refuse.checkpointInvalid(checkpoint);
    if (!force && !this.#consumers.has(consumer)) throw refuse.consumerNotExist(consumer);
    if (!force && holderOf(record.allocation) !== consumer) throw refuse.consumerNotMatch(consumer);
    record.checkpoint = checkpoint;
    record.updateTime = Math.floor(this.#clock.now() * 1000);
    this.#followCheckpoint(record);
  }

  /** Known shards without a checkpoint are rows with an empty one: the SDKs wait without end for a row that is missing. */
  checkpoints(shardId?: number): CheckpointRow[] {
    this.#refresh();
    return [...this.#records.values()]
      .filter((record) => shardId === undefined || record.shard.id === shardId)
      .map(({ shard, checkpoint, updateTime, consumer }) => ({ shard: shard.id, checkpoint, updateTime, consumer }));
  }

  /** Forgets a consumer as if it had timed out. */
  evict(consumer: string): void {
    this.#consumers.delete(consumer);
    for (const record of this.#records.values()) record.allocation = without(record.allocation, consumer);
  }

  /** For the control hooks. */
  describe(): object {
    this.#refresh();
    const shards = [...this.#records.values()].map(({ shard, allocation, checkpoint, updateTime }) => ({
      shard: shard.id,
      state: allocation.kind,
      holder: holderOf(allocation) ?? null,
      next: allocation.kind === 'transfer' ? allocation.next : null,
      checkpoint,
      updateTime,
    }));
    return { name: this.name, ...this.#settings, consumers: [...this.#consumers.keys()], shards };
  }

  #refresh(): void {
    const deadline = this.#clock.monotonic() - this.#settings.timeout * 1000;
    for (const [consumer, seen] of this.#consumers) if (seen < deadline) this.evict(consumer);
    for (const record of this.#records.values()) {
      if (!this.#strictShardEnd && isDone(record)) record.allocation = { kind: 'over' };
      if (record.allocation.kind === 'waiting' && this.#parentsOver(record.shard)) record.allocation = { kind: 'free' };
    }
  }

  #parentsOver(shard: GroupShard): boolean {
    return shard.parents.every((id) => (this.#records.get(id)?.allocation.kind ?? 'over') === 'over');
  }

  /** The end of a read-only shard ends it; a checkpoint set back brings it to life again. */
  #followCheckpoint(record: ShardRecord): void {
    const { kind } = record.allocation;
    const done = record.shard.readOnly && record.shard.isEnd(record.checkpoint);
    if (done && kind !== 'waiting') record.allocation = { kind: 'over' };
    if (!done && kind === 'over') record.allocation = { kind: 'free' };
  }

  /** A shard changes hands only when its holder no longer lists it. */
  #handOver(consumer: string, listed: ReadonlySet<number>): void {
    for (const record of this.#records.values()) {
      const { allocation } = record;
      if (allocation.kind !== 'transfer' || allocation.holder !== consumer || listed.has(record.shard.id)) continue;
      hold(record, allocation.next);
    }
  }

  #giveOut(): void {
    const loads = this.#loads();
    for (const record of this.#records.values()) {
      if (record.allocation.kind !== 'free') continue;
      const idlest = extreme(loads, (load, best) => load < best);
      if (idlest === undefined) return;
      hold(record, idlest);
      loads.set(idlest, (loads.get(idlest) ?? 0) + 1);
    }
  }

  /** Plans as few moves as make the counts differ by at most one; the highest shards of the busiest consumer go first. */
  #planTransfers(): void {
    const loads = this.#loads();
    for (;;) {
      const busiest = extreme(loads, (load, best) => load > best);
      const idlest = extreme(loads, (load, best) => load < best);
      if (busiest === undefined || idlest === undefined) return;
      const [most, least] = [loads.get(busiest) ?? 0, loads.get(idlest) ?? 0];
      const record = [...this.#records.values()].findLast((candidate) => holds(candidate, busiest));
      if (most - least <= 1 || record === undefined) return;
      record.allocation = { kind: 'transfer', holder: busiest, next: idlest };
      loads.set(busiest, most - 1).set(idlest, least + 1);
    }
  }

  /** Shards each consumer holds once all planned transfers are done. */
  #loads(): Map<string, number> {
    const loads = new Map([...this.#consumers.keys()].map((consumer) => [consumer, 0]));
    for (const { allocation } of this.#records.values()) {
      const owner = allocation.kind === 'transfer' ? allocation.next : holderOf(allocation);
      if (owner !== undefined) loads.set(owner, (loads.get(owner) ?? 0) + 1);
    }
    return loads;
  }
}

function hold(record: ShardRecord, holder: string): void {
  record.allocation = { kind: 'held', holder };
  record.consumer = holder;
}

function holds(record: ShardRecord, consumer: string): boolean {
  return record.allocation.kind === 'held' && record.allocation.holder === consumer;
}

function holderOf(allocation: Allocation): string | undefined {
  return allocation.kind === 'held' || allocation.kind === 'transfer' ? allocation.holder : undefined;
}

/** What is left of an allocation when a consumer is gone. */
function without(allocation: Allocation, consumer: string): Allocation {
  if (holderOf(allocation) === consumer) return { kind: 'free' };
  if (allocation.kind === 'transfer' && allocation.next === consumer)
    return { kind: 'held', holder: allocation.holder };
  return allocation;
}

/** Nothing is left to read, so that no consumer must write the end first (the SDKs never do for an empty shard). */
function isDone({ shard, allocation, checkpoint }: ShardRecord): boolean {
  return shard.readOnly && allocation.kind !== 'waiting' && (shard.empty || shard.isEnd(checkpoint));
}

function extreme(
  loads: ReadonlyMap<string, number>,
  beats: (load: number, best: number) => boolean,
): string | undefined {
  let found: readonly [string, number] | undefined;
  for (const entry of loads) if (found === undefined || beats(entry[1], found[1])) found = entry;
  return found?.[0];
}

function isBase64(text: string): boolean {
  return text !== '' && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}
