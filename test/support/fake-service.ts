import { ForwarderError } from '../../src/errors/forwarder-error.js';
import { sleep, type Clock } from '../../src/flow/clock.js';
import type {
  CommitOutcome,
  ConsumerGroup,
  GroupInForce,
  GroupSettings,
  LogSource,
  PullReply,
  ShardInfo,
  StartPosition,
} from '../../src/model/ports.js';
import type { Retention } from '../../src/model/snapshot.js';

/**
 * A Log Service in memory, for models: every shard is a list of numbered log groups, a cursor is the number of the next one, and the group's
 * state machine is the plainest that is right (a consumer is gone after its timeout, a shard moves only when its owner no longer lists it).
 * A body is just `from` and `to` as two Uint32.
 */
export class FakeService {
  readonly source: LogSource;
  readonly checkpoints = new Map<number, string>();
  /** Of each pull, whether it said that it expects little. */
  readonly expectations: boolean[] = [];
  /** Questions of watches that found nothing. */
  watched = 0;
  /** Every accepted commit, in order. */
  readonly commits: { readonly consumer: string; readonly shard: number; readonly cursor: number }[] = [];
  /** Errors the next requests of an operation are answered with; they are used up in order. */
  readonly faults = new Map<Operation, Fault[]>();
  /** Pulls below this position are answered with SLS_CURSOR_INVALID. */
  readonly oldest = new Map<number, number>();
  /** The settings the group has already; undefined: it does not exist. */
  groupSettings: GroupSettings | undefined;
  #groupGone = false;
  /** The logstore is deleted: every request is answered so. */
  gone = false;
  /** When the shards were made, unix seconds; undefined: the service does not say. */
  createdAt: number | undefined = 1_700_000_000;
  /** When the service got all it has, unix seconds; undefined: just now. */
  receivedAt: number | undefined;
  retention: Retention = 7 * 86_400;
  /** A service that does not see that a closed shard is over. */
  keepsAssigning = false;
  readonly #clock: Clock;
  readonly #shards: Map<number, number>;
  /** Read-only shards. */
  readonly #closed = new Set<number>();
  /** Closed shards whose end was written as their checkpoint since: as documented, the service compares on a write only. */
  readonly #over = new Set<number>();
  readonly #parents = new Map<number, readonly number[]>();
  readonly #members = new Map<string, number>();
  readonly #owners = new Map<number, string>();
  /** Shards that wait for their owner to stop listing them. */
  readonly #moving = new Set<number>();

  /** @param shards how many log groups each shard holds. */
  constructor(clock: Clock, shards: ReadonlyMap<number, number>) {
    this.#clock = clock;
    this.#shards = new Map(shards);
    this.source = this.#makeSource();
  }

  failure(code: Exclude<Fault, 'hang'>): ForwarderError {
    return new ForwarderError(code, `injected ${code}`);
  }

  append(shard: number, groups: number): void {
    this.#shards.set(shard, (this.#shards.get(shard) ?? 0) + groups);
  }

