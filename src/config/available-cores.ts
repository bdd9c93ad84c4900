import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/**
 * Whole cores that this process may use, at least 1: those it may run on, or fewer where a control group (a container's CPU limit) gives it less
 * time. Of 2.5 cores 2 count: threads that together ask for more than the quota are all stopped for the rest of each period, heartbeats too.
 * Node knows the first, of control groups nothing before Node 22 (libuv 1.49).
 *
 * @param root where /proc and /sys are.
 * @source cgroups(7), the kernel's cgroup-v2 (cpu.max) and sched-bwc (cpu.cfs_quota_us)
 */
export function availableCores(root = '/', runnable = availableParallelism()): number {
  return Math.max(1, Math.floor(Math.min(runnable, cpuQuota(root))));
}

/** Cores' worth of CPU time, of the strictest control group from our own up to the outermost we see; Infinity without a limit. */
function cpuQuota(root: string): number {
  const groups = read(join(root, 'proc/self/cgroup')).split('\n');
  return Math.min(Infinity, ...groups.flatMap((line) => quotas(line, join(root, 'sys/fs/cgroup'))));
}

/** @param line `hierarchy:controllers:path`; no controllers: version 2, which may be mounted beside version 1. */
function quotas(line: string, mounts: string): number[] {
  const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
  if (controllers === undefined || path === undefined) return [];
  if (controllers === '') {
    const folders = [mounts, join(mounts, 'unified')].flatMap((mount) => upwards(mount, path));
    return folders.map((folder) => quotaOf(...words(join(folder, 'cpu.max'))));
  }
  if (!controllers.split(',').includes('cpu')) return [];
  return upwards(join(mounts, controllers), path).map((folder) => {
    const [quota] = words(join(folder, 'cpu.cfs_quota_us'));
    return quotaOf(quota, ...words(join(folder, 'cpu.cfs_period_us')));
  });
}

/** A container sees its own group as the outermost one but may be told its path outside: what is not there says nothing. */
function upwards(mount: string, path: string): string[] {
  const names = join('/', path)
    .split('/')
    .filter((name) => name !== '');
  return [mount, ...names.map((_, index) => join(mount, ...names.slice(0, index + 1)))];
}

/** Microseconds of CPU in each period; `max` and −1 are no limit. */
function quotaOf(quota?: string, period?: string): number {
  const cores = Number(quota) / Number(period);
  return cores > 0 ? cores : Infinity;
}

const words = (file: string): string[] => read(file).trim().split(/\s+/);

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
