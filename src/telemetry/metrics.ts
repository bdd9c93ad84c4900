import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { Snapshot } from '../model/snapshot.js';
import { FAMILIES } from './metric-families.js';
import type { Family } from './metric-family.js';
import { addStageHistograms } from './stage-histograms.js';
import { version } from './version.js';

export interface Metrics {
  readonly contentType: string;
  /** The text of one scrape. */
  render(): Promise<string>;
}

/**
 * Everything is read from one snapshot at scrape time; nothing is counted here. So the series of a shard vanish with the shard, and a scrape
 * can't disagree with the status line.
 */
export function createMetrics(snapshot: () => Snapshot): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const info = new Gauge({
    name: 'forwarder_build_info',
    help: 'Always 1.',
    labelNames: ['version', 'node'],
    registers,
  });
  info.set({ version: version(), node: process.version }, 1);
  new Gauge({
    name: 'process_peak_resident_memory_bytes',
    help: 'Highest resident memory size since the start.',
    registers,
    collect() {
      this.set(process.resourceUsage().maxRSS * KIB);
    },
  });
  const updates = FAMILIES.map((family) => updater(family, registry));
  addStageHistograms(registry, snapshot);
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_LOOK_MS });
  return {
    contentType: registry.contentType,
    render: () => {
      const now = snapshot();
      for (const update of updates) update(now);
      return registry.metrics();
    },
  };
}

/**
 * How often the library looks how late the event loop is; `nodejs_eventloop_lag_*` are never less. Its 10 ms would wake an idle process a hundred times
 * a second, which is 0.6 % of a core.
 */
const LOOP_LOOK_MS = 100;

/** The unit of maxRSS. */
const KIB = 1024;

function updater({ name, help, labels, isCounter, samples }: Family, registry: Registry): (snapshot: Snapshot) => void {
  const settings = { name, help, labelNames: [...labels], registers: [registry] };
  if (isCounter) {
    const counter = new Counter(settings);
    return (snapshot) => {
      counter.reset();
      for (const { labels: values, value } of samples(snapshot)) counter.inc(values, value);
    };
  }
  const gauge = new Gauge(settings);
  return (snapshot) => {
    gauge.reset();
    for (const { labels: values, value } of samples(snapshot)) gauge.set(values, value);
  };
}
