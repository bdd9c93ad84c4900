import { asForwarderError, type ForwarderError } from '../errors/forwarder-error.js';
import { deadline, type Clock } from '../flow/clock.js';
import type { Log } from '../model/log.js';
import type { ConsumerGroup } from '../model/ports.js';
import { diffAssignment } from './assignment.js';
import { Heartbeat } from './heartbeat.js';
import { Lease } from '../shard/lease.js';
import type { ReleaseReason } from '../shard/release-reason.js';

/** The last heartbeat is a courtesy to our successor: it may cost a moment, not a hang. */
const LAST_HEARTBEAT_MS = 1000;

/** Shards change hands within two heartbeats; who has none after three has to wait for something else. */
const EMPTY_REPLIES = 3;

/** What the member knows of a shard's consumer. */
export interface ShardRun {
  readonly shard: number;
  readonly reason: ReleaseReason | undefined;
  /** Resolves when it will hand nothing over to the destination any more. */
  readonly handedOver: Promise<void>;
  run(): Promise<void>;
  release(reason: ReleaseReason): void;
  /** Stop waiting for what is in flight. */
  hurry(): void;
}

interface GroupTimes {
  readonly heartbeatIntervalMs: number;
  /** The group's timeout: without a heartbeat for this long our shards are given to others. */
  readonly leaseMs: number;
}

export interface GroupMemberDeps<T extends ShardRun> extends GroupTimes {
  readonly group: ConsumerGroup;
  readonly clock: Clock;
  readonly log: Log;
  /** Makes the group whole; calls `lose` when it was gone. @throws ForwarderError */
  readonly mend: (signal: AbortSignal, lose: () => void) => Promise<void>;
  readonly open: (shard: number, lease: Lease) => T;
  readonly onReleased: (run: T, reason: ReleaseReason) => void;
  /** A shard can't go on although nobody asked it to stop. */
  readonly onFailed: (error: ForwarderError) => void;
  readonly onHeartbeatError: (code: string) => void;
  /** After every accepted heartbeat, once its changes are made. */
  readonly onHeartbeat: () => void;
}

/**
 * One consumer in a consumer group: turns heartbeat replies into shard consumers that start and stop. A shard stays in the list we send until its
 * last commit is done, whatever the reply said, because listing it is what keeps the service from handing it on.
 */
export class GroupMember<T extends ShardRun> {
  readonly heartbeat: Heartbeat;
  readonly #deps: GroupMemberDeps<T>;
  readonly #lease: Lease;
  readonly #runs = new Map<number, { readonly run: T; readonly done: Promise<void> }>();
  /** Shards read to their end that the service still assigns to us; opened again only after it has taken them away once. */
  readonly #over = new Set<number>();
  readonly #ended = new AbortController();
  #beating: Promise<void> = Promise.resolve();
  #stopping = false;
  #emptyReplies = 0;

  constructor(deps: GroupMemberDeps<T>) {
    this.#deps = deps;
    this.#lease = new Lease(deps.clock, deps.leaseMs);
    this.heartbeat = new Heartbeat({
      group: deps.group,
      lease: this.#lease,
      clock: deps.clock,
      log: deps.log,
      intervalMs: intervalFor(deps),
      listed: () => this.#listed(),
      mend: deps.mend,
      onAssigned: (shards) => this.#assigned(shards),
      onLost: () => this.#lost(),
      onError: deps.onHeartbeatError,
    });
  }

