/** What a forwarder says about itself at one moment, of its /metrics. */
export interface RunReading {
  readonly writtenBytes: number;
  readonly writtenEvents: number;
  readonly resentEvents: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
  /** Shards held, and those of them at their tip. */
  readonly shards: number;
  readonly caughtUp: number;
}

/** @param text in Prometheus' exposition format, as src/telemetry/metrics.ts renders it. */
export function readingOf(text: string): RunReading {
  const sum = (name: string): number => {
    let total = 0;
    for (const line of text.split('\n')) {
      const [, found, value] = /^(\w+)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
      if (found === name) total += Number(value);
    }
    return total;
  };
  return {
    writtenBytes: sum('forwarder_destination_written_bytes_total'),
    writtenEvents: sum('forwarder_destination_written_events_total'),
    resentEvents: sum('forwarder_destination_resent_events_total'),
    cpuSeconds: sum('process_cpu_seconds_total'),
    peakRssBytes: sum('process_peak_resident_memory_bytes'),
    shards: sum('forwarder_shards_owned'),
    caughtUp: sum('forwarder_shard_caught_up'),
  };
}
