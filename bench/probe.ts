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
const dir = process.env['BENCH_PROBE_DIR'] ?? '.';
const thread = readlinkSync('/proc/thread-self').split('/').at(-1) ?? '';
if (isMainThread) watchCoordinator();
else writeFileSync(join(dir, `formatter-${thread}`), '');

function watchCoordinator(): void {
  let gcMs = 0;
  let gcs = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      gcMs += duration;
      gcs += 1;
    }
  }).observe({ entryTypes: ['gc'] });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const write = (): void => {
    const { active } = performance.eventLoopUtilization();
    const probe: CoordinatorProbe = {
      atMs: performance.now(),
      gcMs,
      gcs,
      busyMs: active,
      delayP99Ms: delay.percentile(99) / 1e6,
      delayMaxMs: delay.max / 1e6,
    };
    writeFileSync(join(dir, 'coordinator.json'), JSON.stringify(probe));
  };
  setInterval(write, INTERVAL_MS).unref();
}