  get runs(): readonly T[] {
    return [...this.#runs.values()].map(({ run }) => run);
  }

  /** Joins the group: heartbeats, and shards as they are assigned. */
  start(): void {
    this.#beating = this.heartbeat.run(this.#ended.signal);
  }

  /**
   * Gives every shard back and leaves. The order is the point: heartbeats go on until the last commit is done, and one more, without the
   * released shards, tells the service that it may hand on what somebody else is waiting for.
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#releaseAll('shutdown');
    await Promise.all([...this.#runs.values()].map(({ done }) => done));
    this.#ended.abort();
    await this.#beating;
    const last = deadline(this.#deps.clock, LAST_HEARTBEAT_MS);
    await this.heartbeat.beat(last.signal);
    // The group is gone: the next makes it again, with our positions.
    if (this.heartbeat.isInDoubt) await this.heartbeat.beat(last.signal);
    last.clear();
  }

  /** After {@link stop} was called: resolves when nothing will be handed over to the destination any more. */
  async handedOver(): Promise<void> {
    await Promise.all(this.runs.map((run) => run.handedOver));
  }

  /** The group has another timeout. */
  setLease(leaseMs: number): void {
    this.#lease.lastFor(leaseMs);
    this.heartbeat.setInterval(intervalFor({ ...this.#deps, leaseMs }));
  }

  /** What is in flight is abandoned; what is settled is still committed. */
  hurry(): void {
    for (const { run } of this.#runs.values()) run.hurry();
  }

  /** Gives a shard up that may never come to its end by itself: nobody waits for it, and it is not listed any more. */
  abandon(run: T): void {
    if (this.#runs.get(run.shard)?.run !== run) return;
    run.release('stalled');
    this.#runs.delete(run.shard);
    this.#deps.onReleased(run, 'stalled');
    this.heartbeat.poke();
  }

  /** A shard whose lease is lost is no longer ours to list: that would claim what may be somebody else's. */
  #listed(): readonly number[] {
    return this.runs.filter((run) => run.reason !== 'leaseLost').map((run) => run.shard);
  }

  #assigned(shards: readonly number[]): void {
    if (this.#stopping) return;
    for (const shard of this.#over) if (!shards.includes(shard)) this.#over.delete(shard);
    const wanted = shards.filter((shard) => !this.#over.has(shard));
    const { acquire, release } = diffAssignment(new Set(this.#runs.keys()), wanted);
    for (const shard of release) this.#runs.get(shard)?.run.release('unassigned');
    for (const shard of acquire) this.#open(shard);
    if (acquire.length + release.length > 0) this.#deps.log.info({ acquire, release, shards }, 'assignment changed');
    this.#emptyReplies = shards.length > 0 ? 0 : this.#emptyReplies + 1;
    if (this.#emptyReplies === EMPTY_REPLIES) this.#sayEmpty();
    this.#deps.onHeartbeat();
  }

  /** Said once: else a process that waits looks like one with a wrong config. */
  #sayEmpty(): void {
    const { log, leaseMs } = this.#deps;
    const why = `others of the group have them all, or one that ended still counts, for up to ${leaseMs / 1000} s`;
    log.info({}, `no shard for this consumer yet: ${why}`);
  }

  #open(shard: number): void {
    const run = this.#deps.open(shard, this.#lease);
    this.#runs.set(shard, { run, done: this.#follow(run) });
  }

  async #follow(run: T): Promise<void> {
    try {
      await run.run();
    } catch (thrown) {
      if (run.reason !== 'stalled') this.#deps.onFailed(asForwarderError(thrown));
    }
    if (this.#runs.get(run.shard)?.run !== run) return;
    this.#runs.delete(run.shard);
    const reason = run.reason ?? 'shutdown';
    if (reason === 'shardEnd') this.#over.add(run.shard);
    this.#deps.onReleased(run, reason);
    if (reason === 'unassigned' || reason === 'shardEnd') this.heartbeat.poke();
  }

  #lost(): void {
    this.#over.clear();
    this.#releaseAll('leaseLost');
  }

  #releaseAll(reason: ReleaseReason): void {
    for (const { run } of this.#runs.values()) run.release(reason);
  }
}

/** Three tries fit into the lease even when the group's own timeout is shorter than the config expects. */
function intervalFor({ heartbeatIntervalMs, leaseMs }: GroupTimes): number {
  return Math.min(heartbeatIntervalMs, leaseMs / 3);
}
