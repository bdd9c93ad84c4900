import { hostname } from 'node:os';
import { openBudgets } from '../config/budgets.js';
import type { DestinationPlan, ForwarderSettings, PipelinePlan } from '../config/settings.js';
import type { DeadLetterStore } from '../deadletter/store.js';
import { openDestination, type OpenDestination } from '../delivery/destination.js';
import { asForwarderError, ForwarderError } from '../errors/forwarder-error.js';
import type { BudgetShare, ByteBudget } from '../flow/byte-budget.js';
import { deadline, systemClock as clock } from '../flow/clock.js';
import { drainMs, type StopRequests } from '../flow/stop-requests.js';
import { FormatterPool } from '../format/formatter-pool.js';
import { partOf, type Holding } from '../group/group-shards.js';
import { Pipeline } from '../group/pipeline.js';
import type { Log } from '../model/log.js';
import type { PipelineSnapshot, Snapshot } from '../model/snapshot.js';
import type { SlsClient } from '../sls/client.js';
import { startAdmin, type Admin } from '../telemetry/admin.js';
import { health, isCatchingUp, readiness } from '../telemetry/health.js';
import type { LogSystem } from '../telemetry/logger.js';
import { createMetrics } from '../telemetry/metrics.js';
import { startProgress, summingUp } from '../telemetry/status-line.js';
import { EMBEDDED_PROOF, type EmbeddedEnds } from './embedded.js';
import { pipelineFields } from './log-fields.js';
import { MAX_RAW_SIZE } from './service-access.js';

/** By the name of the source: each has its own connections, credentials, clock offset and quotas. */
export type Clients = ReadonlyMap<string, SlsClient>;

/** What is open before everything else. */
export interface Ends extends EmbeddedEnds {
  readonly clients: Clients;
  readonly deadLetters: DeadLetterStore | undefined;
}

/** Of the byte budget, for bodies: they are smaller than their frames, and over sooner. */
const IDLE_SHARE = 0.25;

/**
 * Of the byte budget, for frames. They are larger than what was reserved before anybody knew them. With one budget's worth, 6 % of the batches of 256
 * shards found no room and took memory of their own. V8 then collected its whole heap once a second: a sixth of the CPU. What nobody writes to takes no memory.
 */
const ARENA_SHARE = 1.5;

/** Everything long-lived of one process: builds it, starts it, and stops it in order. */
export class Forwarder {
  readonly #settings: ForwarderSettings;
  readonly #logs: LogSystem;
  readonly #stop: StopRequests;
  /** By destination, so that a destination that takes nothing holds up only the shards that use it. */
  readonly #budgets: ReadonlyMap<string, ByteBudget>;
  /** By pipeline: its weight is that of all its logstores together. */
  readonly #shares = new Map<string, BudgetShare>();
  readonly #deadLetters: DeadLetterStore | undefined;
  readonly #pool: FormatterPool;
  readonly #clients: Clients;
  readonly #destinations: ReadonlyMap<string, OpenDestination>;
  readonly #pipelines: readonly Pipeline[];
  /** Pipelines that can't work now, by index. */
  readonly #down = new Set<number>();
  #admin: Admin | undefined;

