import { setTimeout as pause } from 'node:timers/promises';
import type { ProfileName } from '../../src/emulator/sls/profiles/index.js';
import { Ends } from '../whole/ends.js';
import { primeReplies } from '../whole/forwarder.js';
import { memoryOf, minus, processCpu, total } from '../whole/proc.js';
import { spread, spreads, type Spread, type Spreads } from '../whole/statistics.js';
import type { Contestant } from './contestant.js';
import { WARM_UP_MS } from '../whole/warm-up.js';

/** A window of one contestant at full speed. */
interface CostRun {
  /** Received ÷ user + system time of its process. */
  readonly eventsPerCpuSecond: number;
  /** By the wall clock. */
  readonly eventsPerSecond: number;
  readonly cores: number;
  readonly peakRssMiB: number;
}

export interface CostResult {
  readonly profile: ProfileName;
  readonly contestants: readonly {
    readonly name: string;
    readonly runs: Spreads<CostRun>;
    /** Of the first contestant's events per CPU-second to its own, both of the same turn. */
    readonly ratio: Spread;
  }[];
}

const SHARDS = 4;
const FIRST_EVENT_MS = 60_000;

/** All contestants in turns, so that what disturbs the machine disturbs all of them. @param seconds of one window */
export async function measureCost(
  profile: ProfileName,
  contestants: readonly Contestant[],
  { seconds, runs }: { readonly seconds: number; readonly runs: number },
): Promise<CostResult> {
  const ends = await Ends.endless({ profile, transport: 'tcp', shards: SHARDS });
  try {
    await primeReplies(ends);
    const turns: CostRun[][] = [];
    for (let run = 0; run < runs; run++) {
      const turn: CostRun[] = [];
      for (const contestant of contestants) turn.push(await runOnce(ends, contestant, seconds));
      turns.push(turn);
    }
    const of = (index: number): CostRun[] => turns.flatMap((turn) => turn[index] ?? []);
    return {
      profile,
      contestants: contestants.map(({ name }, index) => {
        const ratios = turns.map((turn) => (turn[0]?.eventsPerCpuSecond ?? 0) / (turn[index]?.eventsPerCpuSecond ?? 0));
        return { name, runs: spreads(of(index)), ratio: spread(ratios) };
      }),
    };
  } finally {
    await ends.stop();
  }
}

async function runOnce(ends: Ends, contestant: Contestant, seconds: number): Promise<CostRun> {
  await ends.receiver.call('reset');
  const running = contestant.start(ends, ends.receiver.ready);
  const sample = async () => {
    const { events } = await ends.stats();
    return { events, cpu: processCpu(running.pid), atMs: performance.now() };
  };
  try {
    await running.during(ends.waitFor({ events: 1 }, FIRST_EVENT_MS));
    await running.during(pause(WARM_UP_MS));
    const before = await sample();
    await running.during(pause(seconds * 1_000));
    const after = await sample();
    const events = after.events - before.events;
    if (events === 0) throw new Error(`${contestant.name} delivered nothing in ${seconds} s`);
    const cpu = total(minus(after.cpu, before.cpu));
    const wall = (after.atMs - before.atMs) / 1_000;
    return {
      eventsPerCpuSecond: events / cpu,
      eventsPerSecond: events / wall,
      cores: cpu / wall,
      peakRssMiB: memoryOf(running.pid).peakRss / 2 ** 20,
    };
  } finally {
    running.kill();
  }
}
