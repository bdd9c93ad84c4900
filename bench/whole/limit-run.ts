import { setTimeout as pause } from 'node:timers/promises';
import type { Ends } from './ends.js';
import { minus, processCpu, total } from './proc.js';
import { Remote } from './rpc.js';

/** One run of the limit program, in the units of the forwarder's. */
export interface LimitRun {
  readonly eventsPerSecond: number;
  readonly eventsPerCpuSecond: number;
  readonly cpu: number;
  readonly user: number;
  readonly system: number;
}

/** What limit.ts is told. */
export interface LimitOptions {
  /** The forwarder's own config. */
  readonly configFile: string;
  readonly shards: number;
}

export async function measureLimit(ends: Ends, shards: number, seconds: number, warmUpMs: number): Promise<LimitRun> {
  const { file: configFile } = ends.config();
  const options: LimitOptions = { configFile, shards };
  const limit = await Remote.start<null>(new URL('../limit.js', import.meta.url), options);
  try {
    await pause(warmUpMs);
    const [before, cpuBefore, startedAt] = [
      await limit.call<number>('events'),
      processCpu(limit.pid),
      performance.now(),
    ];
    await pause(seconds * 1_000);
    const [after, cpuAfter, endedAt] = [await limit.call<number>('events'), processCpu(limit.pid), performance.now()];
    const events = after - before;
    const { user, system } = minus(cpuAfter, cpuBefore);
    const cpu = total({ user, system });
    return {
      eventsPerSecond: (events / (endedAt - startedAt)) * 1_000,
      eventsPerCpuSecond: events / cpu,
      cpu: (cpu / events) * 1e6,
      user: (user / events) * 1e6,
      system: (system / events) * 1e6,
    };
  } finally {
    await limit.stop();
  }
}
