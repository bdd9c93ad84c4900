import type { ForwarderError } from '../errors/forwarder-error.js';
import type { BudgetShare } from '../flow/byte-budget.js';
import type { Clock } from '../flow/clock.js';
import { ErrorReporter } from '../flow/error-reporter.js';
import type { Log } from '../model/log.js';
import type { ConsumerGroup, DeadLetters, Destination, Formatter, GroupSettings, LogSource } from '../model/ports.js';
import type { PipelineSnapshot } from '../model/snapshot.js';
import { untilDone } from '../flow/retry.js';
import { EventTeller } from '../shard/event-teller.js';
import { ShardConsumer } from '../shard/shard-consumer.js';
import type { ShardSettings } from '../shard/shard-settings.js';
import { CheckpointWatch } from './checkpoint-watch.js';
import { Completion } from './completion.js';
import { GroupKeeper } from './group-keeper.js';
import { GroupMember } from './group-member.js';
import { GroupShards, type Holding } from './group-shards.js';
import type { Lease } from '../shard/lease.js';
import { PipelineTally } from './pipeline-totals.js';
import { Positions } from './positions.js';
import { LagWatch } from './lag-watch.js';
import { ProgressWatch } from './progress-watch.js';
import { RetentionWatch } from './retention-watch.js';
import { sayStart } from './say-start.js';
import { ShardWatch } from './shard-watch.js';

export interface PipelineSettings {
  readonly name: string;
  /** The name, with the logstore where the pipeline reads several: for messages. */
  readonly title: string;
  /** Name of the Log Service it reads from. */
  readonly source: string;
  readonly project: string;
  readonly logstore: string;
  readonly consumerGroup: string;
  readonly consumer: string;
  readonly destination: string;
  readonly heartbeatIntervalMs: number;
  /** How often the list of shards is read. */
  readonly shardCheckMs: number;
  readonly group: GroupSettings;
  readonly shard: ShardSettings;
}

export interface PipelineDeps {
  readonly settings: PipelineSettings;
  readonly source: LogSource;
  readonly group: ConsumerGroup;
  readonly formatter: Formatter;
  readonly destination: Destination;
  readonly budget: BudgetShare;
  /** Undefined: off. */
  readonly deadLetters: DeadLetters | undefined;
  /** Of an earlier pipeline that read the same: its counters go on. */
  readonly totals?: PipelineTally;
  readonly clock: Clock;
  readonly log: Log;
  /**
   * The pipeline can't start until an operator acts: wrong credentials, no such project or logstore … Asked at every try.
   * @returns whether the program ends, which then says why.
   */
  readonly onStartFailed: (error: ForwarderError) => boolean;
  /** The pipeline can't go on although nobody asked it to stop. */
  readonly onFailed: (error: ForwarderError) => void;
}

/** One logstore read by one consumer group into one destination. */
export class Pipeline {
  readonly #deps: PipelineDeps;
  readonly #totals: PipelineTally;
  readonly #startErrors: ErrorReporter;
  readonly #events: EventTeller;
  readonly #watch: ShardWatch;
  readonly #positions: Positions;
  readonly #shards: GroupShards;
  readonly #keeper: GroupKeeper;
  readonly #checkpoints: CheckpointWatch;
  readonly #progress: ProgressWatch<ShardConsumer>;
  readonly #lags: LagWatch;
  readonly #retention: RetentionWatch;
  #member: GroupMember<ShardConsumer> | undefined;
  #completion: Completion | undefined;
  #markFinished: () => void = () => undefined;
  /** Resolves when a bounded run has read and committed everything up to its end; never without one. */
  readonly finished: Promise<void>;
  #timeoutSeconds: number;