  get shards(): readonly number[] {
    return [...this.#shards.keys()];
  }

  isClosed(shard: number): boolean {
    return this.#closed.has(shard);
  }

  parentsOf(shard: number): readonly number[] {
    return this.#parents.get(shard) ?? [];
  }

  /** The parents take no writes any more; `children` new shards take their place: one parent is a split, two are a merge. */
  reshard(parents: readonly number[], children: number): void {
    for (const parent of parents) this.#closed.add(parent);
    for (let child = this.#shards.size; children > 0; child++, children--) {
      this.#shards.set(child, 0);
      this.#parents.set(child, parents);
    }
  }

  size(shard: number): number {
    return this.#shards.get(shard) ?? 0;
  }

  ownerOf(shard: number): string | undefined {
    return this.#owners.get(shard);
  }

  /** Forgets a consumer, as the service does after its timeout. */
  forget(consumer: string): void {
    this.#members.delete(consumer);
    for (const [shard, owner] of this.#owners) {
      if (owner !== consumer) continue;
      this.#owners.delete(shard);
      this.#moving.delete(shard);
    }
  }

  /** DeleteConsumerGroup: its checkpoints and its members are forgotten. */
  deleteGroup(): void {
    this.groupSettings = undefined;
    this.#groupGone = true;
    this.checkpoints.clear();
    this.#members.clear();
    this.#owners.clear();
    this.#moving.clear();
    this.#over.clear();
  }

  /** Somebody makes the group again. */
  createGroup(settings: GroupSettings): void {
    this.groupSettings = settings;
    this.#groupGone = false;
  }

  /** The logstore is deleted, and made again with as many log groups in each shard. */
  replaceLogstore(shards: ReadonlyMap<number, number>): void {
    this.deleteGroup();
    this.#shards.clear();
    for (const [shard, groups] of shards) this.#shards.set(shard, groups);
    this.#closed.clear();
    this.#parents.clear();
    this.oldest.clear();
    if (this.createdAt !== undefined) this.createdAt += 1000;
  }

  /** @param alive asked at each request: a killed consumer's requests never come back. */
  group(consumer: string, alive: () => boolean = () => true): ConsumerGroup {
    const live = async <T>(operation: Operation, signal: AbortSignal, act: () => T): Promise<T> => {
      await this.#request(operation, signal);
      if (!alive()) return new Promise<T>(() => undefined);
      return act();
    };
    const inGroup = <T>(operation: Operation, signal: AbortSignal, act: () => T): Promise<T> =>
      live(operation, signal, () => {
        if (this.#groupGone) throw this.failure('SLS_NOT_FOUND');
        return act();
      });
    return {
      ensure: (wanted, signal) => live('ensure', signal, () => this.#ensure(wanted)),
      heartbeat: (shards, signal) => inGroup('heartbeat', signal, () => this.#heartbeat(consumer, shards)),
      getCheckpoint: (shard, signal) => inGroup('getCheckpoint', signal, () => this.checkpoints.get(shard)),
      checkpoints: (signal) => inGroup('checkpoints', signal, () => new Map(this.checkpoints)),
      restore: (shard, cursor, signal) =>
        inGroup('restore', signal, () => {
          this.checkpoints.set(shard, cursor);
        }),
      commit: (shard, cursor, signal) => inGroup('commit', signal, () => this.#commit(consumer, shard, cursor)),
    };
  }

  #ensure(wanted: GroupSettings): GroupInForce {
    const created = this.groupSettings === undefined;
    this.createGroup(this.groupSettings ?? wanted);
    return { ...wanted, ...this.groupSettings, created };
  }

  #makeSource(): LogSource {
    return {
      getCursor: async (shard: number, from: StartPosition, signal) => {
        await this.#request('getCursor', signal);
        return String(from === 'end' ? this.size(shard) : (this.oldest.get(shard) ?? 0));
      },
      pull: async (shard, cursor, count, signal, { endCursor, expectsLittle = false } = {}) => {
        this.expectations.push(expectsLittle);
        await this.#request('pull', signal);
        return this.#pull(shard, Number(cursor), count, endCursor === undefined ? undefined : Number(endCursor));
      },
      watch: async (shard, cursor, { at, onEmpty, signal }) => {
        for (let next: number | undefined = at; next !== undefined; next = onEmpty(), this.watched += 1) {
          await sleep(this.#clock, next - this.#clock.monotonic(), signal);
          const isUsual = (this.faults.get('pull') ?? []).length === 0 && this.#isCursor(shard, Number(cursor));
          if (signal.aborted || !isUsual || Number(cursor) < this.size(shard)) return;
        }
      },
      getCursorTime: async (shard, cursor, signal) => {
        await this.#request('getCursorTime', signal);
        this.#checkCursor(shard, Number(cursor));
        return this.receivedAt ?? Math.floor(this.#clock.now() / 1000);
      },
      groupsBetween: (from, to) => Number(to) - Number(from),
      retention: async (signal) => {
        await this.#request('retention', signal);
        return this.retention;
      },
      listShards: async (signal) => {
        await this.#request('listShards', signal);
        return this.shards.map((shard) => shardInfo(shard, this.#closed.has(shard), this.createdAt));
      },
    };
  }

  async #request(operation: Operation, signal: AbortSignal): Promise<void> {
    await Promise.resolve();
    const fault = this.faults.get(operation)?.shift();
    if (fault === 'hang') await sleep(this.#clock, REQUEST_TIMEOUT_MS, signal);
    if (this.gone) throw this.failure('SLS_NOT_FOUND');
    if (fault !== undefined) throw this.failure(fault === 'hang' ? 'SLS_TIMEOUT' : fault);
  }

  #isCursor(shard: number, cursor: number): boolean {
    return cursor >= (this.oldest.get(shard) ?? 0) && cursor <= this.size(shard);
  }

  #checkCursor(shard: number, cursor: number): void {
    if (!this.#isCursor(shard, cursor)) throw new ForwarderError('SLS_CURSOR_INVALID', 'the cursor is expired');
  }

  #pull(shard: number, from: number, count: number, end = Number.POSITIVE_INFINITY): PullReply {
    this.#checkCursor(shard, from);
    const to = Math.max(from, Math.min(this.size(shard), from + count, end));
    const groups = to - from;
    return {
      body: groups === 0 ? new ArrayBuffer(0) : Uint32Array.of(from, to).buffer,
      bodyLength: groups === 0 ? 0 : 8,
      encoding: 'none',
      rawSize: groups * GROUP_BYTES,
      logGroups: groups,
      nextCursor: String(to),
      cursorTime: this.receivedAt ?? Math.floor(this.#clock.now() / 1000),
    };
  }

  #heartbeat(consumer: string, listed: readonly number[]): readonly number[] {
    const now = this.#clock.monotonic();
    const timeoutMs = (this.groupSettings?.timeoutSeconds ?? 30) * 1000;
    for (const [name, seenAt] of this.#members) if (now - seenAt > timeoutMs) this.forget(name);
    const known = this.#members.has(consumer);
    if (!known && listed.length > 0) throw new ForwarderError('SLS_CONSUMER_UNKNOWN', 'unknown consumer with a list');
    this.#members.set(consumer, now);
    this.#handOver(consumer, listed);
    this.#rebalance();
    return this.shards.filter((shard) => this.#owners.get(shard) === consumer && !this.#moving.has(shard));
  }

  /** The holder has stopped listing a shard that waits for somebody else. */
  #handOver(consumer: string, listed: readonly number[]): void {
    for (const shard of this.#moving) {
      if (this.#owners.get(shard) !== consumer || listed.includes(shard)) continue;
      this.#owners.delete(shard);
      this.#moving.delete(shard);
    }
  }

  /** Free shards go to their consumer at once; those that another one holds wait for its hand-over. */
  #rebalance(): void {
    const members = [...this.#members.keys()].sort();
    const shards = this.shards.filter((shard) => this.#isAssignable(shard));
    for (const [index, shard] of shards.entries()) {
      const wanted = members[index % members.length]!;
      const owner = this.#owners.get(shard);
      if (owner === undefined) this.#owners.set(shard, wanted);
      else if (owner === wanted) this.#moving.delete(shard);
      else this.#moving.add(shard);
    }
  }

  #isAssignable(shard: number): boolean {
    const waits =
      this.groupSettings?.inOrder === true && !this.parentsOf(shard).every((parent) => this.#over.has(parent));
    return !waits && !this.#over.has(shard);
  }

  #end(shard: number): void {
    this.#over.add(shard);
    this.#owners.delete(shard);
    this.#moving.delete(shard);
  }

  #commit(consumer: string, shard: number, cursor: string): CommitOutcome {
    if (this.#owners.get(shard) !== consumer) return 'not-owner';
    this.checkpoints.set(shard, cursor);
    const atEnd = this.#closed.has(shard) && Number(cursor) === this.size(shard);
    if (atEnd && !this.keepsAssigning) this.#end(shard);
    this.commits.push({ consumer, shard, cursor: Number(cursor) });
    return 'committed';
  }
}

type Operation =
  | 'pull'
  | 'heartbeat'
  | 'commit'
  | 'getCheckpoint'
  | 'checkpoints'
  | 'restore'
  | 'getCursor'
  | 'getCursorTime'
  | 'ensure'
  | 'listShards'
  | 'retention';
export type Fault = ConstructorParameters<typeof ForwarderError>[0] | 'hang';

/** What a client waits for a hanging reply. */
const REQUEST_TIMEOUT_MS = 5000;

/** Raw bytes that one log group claims. */
const GROUP_BYTES = 100;

function shardInfo(shard: number, readOnly: boolean, createdAt: number | undefined): ShardInfo {
  return { shard, readOnly, createdAt, beginKey: '0'.repeat(32), endKey: 'f'.repeat(32) };
}