  constructor(settings: ForwarderSettings, ends: Ends, logs: LogSystem, stop: StopRequests) {
    this.#deadLetters = ends.deadLetters;
    this.#settings = settings;
    this.#logs = logs;
    this.#stop = stop;
    this.#budgets = openBudgets(settings);
    this.#pool = new FormatterPool({
      threads: settings.threads,
      plans: settings.pipelines.map(({ plan }) => plan),
      maxRawSize: MAX_RAW_SIZE,
      arenaBytes: settings.maxInFlightBytes * ARENA_SHARE,
      maxIdleBytes: settings.maxInFlightBytes * IDLE_SHARE,
    });
    this.#clients = ends.clients;
    this.#destinations = new Map(
      settings.destinations.map((plan) => [plan.settings.name, this.#makeDestination(plan, ends)]),
    );
    this.#pipelines = settings.pipelines.map((plan, index) => this.#makePipeline(plan, index));
  }

  async run(): Promise<number> {
    const startedAt = clock.monotonic();
    const { log, screen } = this.#logs;
    const stopProgress = startProgress({ snapshot: () => this.#snapshot(), clock, log, screen });
    try {
      await this.#start();
      await this.#stop.requested();
    } catch (thrown) {
      this.#stop.fail(asForwarderError(thrown));
    }
    this.#sayWhyItStops();
    const drained = await this.#shutDown();
    stopProgress();
    const seconds = (clock.monotonic() - startedAt) / 1000;
    log.info({}, summingUp(this.#snapshot(), seconds));
    return this.#exitCode(drained);
  }

  async #start(): Promise<void> {
    const { listen, maxStallSeconds } = this.#settings.admin;
    if (listen !== undefined) {
      this.#admin = await startAdmin({
        listen,
        metrics: createMetrics(() => this.#snapshot()),
        health: () => health(this.#snapshot(), { maxStallSeconds }),
        ready: () => readiness(this.#snapshot()),
      });
      const { url } = this.#admin;
      this.#logs.log.info({ url }, `metrics and health at ${url}`);
    }
    void Promise.all(this.#pipelines.map(({ finished }) => finished)).then(() => this.#stop.finish());
    await Promise.all([
      this.#pool.start(),
      ...this.#pipelines.map((pipeline, index) => this.#startPipeline(pipeline, index)),
    ]);
  }

  async #startPipeline(pipeline: Pipeline, index: number): Promise<void> {
    await pipeline.start(this.#stop.soft);
    this.#down.delete(index);
  }

  /**
   * Stop order: stop pulling → everything handed over → connections end → windows empty → final commits → last heartbeat → pool closes.
   * The receiver's FIN after ours is the quickest proof that it has read everything, so the connections end before the commits that wait for
   * it. Heartbeats go on until the last commit is done: the service gives a shard that is not listed to another consumer.
   * @returns whether everything pulled was delivered and committed in time.
   */
  async #shutDown(): Promise<boolean> {
    const limit = deadline(clock, drainMs(this.#settings.shutdownTimeoutMs), this.#stop.hard);
    const hurry = (): void => this.#pipelines.forEach((pipeline) => pipeline.hurry());
    limit.signal.addEventListener('abort', hurry, { once: true });
    const stopped = Promise.all(this.#pipelines.map((pipeline) => pipeline.stop()));
    await Promise.all(this.#pipelines.map((pipeline) => pipeline.handedOver()));
    const ends = await Promise.all([...this.#destinations.values()].map((one) => one.end(limit.signal)));
    // What did not settle by now never will.
    if (!ends.every(Boolean)) hurry();
    await stopped;
    const drained = ends.every(Boolean) && !limit.signal.aborted;
    limit.clear();
    await this.#pool.close();
    for (const client of this.#clients.values()) client.close();
    await this.#admin?.close();
    return drained;
  }

  #sayWhyItStops(): void {
    const { cause } = this.#stop;
    const { log } = this.#logs;
    if (cause?.kind === 'failure') log.error({ code: cause.error.code, ...cause.error.details }, cause.error.message);
    else if (cause?.kind === 'finished') log.info({}, 'every shard was read to its end: done');
    else if (cause?.kind === 'signal')
      log.info(
        { signal: cause.signal },
        'stopping: what is in flight is delivered first; a second signal stops at once',
      );
  }

  #exitCode(drained: boolean): number {
    const { cause } = this.#stop;
    if (cause?.kind === 'failure') return cause.error.exitCode;
    // When a bounded run is finished everything is committed; how its end went changes nothing.
    if (drained || cause?.kind === 'finished') return 0;
    const message = 'stopped before everything in flight was delivered; whoever reads these shards next sends it again';
    const { code, exitCode } = new ForwarderError('DRAIN_DEADLINE', message);
    this.#logs.log.warn({ code }, message);
    return exitCode;
  }

  #makePipeline({ settings, compression, query, processor, weight }: PipelinePlan, index: number): Pipeline {
    const formatter = this.#pool.formatter(index, { ...settings, hostname: hostname() });
    const destination = this.#destinations.get(settings.destination);
    const budget = this.#budgets.get(settings.destination);
    const client = this.#clients.get(settings.source);
    if (destination === undefined || budget === undefined || client === undefined)
      throw new ForwarderError('INTERNAL', `pipeline ${settings.name} has no ends in a checked config`);
    const bodyBuffer = (size: number): ArrayBuffer => formatter.bodyBuffer(size);
    const { source, group } = client.openLogstore({ ...settings, compression, query, processor, bodyBuffer });
    const log = this.#logs.log.child(pipelineFields(this.#settings, settings));
    return new Pipeline({
      settings,
      source,
      group,
      formatter,
      destination,
      budget: this.#shareOf(budget, settings, weight),
      deadLetters: this.#deadLetters?.box(settings),
      clock,
      log,
      onFailed: (error) => this.#pipelineFailed(index, error, log),
      onStartFailed: (error) => this.#pipelineCannotStart(index, error),
    });
  }

  #shareOf(budget: ByteBudget, { name, source }: PipelinePlan['settings'], weight: number): BudgetShare {
    const share = this.#shares.get(name) ?? budget.share(weight, source);
    this.#shares.set(name, share);
    return share;
  }

  /** An operator must act. One pipeline's trouble is not the others': only when none can work is the program of no use. */
  #pipelineCannotStart(index: number, error: ForwarderError): boolean {
    this.#down.add(index);
    if (this.#down.size < this.#pipelines.length) return false;
    this.#stop.fail(error);
    return true;
  }

  #pipelineFailed(index: number, error: ForwarderError, log: Log): void {
    this.#down.add(index);
    if (this.#down.size === this.#pipelines.length) {
      this.#stop.fail(error);
      return;
    }
    const { code, details, message } = error;
    log.error({ code, ...details }, `${message}; this pipeline stops, the others go on`);
    void this.#pipelines[index]?.stop();
  }

  #makeDestination({ settings, embedded }: DestinationPlan, ends: EmbeddedEnds): OpenDestination {
    const child = this.#logs.log.child({ destination: settings.name });
    const pipelines = (): PipelineSnapshot[] => this.#pipelines.map((pipeline) => pipeline.snapshot());
    const senders = {
      isBehind: (): boolean => isCatchingUp(pipelines(), settings.name),
      part: (): number => partOf(this.#holdings(settings.name)),
    };
    if (!embedded || ends.receiver === undefined) return openDestination(settings, clock, child, senders);
    const { url, port } = ends.receiver;
    const endpoint = { scheme: 'tcp', tls: false, host: '127.0.0.1', port, text: `${url} (embedded)` } as const;
    return openDestination({ ...settings, ...EMBEDDED_PROOF, endpoints: [endpoint] }, clock, child, senders);
  }

  /** How many shards of how many send to this destination, by pipeline. */
  #holdings(destination: string): Holding[] {
    const plans = this.#settings.pipelines;
    return this.#pipelines
      .filter((_, index) => plans[index]?.settings.destination === destination)
      .map(({ holding }) => holding);
  }

  #snapshot(): Snapshot {
    const budgets = [...this.#budgets.values()];
    const sum = (of: (budget: ByteBudget) => number): number => budgets.reduce((total, one) => total + of(one), 0);
    return {
      pipelines: this.#pipelines.map((pipeline) => pipeline.snapshot()),
      destinations: [...this.#destinations.values()].map((destination) => destination.snapshot()),
      budget: {
        limitBytes: sum((budget) => budget.limitBytes),
        reservedBytes: sum((budget) => budget.reservedBytes),
        waiting: sum((budget) => budget.waiting),
      },
      deadLetters: this.#deadLetters?.snapshot(),
      log: this.#logs.snapshot(),
      formatter: this.#pool.snapshot(),
    };
  }
}
