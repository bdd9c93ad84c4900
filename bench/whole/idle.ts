import { setTimeout as pause } from 'node:timers/promises';
import { Ends } from './ends.js';
import { Forwarder } from './forwarder.js';
import type { Metrics } from './metrics.js';
import { minus, processCpu, total } from './proc.js';
import { spreads, type Spreads } from './statistics.js';

/** Shards at their tip into which nothing is written: what asking costs. */
export interface IdleRun {
  /** Of one core, all threads of the process. */
  readonly percentOfCore: number;
  readonly pullsPerSecond: number;
}

export interface IdleResult {
  readonly shards: number;
  readonly pollMs: number;
  readonly figures: Spreads<IdleRun>;
}

const SHARDS = 64;
const POLL_MS = 200;
/** What a start leaves behind: code that V8 compiles when it has run for half a minute, a heap that shrinks. */
const WARM_UP_MS = 60_000;
const LOOK_MS = 100;

export async function measureIdle(seconds: number, runs: number): Promise<IdleResult> {
  const ends = await Ends.start({ profile: 'vpcflow', shards: SHARDS }, 'tcp', {});
  try {
    const results: IdleRun[] = [];
    for (let run = 0; run < runs; run++) results.push(await runOnce(ends, seconds));
    return { shards: SHARDS, pollMs: POLL_MS, figures: spreads(results) };
  } finally {
    await ends.stop();
  }
}

/** Without the probe, whose timers would be most of what is measured. */
async function runOnce(ends: Ends, seconds: number): Promise<IdleRun> {
  const pull = { idlePoll: `${POLL_MS}ms`, idlePollMax: `${POLL_MS}ms` };
  const forwarder = new Forwarder(ends, false, { pipeline: { pull } });
  try {
    for (let owned = 0; owned < SHARDS; owned = sum(await forwarder.metrics(), 'forwarder_shards_owned'))
      await forwarder.during(pause(LOOK_MS));
    await forwarder.during(pause(WARM_UP_MS));
    const pulls = sum(await forwarder.metrics(), 'forwarder_pulls_total');
    const [cpu, startedAt] = [processCpu(forwarder.pid), performance.now()];
    await forwarder.during(pause(seconds * 1_000));
    const used = total(minus(processCpu(forwarder.pid), cpu));
    const took = (performance.now() - startedAt) / 1_000;
    const pullsPerSecond = (sum(await forwarder.metrics(), 'forwarder_pulls_total') - pulls) / took;
    await forwarder.stop();
    return { percentOfCore: (used / took) * 100, pullsPerSecond };
  } finally {
    forwarder.kill();
  }
}

function sum(metrics: Metrics, name: string): number {
  return [...metrics].reduce((all, [series, value]) => (series.startsWith(`${name}{`) ? all + value : all), 0);
}
