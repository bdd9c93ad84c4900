import { hostname } from 'node:os';
import { openBudgets } from '../config/budgets.js';
import type { DestinationPlan, ForwarderSettings, PatternPlan, PipelinePlan } from '../config/settings.js';
import type { DeadLetterStore } from '../deadletter/store.js';
import { openDestination, type OpenDestination } from '../delivery/destination.js';
import { asForwarderError, ForwarderError } from '../errors/forwarder-error.js';
import type { BudgetShare, ByteBudget } from '../flow/byte-budget.js';
import { deadline, systemClock as clock } from '../flow/clock.js';
import { drainMs, type StopRequests } from '../flow/stop-requests.js';
import { FormatterPool } from '../format/formatter-pool.js';
import { Discovery } from '../group/discovery.js';
import { partOf } from '../group/group-shards.js';
import { Pipeline } from '../group/pipeline.js';
import type { Log } from '../model/log.js';
import type { Snapshot } from '../model/snapshot.js';
import type { SlsClient } from '../sls/client.js';
import { startAdmin, type Admin } from '../telemetry/admin.js';
import { health, isCatchingUp, readiness } from '../telemetry/health.js';
import type { LogSystem } from '../telemetry/logger.js';
import { createMetrics } from '../telemetry/metrics.js';
import { startProgress, summingUp } from '../telemetry/status-line.js';
import { EMBEDDED_PROOF, type EmbeddedEnds } from './embedded.js';
import { pipelineFields, sourceField } from './log-fields.js';
import { PipelineSet, type Hooks } from './pipeline-set.js';
import { MAX_RAW_SIZE, serviceName } from './service-access.js';

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
  readonly #pipelines: PipelineSet;
  readonly #discoveries: readonly Discovery[];
  /** What can't work now: plans of logstores that are named, and of patterns that find nothing. */
  readonly #down = new Set<PipelinePlan | PatternPlan>();
  /** By pipeline and logstore: a formatter thread keeps what it has learned. */
  readonly #plans = new Map<string, number>();
  #looking: Promise<unknown> = Promise.resolve();
  #admin: Admin | undefined;

  constructor(settings: ForwarderSettings, ends: Ends, logs: LogSystem, stop: StopRequests) {
    this.#deadLetters = ends.deadLetters;
    this.#settings = settings;
    this.#logs = logs;
    this.#stop = stop;
    this.#budgets = openBudgets(settings);
    this.#pool = new FormatterPool({
      threads: settings.threads,
      plans: [],
      maxRawSize: MAX_RAW_SIZE,
      arenaBytes: settings.maxInFlightBytes * ARENA_SHARE,
      maxIdleBytes: settings.maxInFlightBytes * IDLE_SHARE,
    });
    this.#clients = ends.clients;
    this.#destinations = new Map(
      settings.destinations.map((plan) => [plan.settings.name, this.#makeDestination(plan, ends)]),
    );
    this.#pipelines = new PipelineSet({
      make: (plan, hooks) => this.#makePipeline(plan, hooks),
      logOf: (plan) => this.#logOf(plan),
      serviceOf: ({ settings: { source } }) => serviceName(settings, source),
      onNamedDown: (plan, error) => this.#isDown(plan, error),
      onNamedUp: (plan) => this.#down.delete(plan),
      onFatal: (error) => stop.fail(error),
      clock,
      soft: stop.soft,
      hard: stop.hard,
    });
    this.#discoveries = settings.patterns.map((pattern) => this.#makeDiscovery(pattern));
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
    const started = this.#settings.pipelines.map((plan) => this.#pipelines.add(plan));
    this.#looking = Promise.all(this.#discoveries.map((discovery) => discovery.run(this.#stop.soft)));
    void this.#looking.then(() => this.#pipelines.finished()).then(() => this.#stop.finish());
    await Promise.all([this.#pool.start(), ...started]);
  }

  /**
   * Stop order: stop pulling → everything handed over → connections end → windows empty → final commits → last heartbeat → pool closes.
   * The receiver's FIN after ours is the quickest proof that it has read everything, so the connections end before the commits that wait for
   * it. Heartbeats go on until the last commit is done: the service gives a shard that is not listed to another consumer.
   * @returns whether everything pulled was delivered and committed in time.
   */
  async #shutDown(): Promise<boolean> {
    const limit = deadline(clock, drainMs(this.#settings.shutdownTimeoutMs), this.#stop.hard);
    const hurry = (): void => this.#pipelines.hurry();
    limit.signal.addEventListener('abort', hurry, { once: true });
    await this.#looking;
    const stopped = this.#pipelines.stop();
    await this.#pipelines.handedOver();
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

  #makePipeline(all: PipelinePlan, { totals, onFailed, onStartFailed }: Hooks): Pipeline {
    const { settings, compression, query, processor, weight } = all;
    const formatter = this.#pool.formatter(this.#planOf(all), { ...settings, hostname: hostname() });
    const destination = this.#destinations.get(settings.destination);
    const budget = this.#budgets.get(settings.destination);
    const client = this.#clients.get(settings.source);
    if (destination === undefined || budget === undefined || client === undefined)
      throw new ForwarderError('INTERNAL', `pipeline ${settings.name} has no ends in a checked config`);
    const bodyBuffer = (size: number): ArrayBuffer => formatter.bodyBuffer(size);
    const { source, group } = client.openLogstore({ ...settings, compression, query, processor, bodyBuffer });
    return new Pipeline({
      settings,
      source,
      group,
      formatter,
      destination,
      budget: this.#shareOf(budget, settings, weight),
      deadLetters: this.#deadLetters?.box(settings),
      totals,
      clock,
      log: this.#logOf(all),
      onFailed,
      onStartFailed,
    });
  }

  #logOf({ settings }: PipelinePlan): Log {
    return this.#logs.log.child(pipelineFields(this.#settings, settings));
  }

  #planOf({ settings: { name, project, logstore }, plan }: PipelinePlan): number {
    const key = `${name} ${project}/${logstore}`;
    const number = this.#plans.get(key) ?? this.#pool.add(plan);
    this.#plans.set(key, number);
    return number;
  }

  #makeDiscovery(pattern: PatternPlan): Discovery {
    const { name, source } = pattern;
    const lister = this.#clients.get(source);
    if (lister === undefined)
      throw new ForwarderError('INTERNAL', `pipeline ${name} has no source in a checked config`);
    return new Discovery({
      settings: pattern,
      lister,
      clock,
      log: this.#logs.log.child({ pipeline: name, ...sourceField(this.#settings, source) }),
      onLooked: (found) => this.#pipelines.follow(pattern, found),
      onStuck: (error) => {
        if (error === undefined) this.#down.delete(pattern);
        else this.#isDown(pattern, error);
      },
    });
  }

  #shareOf(budget: ByteBudget, { name, source }: PipelinePlan['settings'], weight: number): BudgetShare {
    const share = this.#shares.get(name) ?? budget.share(weight, source);
    this.#shares.set(name, share);
    return share;
  }

  /**
   * An operator must act. One pipeline's trouble is not the others': only when none can work is the program of no use.
   * @returns whether it ends
   */
  #isDown(plan: PipelinePlan | PatternPlan, error: ForwarderError): boolean {
    this.#down.add(plan);
    if (this.#down.size < this.#settings.pipelines.length + this.#settings.patterns.length) return false;
    this.#stop.fail(error);
    return true;
  }

  #makeDestination({ settings, embedded }: DestinationPlan, ends: EmbeddedEnds): OpenDestination {
    const child = this.#logs.log.child({ destination: settings.name });
    const senders = {
      isBehind: (): boolean => isCatchingUp(this.#pipelines.snapshots(), settings.name),
      part: (): number => partOf(this.#pipelines.holdings(settings.name)),
    };
    if (!embedded || ends.receiver === undefined) return openDestination(settings, clock, child, senders);
    const { url, port } = ends.receiver;
    const endpoint = { scheme: 'tcp', tls: false, host: '127.0.0.1', port, text: `${url} (embedded)` } as const;
    return openDestination({ ...settings, ...EMBEDDED_PROOF, endpoints: [endpoint] }, clock, child, senders);
  }

  #snapshot(): Snapshot {
    const budgets = [...this.#budgets.values()];
    const sum = (of: (budget: ByteBudget) => number): number => budgets.reduce((total, one) => total + of(one), 0);
    return {
      pipelines: this.#pipelines.snapshots(),
      ended: this.#pipelines.endedTotals(),
      discoveries: this.#discoveries.map((discovery) => discovery.snapshot()),
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
