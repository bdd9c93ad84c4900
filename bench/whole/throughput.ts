import { setTimeout as pause } from 'node:timers/promises';
import { balance } from './balance.js';
import { Ends, type Case } from './ends.js';
import { Forwarder, primeReplies, type CpuSample, type CpuUse } from './forwarder.js';
import { measureLimit, type LimitRun } from './limit-run.js';
import { processCpu, total } from './proc.js';
import { spreads, type Spreads } from './statistics.js';

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
  /** Medians: the forwarder's events per CPU-second as a share of the limit program's. */
  readonly shareOfLimit: number;
}

export interface Effort {
  /** Of the measured window. */
  readonly seconds: number;
  readonly runs: number;
}

/** Until the code is compiled and the buffers are as large as they get. */
const WARM_UP_MS = 2_500;
const FIRST_EVENT_TIMEOUT_MS = 30_000;

export async function measureThroughput(which: Case, effort: Effort): Promise<ThroughputResult> {
  const ends = await Ends.endless(which);
  try {
    await primeReplies(ends);
    const runs: ThroughputRun[] = [];
    const limits: LimitRun[] = [];
    // In turns: what disturbs the machine for a while then disturbs both.
    for (let run = 0; run < effort.runs; run++) {
      runs.push(await runOnce(ends, effort.seconds));
      limits.push(await measureLimit(ends, which.shards, effort.seconds));
    }
    const [forwarder, limit] = [spreads(runs), spreads(limits)];
    const shareOfLimit = forwarder.eventsPerCpuSecond.median / limit.eventsPerCpuSecond.median;
    return { ...which, forwarder, limit, shareOfLimit };
  } finally {
    await ends.stop();
  }
}

async function runOnce(ends: Ends, seconds: number): Promise<ThroughputRun> {
  await ends.receiver.call('reset');
  const forwarder = new Forwarder(ends);
  try {
    await forwarder.during(ends.waitFor({ events: 1 }, FIRST_EVENT_TIMEOUT_MS));
    await pause(WARM_UP_MS);
    const before = await sample(ends, forwarder);
    await pause(seconds * 1_000);
    const after = await sample(ends, forwarder);
    const { peakRss } = forwarder.memory;
    await forwarder.stop();
    const rawBytes = await ends.rawBytesPerEvent();
    return {
      ...figures(before, after, forwarder.use(before.cpu, after.cpu), rawBytes),
      peakRssMiB: peakRss / 2 ** 20,
      ...(await balance(ends, forwarder.consumerGroup)),
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
}

async function sample(ends: Ends, forwarder: Forwarder): Promise<Sample> {
  const { events } = await ends.stats();
  return {
    events,
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
    sourceCpu: perMillion(after.sourceCpu - before.sourceCpu),
    receiverCpu: perMillion(after.receiverCpu - before.receiverCpu),
  };
}
