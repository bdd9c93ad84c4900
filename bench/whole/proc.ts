import { readdirSync, readFileSync } from 'node:fs';

/** What Linux says about other processes (proc_pid_stat(5), proc_pid_status(5)). */

/** CPU seconds. */
export interface Cpu {
  readonly user: number;
  readonly system: number;
}

/** USER_HZ, the unit of /proc/<pid>/stat; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Fields are counted behind the name, which may hold spaces: utime is the 14th of all and the 12th after it. */
function cpuOf(stat: string): Cpu {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { user: Number(fields[11]) / TICKS_PER_SECOND, system: Number(fields[12]) / TICKS_PER_SECOND };
}

/** All threads of a process together, also those that have ended. */
export function processCpu(pid: number): Cpu {
  return cpuOf(readFileSync(`/proc/${pid}/stat`, 'latin1'));
}

/** Every living thread by its id. */
export function threadsCpu(pid: number): ReadonlyMap<number, Cpu> {
  const threads = new Map<number, Cpu>();
  for (const name of readdirSync(`/proc/${pid}/task`)) {
    try {
      threads.set(Number(name), cpuOf(readFileSync(`/proc/${pid}/task/${name}/stat`, 'latin1')));
    } catch {
      // It ended meanwhile.
    }
  }
  return threads;
}

/** Bytes. */
export interface Memory {
  readonly rss: number;
  readonly peakRss: number;
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  return { rss: kilobytes('VmRSS') * 1024, peakRss: kilobytes('VmHWM') * 1024 };
}

export const total = ({ user, system }: Cpu): number => user + system;

export function minus(after: Cpu, before: Cpu): Cpu {
  return { user: after.user - before.user, system: after.system - before.system };
}
