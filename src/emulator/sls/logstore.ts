import type { Clock } from '../../flow/clock.js';
import { ConsumerGroup, type GroupSettings } from './consumer-group.js';
import { Preload, ShardGenerator } from './generator.js';
import { contains, divide, type KeyRange, WHOLE_RANGE } from './key-range.js';
import { asListElement, encodeTags, LogGroupWriter } from './log-group-writer.js';
import { MAX_SHARDS, type LogstoreSettings } from './options.js';
import { LOGS_PER_GROUP } from './profiles/index.js';
import { refuse } from './service-error.js';
import { ShardLog } from './shard-log.js';
import { Shard } from './shard.js';

/** Preloaded logs were received over this time before the start. */
const PRELOAD_SPAN_MS = 3_600_000;
/** Quota of the service (CreateConsumerGroup API page). */
export const MAX_GROUPS = 30;

export interface LogstoreRules {
  readonly retainBytes: number;
  readonly strictShardEnd: boolean;
}

/** One logstore: its shards, the consumer groups that read them, and what writes into it. */
export class Logstore {
  readonly settings: LogstoreSettings;
  readonly #clock: Clock;
  readonly #rules: LogstoreRules;
  readonly #shards = new Map<number, Shard>();
  readonly #groups = new Map<string, ConsumerGroup>();
  #nextShard = 0;
  #turn = 0;

  constructor(settings: LogstoreSettings, clock: Clock, rules: LogstoreRules) {
    this.settings = settings;
    this.#clock = clock;
    this.#rules = rules;
    divide(WHOLE_RANGE, settings.shards).forEach((range, index) => {
      const events = Math.floor((settings.preload * (index + 1)) / settings.shards);
      this.#addShard(range, [], events - Math.floor((settings.preload * index) / settings.shards));
    });
  }

  get shards(): readonly Shard[] {
    return [...this.#shards.values()];
  }

  get groups(): readonly ConsumerGroup[] {
    return [...this.#groups.values()];
  }

  shard(id: number): Shard {
    const shard = this.#shards.get(id);
    if (shard === undefined) throw refuse.shardNotExist(String(id));
    return shard;
  }

  group(name: string): ConsumerGroup {
    const group = this.#groups.get(name);
    if (group === undefined) throw refuse.groupNotExist(name);
    return group;
  }

  createGroup(name: string, settings: GroupSettings): void {
    if (this.#groups.has(name)) throw refuse.groupExists(name);
    if (this.#groups.size >= MAX_GROUPS)
      throw refuse.quotaExceeded(`a logstore has at most ${MAX_GROUPS} consumer groups`);
    const group = new ConsumerGroup(name, settings, this.#clock, this.#rules.strictShardEnd);
    for (const shard of this.#shards.values()) group.addShard(shard);
    this.#groups.set(name, group);
  }

  deleteGroup(name: string): void {
    if (!this.#groups.delete(name)) throw refuse.groupNotExist(name);
  }

  /** @returns the shard, now read-only, and the ones that take its place */
  split(id: number, at: bigint | undefined, parts: number): Shard[] {
    const old = this.#writable(id);
    if (this.#shards.size + parts > MAX_SHARDS)
      throw refuse.quotaExceeded(`a logstore has at most ${MAX_SHARDS} shards`);
    const { range } = old.facts;
    if (at !== undefined && (at <= range.begin || at >= range.end))
      throw refuse.parameterInvalid('the split key is not inside the shard');
    const ranges =
      at === undefined
        ? divide(range, parts)
        : [
            { begin: range.begin, end: at },
            { begin: at, end: range.end },
          ];
    old.close();
    return [old, ...ranges.map((part) => this.#addShard(part, [id], 0))];
  }

  /** Merges a shard with its right neighbour. @returns the new one and the two, now read-only */
  merge(id: number): Shard[] {
    const left = this.#writable(id);
    const right = this.shards.find((shard) => !shard.readOnly && shard.facts.range.begin === left.facts.range.end);
    if (right === undefined) throw refuse.parameterInvalid(`shard ${id} has no right neighbour to merge with`);
    left.close();
    right.close();
    const range = { begin: left.facts.range.begin, end: right.facts.range.end };
    return [this.#addShard(range, [left.id, right.id], 0), left, right];
  }

  /** Forgets the oldest groups of a shard; a read-only shard that has none left is gone. */
  expire(id: number, groups: number): void {
    const shard = this.shard(id);
    shard.log.expire(groups);
    if (!shard.readOnly || !shard.empty) return;
    this.#shards.delete(id);
    for (const group of this.#groups.values()) group.removeShard(id);
  }

  /** Takes one encoded LogGroup, into the shard of a hash key or into the next one in turn. */
  put(group: Uint8Array, logs: number, key: bigint | undefined, clientAddress: string): void {
    const open = this.#open();
    const shard =
      key === undefined
        ? open[this.#turn++ % open.length]
        : open.find((candidate) => contains(candidate.facts.range, key));
    if (shard === undefined) throw refuse.parameterInvalid(`logstore ${this.settings.name} takes no writes`);
    const now = this.#clock.now();
    const tagged = this.settings.appendMeta
      ? Buffer.concat([
          group,
          encodeTags([
            ['__client_ip__', clientAddress],
            ['__receive_time__', String(Math.floor(now / 1000))],
          ]),
        ])
      : group;
    shard.log.append(asListElement(tagged), now);
    shard.counts.appended += logs;
  }

  /** Generates events and appends them, to one shard or evenly to all that take writes. */
  append(events: number, id?: number): void {
    const targets = id === undefined ? this.#open() : [this.#writable(id)];
    if (targets.length === 0) throw refuse.parameterInvalid(`logstore ${this.settings.name} takes no writes`);
    const share = Math.floor(events / targets.length);
    const extra = events % targets.length;
    const turn = this.#turn;
    this.#turn += extra;
    targets.forEach((shard, index) => {
      const place = (index - turn) % targets.length;
      this.#generate(shard, share + ((place + targets.length) % targets.length < extra ? 1 : 0));
    });
  }

  #generate(shard: Shard, events: number): void {
    const generator = new ShardGenerator(this.settings, shard.id);
    const now = this.#clock.now();
    for (let left = events; left > 0; left -= LOGS_PER_GROUP) {
      const writer = new LogGroupWriter();
      const logs = Math.min(left, LOGS_PER_GROUP);
      generator.write(writer, shard.counts.generated, logs, now, true);
      shard.log.append(writer.out.view(), now);
      shard.counts.generated += logs;
      shard.counts.appended += logs;
    }
  }

  #open(): Shard[] {
    return this.shards.filter((shard) => !shard.readOnly && !shard.log.endless);
  }

  #writable(id: number): Shard {
    const shard = this.shard(id);
    if (shard.readOnly || shard.log.endless) throw refuse.parameterInvalid(`shard ${id} is not readwrite`);
    return shard;
  }

  #addShard(range: KeyRange, parents: readonly number[], events: number): Shard {
    const id = this.#nextShard++;
    const now = this.#clock.now();
    const { profile, repeat } = this.settings;
    const generator = new ShardGenerator(this.settings, id);
    const preload =
      events > 0 ? new Preload(generator, profile, events, now - PRELOAD_SPAN_MS, PRELOAD_SPAN_MS) : undefined;
    const log = new ShardLog(preload, repeat, this.#rules.retainBytes);
    const shard = new Shard({ id, range, parents, createdAt: now }, log, events);
    this.#shards.set(id, shard);
    for (const group of this.#groups.values()) group.addShard(shard);
    return shard;
  }
}
