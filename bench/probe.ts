/**
 * Loaded into the measured forwarder (`node --import`): says which thread is which, which nobody outside can tell, and how much of the
 * coordinator's time is garbage collection. Costs a few milliseconds at the start and nothing afterwards.
 */
import { readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance, PerformanceObserver } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';
import type { CoordinatorProbe } from './whole/probe-file.js';

const INTERVAL_MS = 200;
/** The loop's delays are seen by a timer that comes so often; without a delay it still takes that long. */
const RESOLUTION_MS = 5;
const dir = process.env['BENCH_PROBE_DIR'] ?? '.';
const thread = readlinkSync('/proc/thread-self').split('/').at(-1) ?? '';
if (isMainThread) watchCoordinator();
else writeFileSync(join(dir, `formatter-${thread}`), '');

const beyond = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);

function watchCoordinator(): void {
  let gcMs = 0;
  let gcs = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      gcMs += duration;
      gcs += 1;
    }
  }).observe({ entryTypes: ['gc'] });
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const write = (): void => {
    const { active } = performance.eventLoopUtilization();
    const probe: CoordinatorProbe = {
      atMs: performance.now(),
      gcMs,
      gcs,
      busyMs: active,
      delayP99Ms: beyond(delay.percentile(99)),
      delayMaxMs: beyond(delay.max),
    };
    writeFileSync(join(dir, 'coordinator.json'), JSON.stringify(probe));
  };
  setInterval(write, INTERVAL_MS).unref();
}