  constructor(deps: PipelineDeps) {
    this.#deps = deps;
    this.#totals = deps.totals ?? new PipelineTally();
    this.#timeoutSeconds = deps.settings.group.timeoutSeconds;
    this.#startErrors = new ErrorReporter(deps.clock, deps.log);
    this.#events = new EventTeller(deps.clock, deps.log);
    this.finished = new Promise((resolve) => (this.#markFinished = resolve));
    this.#shards = new GroupShards({ ...deps, end: deps.settings.shard.end });
    this.#watch = new ShardWatch({
      source: deps.source,
      clock: deps.clock,
      log: deps.log,
      intervalMs: deps.settings.shardCheckMs,
      onListed: (shards) => {
        this.#positions.listed(shards);
        this.#shards.listed(shards);
      },
      onClosed: (shard) => this.#close(shard),
      onError: (code) => {
        this.#totals.countError(code);
        this.#shards.notListed();
      },
    });
    this.#positions = new Positions({
      ...deps,
      listShards: (signal) => this.#watch.list(signal),
      start: deps.settings.shard.start,
    });
    this.#keeper = new GroupKeeper({
      ...deps,
      wanted: deps.settings.group,
      positions: this.#positions,
      onInForce: ({ timeoutSeconds }) => this.#setTimeout(timeoutSeconds),
    });
    this.#checkpoints = new CheckpointWatch({
      group: deps.group,
      consumer: deps.settings.consumer,
      clock: deps.clock,
      log: deps.log,
      held: () => this.#member?.runs ?? [],
      onStored: (shard, cursor) => {
        this.#positions.note(shard, cursor);
        void this.#shards.stored(shard, cursor);
      },
      onCollision: () => this.#totals.countCollision(),
    });
    this.#progress = new ProgressWatch({
      clock: deps.clock,
      log: deps.log,
      maxStallMs: deps.settings.shard.maxStallMs,
      runs: () => this.#member?.runs ?? [],
      receiverIsBlocked: () => deps.destination.isBlocked,
      begin: (run) => this.#member?.abandon(run),
    });
    this.#lags = new LagWatch({ clock: deps.clock, log: deps.log, runs: () => this.#member?.runs ?? [] });
    this.#retention = new RetentionWatch({ ...deps, runs: () => this.#member?.runs ?? [] });
  }

  /** Makes sure the consumer group exists and joins it; waits as long as that takes, or until the signal aborts. */
  async start(signal: AbortSignal): Promise<void> {
    const { settings, clock } = this.#deps;
    const onError = (error: ForwarderError, pauseMs: number): void => this.#startFailed(error, pauseMs);
    const joined = await untilDone({ clock, backoff: settings.shard.retry, signal, onError }, async () => {
      await this.#keeper.join(signal);
      return true;
    });
    if (joined === undefined) return;
    this.#startErrors.succeeded({});
    sayStart(settings.shard.start, this.#deps.log);
    this.#completion = this.#bound();
    this.#member = this.#join();
    this.#member.start();
    this.#watch.start();
    this.#checkpoints.start();
    this.#progress.start();
    this.#lags.start();
    this.#retention.start();
  }

  /** Resolves when every shard is drained, committed and given back. */
  async stop(): Promise<void> {
    this.#progress.stop();
    await Promise.all([this.#watch, this.#checkpoints, this.#lags, this.#retention].map((watch) => watch.stop()));
    await this.#member?.stop();
    this.#events.end();
  }

  /** After {@link stop} was called: resolves when nothing will be handed over to the destination any more. */
  async handedOver(): Promise<void> {
    await this.#member?.handedOver();
  }

  /** Stop waiting for what is in flight; what is settled is still committed. */
  hurry(): void {
    this.#member?.hurry();
  }

  /** How many shards are held here, draining ones included, of all that the group reads. */
  get holding(): Holding {
    return this.#shards.holding((this.#member?.runs ?? []).map(({ shard }) => shard));
  }

  snapshot(): PipelineSnapshot {
    const { name, title, source, project, logstore, consumerGroup, consumer, destination } = this.#deps.settings;
    const runs = this.#member?.runs ?? [];
    const ageMs = this.#member?.heartbeat.ageMs;
    const { trouble } = this.#startErrors;
    return {
      name,
      title,
      source,
      project,
      logstore,
      consumerGroup,
      consumer,
      destination,
      startFailing: trouble && { code: trouble.code, seconds: (this.#deps.clock.monotonic() - trouble.since) / 1000 },
      heartbeatAgeSeconds: ageMs === undefined ? undefined : ageMs / 1000,
      heartbeatTimeoutSeconds: this.#timeoutSeconds,
      heartbeats: this.#member?.heartbeat.accepted ?? 0,
      retention: this.#retention.known,
      shards: runs.map((run) => run.snapshot()),
      totals: this.#totals.sum(runs.map((run) => run.stats)),
    };
  }

  get #timeoutMs(): number {
    return this.#timeoutSeconds * 1000;
  }

  #setTimeout(seconds: number): void {
    this.#timeoutSeconds = seconds;
    this.#member?.setLease(this.#timeoutMs);
  }

  #join(): GroupMember<ShardConsumer> {
    const { settings, group, clock, log, onFailed } = this.#deps;
    return new GroupMember<ShardConsumer>({
      group,
      clock,
      log,
      heartbeatIntervalMs: settings.heartbeatIntervalMs,
      leaseMs: this.#timeoutMs,
      mend: (signal, lose) => this.#keeper.mend(signal, lose),
      open: (shard, lease) => this.#openShard(shard, lease),
      onReleased: (run, reason) => {
        this.#totals.keep(run.stats, reason);
        if (reason === 'shardEnd') this.#ended(run.shard);
        log.info({ shard: run.shard, reason }, 'shard released');
      },
      onHeartbeat: () => void this.#completion?.look(this.#member?.runs.length !== 0),
      onFailed,
      onHeartbeatError: (code) => this.#totals.countError(code),
    });
  }

  #startFailed(error: ForwarderError, pauseMs: number): void {
    this.#totals.countError(error.code);
    const ends = error.class === 'fatal' && this.#deps.onStartFailed(error);
    if (!ends) this.#startErrors.failed(error, pauseMs, {});
  }

  #bound(): Completion | undefined {
    const { source, group, clock, log, settings } = this.#deps;
    const { end } = settings.shard;
    if (end === undefined) return undefined;
    const completion = new Completion({
      source,
      group,
      clock,
      log,
      end,
      patienceMs: () => this.#timeoutMs,
      shards: () => this.#watch.known,
    });
    void completion.done.then(this.#markFinished);
    return completion;
  }

  #ended(shard: number): void {
    this.#completion?.ended(shard);
    this.#shards.ended(shard);
  }

  #close(shard: number): void {
    this.#member?.runs.find((run) => run.shard === shard)?.close();
  }

  #openShard(shard: number, lease: Lease): ShardConsumer {
    const { source, group, formatter, destination, budget, deadLetters, clock, log, settings } = this.#deps;
    this.#totals.acquired();
    const consumer = new ShardConsumer({
      shard,
      source,
      group,
      formatter,
      destination,
      budget,
      deadLetters,
      lease,
      positions: this.#positions,
      confirm: async (signal) => this.#member?.heartbeat.confirm(signal),
      events: this.#events,
      clock,
      log,
      settings: settings.shard,
      endIsTold: () => this.#watch.known !== undefined,
    });
    // It was so when we last looked; a logstore that is made again has the same ids.
    if (this.#watch.isClosed(shard)) void this.#watch.look();
    return consumer;
  }
}
