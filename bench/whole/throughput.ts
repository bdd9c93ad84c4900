import { setTimeout as pause } from 'node:timers/promises';
import { balance } from './balance.js';
import { Ends, type Case } from './ends.js';
import { Forwarder, primeReplies, type CpuSample, type CpuUse } from './forwarder.js';
import { measureLimit, type LimitRun } from './limit-run.js';
import { processCpu, total } from './proc.js';
import { STAGES, stageTimes, type Metrics, type Stage, type StageTimes } from './metrics.js';
import { spread, spreads, type Spread, type Spreads } from './statistics.js';
import { WARM_UP_MS } from './warm-up.js';

/** One run in steady state. Rates are per second of wall clock; CPU is the forwarder's. */
export interface ThroughputRun {
  readonly eventsPerSecond: number;
  /** Of uncompressed log groups, the size that the service bills and peers state. 1 MB = 1,000,000 bytes. */
  readonly megabytesPerSecond: number;
  readonly eventsPerCpuSecond: number;
  /** Per million events, seconds. */
  readonly cpu: number;
  readonly user: number;
  readonly system: number;
  readonly coordinator: number;
  readonly coordinatorGc: number;
  readonly formatters: number;
  readonly rest: number;
  /** Cores in use. */
  readonly cores: number;
  /** Share of wall clock in which the coordinator's event loop was not idle. */
  readonly coordinatorBusy: number;
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
  readonly peakRssMiB: number;
  readonly lost: number;
  readonly duplicates: number;
  /** CPU seconds per million events of the two ends, for comparison. */
  readonly sourceCpu: number;
  readonly receiverCpu: number;
}

export interface ThroughputResult extends Case {
  readonly forwarder: Spreads<ThroughputRun>;
  readonly limit: Spreads<LimitRun>;
  /** CPU seconds per million events of each formatter thread, the busiest first. */
  readonly formatterThreads: readonly Spread[];
  /** How long batches take, at full speed: mostly waiting for the stages after it. */
  readonly stages: PerStage<Spreads<StageTimes>>;
  /** The forwarder's events per CPU-second as a share of the limit program's, in the pairs of runs. */
  readonly shareOfLimit: Spread;
}

/** Without the stages that no batch went through in a window: commits come every five seconds. */
export type PerStage<Value> = Readonly<Partial<Record<Stage, Value>>>;

export interface Effort {
  /** Of the measured window. */
  readonly seconds: number;
  readonly runs: number;
  readonly warmUpMs?: number;
}

const FIRST_EVENT_TIMEOUT_MS = 30_000;

export async function measureThroughput(
  which: Case,
  { seconds, runs: count, warmUpMs = WARM_UP_MS }: Effort,
): Promise<ThroughputResult> {
  const ends = await Ends.endless(which);
  try {
    await primeReplies(ends);
    const runs: WholeRun[] = [];
    const limits: LimitRun[] = [];
    // In turns: what disturbs the machine for a while then disturbs both.
    for (let run = 0; run < count; run++) {
      runs.push(await runOnce(ends, seconds, warmUpMs));
      limits.push(await measureLimit(ends, which.shards, seconds, warmUpMs));
    }
    const [forwarder, limit] = [spreads(runs.map(({ figures }) => figures)), spreads(limits)];
    const stages = perStage((stage) => {
      const seen = runs.flatMap((run) => run.stages[stage] ?? []);
      return seen.length === 0 ? undefined : spreads(seen);
    });
    const shareOfLimit = spread(
      runs.map(({ figures }, run) => figures.eventsPerCpuSecond / (limits[run]?.eventsPerCpuSecond ?? 0)),
    );
    const formatterThreads = (runs[0]?.eachFormatter ?? []).map((_, index) =>
      spread(runs.map(({ eachFormatter }) => eachFormatter[index] ?? 0)),
    );
    return { ...which, forwarder, limit, formatterThreads, stages, shareOfLimit };
  } finally {
    await ends.stop();
  }
}

interface WholeRun {
  readonly figures: ThroughputRun;
  readonly eachFormatter: readonly number[];
  readonly stages: PerStage<StageTimes>;
}

function perStage<Value>(of: (stage: Stage) => Value | undefined): PerStage<Value> {
  const entries = STAGES.map((stage) => [stage, of(stage)] as const).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries);
}

async function runOnce(ends: Ends, seconds: number, warmUpMs: number): Promise<WholeRun> {
  await ends.receiver.call('reset');
  const forwarder = new Forwarder(ends);
  try {
    await forwarder.during(ends.waitFor({ events: 1 }, FIRST_EVENT_TIMEOUT_MS));
    await pause(warmUpMs);
    const before = await sample(ends, forwarder);
    await pause(seconds * 1_000);
    const after = await sample(ends, forwarder);
    const { peakRss } = forwarder.memory;
    await forwarder.stop();
    const rawBytes = await ends.rawBytesPerEvent();
    const use = forwarder.use(before.cpu, after.cpu);
    const millions = (after.events - before.events) / 1e6;
    return {
      eachFormatter: use.eachFormatter.map((seconds) => seconds / millions),
      figures: {
        ...figures(before, after, use, rawBytes),
        peakRssMiB: peakRss / 2 ** 20,
        ...(await balance(ends, forwarder.consumerGroup)),
      },
      stages: perStage((stage) => stageTimes(before.metrics, after.metrics, stage)),
    };
  } finally {
    forwarder.kill();
  }
}

interface Sample {
  readonly events: number;
  readonly atMs: number;
  readonly cpu: CpuSample;
  readonly sourceCpu: number;
  readonly receiverCpu: number;
  readonly metrics: Metrics;
}

async function sample(ends: Ends, forwarder: Forwarder): Promise<Sample> {
  const metrics = await forwarder.metrics();
  const { events } = await ends.stats();
  return {
    events,
    metrics,
    atMs: performance.now(),
    cpu: forwarder.sample(),
    sourceCpu: total(processCpu(ends.source.pid)),
    receiverCpu: total(processCpu(ends.receiver.pid)),
  };
}

type Figures = Omit<ThroughputRun, 'peakRssMiB' | 'lost' | 'duplicates'>;

function figures(before: Sample, after: Sample, use: CpuUse, rawBytesPerEvent: number): Figures {
  const events = after.events - before.events;
  const seconds = (after.atMs - before.atMs) / 1_000;
  const perMillion = (value: number): number => (value / events) * 1e6;
  const cpu = use.user + use.system;
  const [probed, probe] = [before.cpu.probe, after.cpu.probe];
  return {
    eventsPerSecond: events / seconds,
    megabytesPerSecond: (events * rawBytesPerEvent) / seconds / 1e6,
    eventsPerCpuSecond: events / cpu,
    cpu: perMillion(cpu),
    user: perMillion(use.user),
    system: perMillion(use.system),
    coordinator: perMillion(use.coordinator),
    coordinatorGc: perMillion(use.coordinatorGc),
    formatters: perMillion(use.formatters),
    rest: perMillion(use.rest),
    cores: cpu / seconds,
    coordinatorBusy: (probe.busyMs - probed.busyMs) / (probe.atMs - probed.atMs),
    loopDelayP99Ms: probe.delayP99Ms,
    loopDelayMaxMs: probe.delayMaxMs,
    sourceCpu: perMillion(after.sourceCpu - before.sourceCpu),
    receiverCpu: perMillion(after.receiverCpu - before.receiverCpu),
  };
}
