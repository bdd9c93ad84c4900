/** Series by name and labels, exactly as they stand in a scrape: `name{label="value"}`. */
export type Metrics = ReadonlyMap<string, number>;

export function parseMetrics(text: string): Metrics {
  const series = new Map<string, number>();
  for (const line of text.split('\n')) {
    const space = line.lastIndexOf(' ');
    if (space > 0 && !line.startsWith('#')) series.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return series;
}

/** What a batch goes through, in its order. `written`, `acked` and `settled` count from the hand-over to the connection. */
export const STAGES = ['pull', 'format', 'written', 'acked', 'settled', 'commit'] as const;
export type Stage = (typeof STAGES)[number];

/** Milliseconds, exact to the buckets of the histograms: straight lines are drawn inside them. */
export interface StageTimes {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** How long the stage took of all batches between two scrapes of one process; undefined where none went through it. */
export function stageTimes(before: Metrics, after: Metrics, stage: Stage): StageTimes | undefined {
  const already = bucketsOf(before, stage);
  const buckets = bucketsOf(after, stage).map(([bound, count], index) => {
    return [bound, count - (already[index]?.[1] ?? 0)] as const;
  });
  if ((buckets.at(-1)?.[1] ?? 0) === 0) return undefined;
  return { p50Ms: quantile(buckets, 0.5), p99Ms: quantile(buckets, 0.99) };
}

type Bucket = readonly [upperBoundMs: number, cumulative: number];

function bucketsOf(metrics: Metrics, stage: Stage): Bucket[] {
  return [...metrics].flatMap(([series, count]): Bucket[] => {
    if (!/^forwarder_(destination_)?stage_seconds_bucket\{/.test(series) || !series.includes(`stage="${stage}"`))
      return [];
    const bound = /le="([^"]+)"/.exec(series)?.[1] ?? '';
    return [[bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound) * 1_000, count]];
  });
}

/** @param buckets ascending. 0 when nothing was counted; the highest finite bound for what lies beyond it. */
export function quantile(buckets: readonly Bucket[], share: number): number {
  const wanted = (buckets.at(-1)?.[1] ?? 0) * share;
  if (wanted === 0) return 0;
  let [lower, below] = [0, 0];
  for (const [bound, cumulative] of buckets) {
    if (cumulative >= wanted)
      return bound === Infinity ? lower : lower + ((bound - lower) * (wanted - below)) / (cumulative - below);
    [lower, below] = [bound, cumulative];
  }
  return lower;
}
