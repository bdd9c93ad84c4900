import { MOST_LOGSTORES } from '../config/names-check.js';
import type { LogstorePlace } from '../config/logstore-names.js';
import type { PatternPlan, PipelinePlan } from '../config/settings.js';
import { asForwarderError, type ForwarderError } from '../errors/forwarder-error.js';
import { deadline, type Clock } from '../flow/clock.js';
import type { Holding } from '../group/group-shards.js';
import type { Pipeline } from '../group/pipeline.js';
import { PipelineTally } from '../group/pipeline-totals.js';
import type { Log } from '../model/log.js';
import type { PipelineSnapshot, PipelineTotals } from '../model/snapshot.js';

/** What a pipeline tells the set it is in. */
export interface Hooks {
  readonly totals: PipelineTally;
  readonly onFailed: (error: ForwarderError) => void;
  readonly onStartFailed: (error: ForwarderError) => boolean;
}

export interface PipelineSetDeps {
  readonly make: (plan: PipelinePlan, hooks: Hooks) => SetPipeline;
  /** The logger of everything about one logstore. */
  readonly logOf: (plan: PipelinePlan) => Log;
  /** Two plans with the same service read from the same. */
  readonly serviceOf: (plan: PipelinePlan) => string;
  /** What is named can't work: whether the program ends, which then says why. */
  readonly onNamedDown: (plan: PipelinePlan, error: ForwarderError) => boolean;
  readonly onNamedUp: (plan: PipelinePlan) => void;
  /** The program can't do what it was asked for. */
  readonly onFatal: (error: ForwarderError) => void;
  readonly clock: Clock;
  /** At the end of the program: nothing more is started, and what is about to start need not. */
  readonly soft: AbortSignal;
  readonly hard: AbortSignal;
}

export type SetPipeline = Pick<
  Pipeline,
  'start' | 'stop' | 'handedOver' | 'hurry' | 'snapshot' | 'holding' | 'finished'
>;

interface Member {
  readonly key: string;
  readonly plan: PipelinePlan;
  /** Undefined: the config names the logstore. */
  readonly pattern: PatternPlan | undefined;
  readonly pipeline: SetPipeline;
  readonly leave: AbortController;
  /** Resolves when it has joined its group, or will not. */
  readonly started: Promise<void>;
  /** Undefined while nobody ended it. */
  ended: Promise<void> | undefined;
}

/**
 * The logstores that are read: those that the config names, from the start to the end of the program, and those that patterns find, which come and go.
 * One that goes delivers and commits what is in flight, as far as that works within its `drainTimeout`, and gives its shards back.
 */
export class PipelineSet {
  readonly #deps: PipelineSetDeps;
  readonly #members = new Map<string, Member>();
  /** Of every logstore there ever was. */
  readonly #totals = new Map<string, PipelineTally>();
  /** Patterns that were looked for before, by the name of the pipeline. */
  readonly #looked = new Set<string>();
  /** What is there and not read, and was said. */
  readonly #refused = new Set<string>();

