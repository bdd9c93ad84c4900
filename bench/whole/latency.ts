import { setTimeout as pause } from 'node:timers/promises';
import type { ReceiverStats } from '../../src/emulator/receiver/contract.js';
import { Ends } from './ends.js';
import { Forwarder } from './forwarder.js';
import { minus, processCpu, total } from './proc.js';
import { spreads, type Spreads } from './statistics.js';

/** From append at the emulator to read by the receiver, milliseconds. */
export interface LatencyRun {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Cores the forwarder used at this rate. */
  readonly cores: number;
  /** CPU seconds per million events. */
  readonly cpu: number;
  readonly lost: number;
  readonly duplicates: number;
}

export interface LatencyResult {
  readonly eventsPerSecond: number;
  readonly shards: number;
  readonly latency: Spreads<LatencyRun>;
}

/** Code compiled, the pull size learnt. */
const WARM_UP_MS = 4_000;
const TIMEOUT_MS = 30_000;
/** Nothing new for so long: what has not come by then does not come any more. */
const QUIET_MS = 10_000;

/** @param rate events per second of all shards together. */
export async function measureLatency(
  rate: number,
  shards: number,
  seconds: number,
  runs: number,
): Promise<LatencyResult> {
  const results: LatencyRun[] = [];
  for (let run = 0; run < runs; run++) results.push(await runOnce(rate, shards, seconds));
  return { eventsPerSecond: rate, shards, latency: spreads(results) };
}

async function runOnce(rate: number, shards: number, seconds: number): Promise<LatencyRun> {
  const ends = await Ends.start({ profile: 'vpcflow', shards }, 'tcp', { latency: true });
  const forwarder = new Forwarder(ends);
  try {
    await ends.setRate(rate);
    await forwarder.during(ends.waitFor({ events: 1 }, TIMEOUT_MS));
    await pause(WARM_UP_MS);
    await ends.receiver.call('reset');
    const [cpu, startedAt] = [processCpu(forwarder.pid), performance.now()];
    await pause(seconds * 1_000);
    // On a machine too slow for the rate the first event may come later than that.
    const { latency, events } = await forwarder.during(ends.waitFor({ events: 1 }, TIMEOUT_MS));
    const used = total(minus(processCpu(forwarder.pid), cpu));
    const cores = used / ((performance.now() - startedAt) / 1_000);
    const [p50Ms, p99Ms, maxMs] = [latency?.p50 ?? 0, latency?.p99 ?? 0, latency?.max ?? 0];
    return { p50Ms, p99Ms, maxMs, cores, cpu: (used / events) * 1e6, ...(await drain(ends, forwarder)) };
  } finally {
    forwarder.kill();
    await ends.stop();
  }
}

/** Lets everything appended arrive, however far behind it is. Numbers are counted from the reset on: gaps, and what is missing at the end. */
async function drain(ends: Ends, forwarder: Forwarder): Promise<Pick<LatencyRun, 'lost' | 'duplicates'>> {
  await ends.setRate(0);
  const appended = await ends.appended();
  const missing = (stats: ReceiverStats): number =>
    stats.shards.reduce((sum, { shard, last }) => sum + (appended.get(shard) ?? 0) - 1 - last, 0);
  let stats = await ends.stats();
  for (let until = performance.now() + QUIET_MS; missing(stats) > 0 && performance.now() < until;) {
    await pause(100);
    const before = stats.events;
    stats = await ends.stats();
    if (stats.events > before) until = performance.now() + QUIET_MS;
  }
  await forwarder.stop();
  const { lost, duplicates } = (await ends.stats()).sequence;
  return { lost: lost + missing(stats), duplicates };
}