  constructor(deps: PipelineSetDeps) {
    this.#deps = deps;
    deps.soft.addEventListener('abort', () => this.#all.forEach(({ leave }) => leave.abort()), { once: true });
  }

  /** A logstore that the config names. @returns resolves when it has joined its group, or will not. Never rejects. */
  add(plan: PipelinePlan): Promise<void> {
    return this.#add(plan, undefined).started;
  }

  /**
   * Takes in what a pattern finds now: what is new is read from now on, what is gone no longer.
   * @returns how many of these are not read
   */
  follow(pattern: PatternPlan, found: readonly LogstorePlace[]): number {
    if (this.#deps.soft.aborted) return 0;
    const plans = new Map(found.map((place) => [keyOf(pattern.name, place), place]));
    for (const member of this.#all) {
      if (member.pattern?.name !== pattern.name || member.ended !== undefined || plans.has(member.key)) continue;
      this.#deps.logOf(member.plan).info({}, 'the logstore is gone: it is not read any more');
      void this.#end(member);
    }
    let unread = 0;
    const isLate = this.#looked.has(pattern.name);
    this.#looked.add(pattern.name);
    for (const [key, place] of plans) {
      // What is about to end is taken in again by a later look.
      if (this.#members.has(key)) continue;
      const plan = pattern.planFor(place, isLate);
      const why = this.#whyNot(plan);
      if (why === undefined) this.#join(plan, pattern);
      else unread += 1;
      if (why === undefined) this.#refused.delete(key);
      else if (!this.#refused.has(key)) {
        this.#refused.add(key);
        this.#deps.logOf(plan).error({}, why);
      }
    }
    return unread;
  }

  /** Resolves when all that is read now is read to its end; never in a run without one. */
  async finished(): Promise<void> {
    await Promise.all(this.#all.map(({ pipeline }) => pipeline.finished));
  }

  /** Resolves when every shard is drained, committed and given back. */
  async stop(): Promise<void> {
    await Promise.all(this.#all.map((member) => member.ended ?? stopped(member)));
  }

  /** After {@link stop} was called: resolves when nothing will be handed over to a destination any more. */
  async handedOver(): Promise<void> {
    await Promise.all(
      this.#all.map(async ({ started, pipeline }) => {
        await started;
        await pipeline.handedOver();
      }),
    );
  }

  hurry(): void {
    for (const { pipeline } of this.#all) pipeline.hurry();
  }

  snapshots(): PipelineSnapshot[] {
    return this.#all.map(({ pipeline }) => pipeline.snapshot());
  }

  /** How many shards of how many send to a destination, by logstore. */
  holdings(destination: string): Holding[] {
    return this.#all
      .filter(({ plan }) => plan.settings.destination === destination)
      .map(({ pipeline }) => pipeline.holding);
  }

  /** Sums of what is not read any more. */
  endedTotals(): PipelineTotals[] {
    return [...this.#totals].flatMap(([key, totals]) => (this.#members.has(key) ? [] : totals.sum([])));
  }

  get #all(): readonly Member[] {
    return [...this.#members.values()];
  }

  #join(plan: PipelinePlan, pattern: PatternPlan): void {
    this.#deps.logOf(plan).info({}, 'a pattern finds this logstore: it is read from now on');
    this.#add(plan, pattern);
  }

  /** Why a logstore that a pattern finds can't be read; in words. */
  #whyNot(plan: PipelinePlan): string | undefined {
    const { project, logstore, consumerGroup } = plan.settings;
    const twin = this.#all.find(
      ({ plan: other }) =>
        other.settings.project === project &&
        other.settings.logstore === logstore &&
        other.settings.consumerGroup === consumerGroup &&
        this.#deps.serviceOf(other) === this.#deps.serviceOf(plan),
    );
    if (twin !== undefined)
      return `pipeline ${twin.plan.settings.name} reads ${project}/${logstore} with the same consumer group already, so this one does not: give it a group of its own, or leave the logstore out ("!${logstore}")`;
    if (this.#members.size < MOST_LOGSTORES) return undefined;
    return `${project}/${logstore} is not read: one process reads at most ${MOST_LOGSTORES} logstores; narrow the patterns, or share them with another process`;
  }

  #add(plan: PipelinePlan, pattern: PatternPlan | undefined): Member {
    const key = keyOf(plan.settings.name, plan.settings);
    const totals = this.#totals.get(key) ?? new PipelineTally();
    this.#totals.set(key, totals);
    const pipeline = this.#deps.make(plan, {
      totals,
      onFailed: (error) => this.#failed(key, error),
      onStartFailed: (error) => pattern === undefined && this.#deps.onNamedDown(plan, error),
    });
    const leave = new AbortController();
    if (this.#deps.soft.aborted) leave.abort();
    const member: Member = {
      key,
      plan,
      pattern,
      pipeline,
      leave,
      started: this.#start(key, plan, pipeline, leave),
      ended: undefined,
    };
    this.#members.set(key, member);
    return member;
  }

  async #start(key: string, plan: PipelinePlan, pipeline: SetPipeline, { signal }: AbortController): Promise<void> {
    try {
      await pipeline.start(signal);
      if (!signal.aborted) this.#deps.onNamedUp(plan);
    } catch (thrown) {
      const error = asForwarderError(thrown);
      if (this.#members.get(key)?.pattern === undefined) this.#deps.onFatal(error);
      else this.#failed(key, error);
    }
  }

  /** An operator must act. What a pattern finds is tried again at its next look; what is named stays out. */
  #failed(key: string, error: ForwarderError): void {
    const member = this.#members.get(key);
    if (member === undefined || member.ended !== undefined) return;
    const { plan, pattern } = member;
    if (pattern?.once === true) {
      this.#deps.onFatal(error);
      return;
    }
    if (pattern === undefined && this.#deps.onNamedDown(plan, error)) return;
    const { code, details, message } = error;
    const then =
      pattern === undefined ? 'this pipeline stops' : 'this logstore is left, and tried again at the next look';
    this.#deps.logOf(plan).error({ code, ...details }, `${message}; ${then}, the others go on`);
    if (pattern === undefined) void stopped(member);
    else void this.#end(member);
  }

  #end(member: Member): Promise<void> {
    member.leave.abort();
    member.ended = this.#drain(member);
    return member.ended;
  }

  async #drain(member: Member): Promise<void> {
    const { key, plan, pipeline, started } = member;
    await started;
    const limit = deadline(this.#deps.clock, plan.settings.shard.drainTimeoutMs, this.#deps.hard);
    const hurry = (): void => pipeline.hurry();
    limit.signal.addEventListener('abort', hurry, { once: true });
    const done = pipeline.stop();
    if (limit.signal.aborted) hurry();
    await done;
    limit.clear();
    this.#members.delete(key);
  }
}

const keyOf = (name: string, { project, logstore }: LogstorePlace): string => `${name} ${project}/${logstore}`;

async function stopped({ started, pipeline }: Member): Promise<void> {
  await started;
  await pipeline.stop();
}
