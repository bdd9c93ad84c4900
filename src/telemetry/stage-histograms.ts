import { Histogram, type MetricObjectWithValues, type MetricValueWithName, type Registry } from 'prom-client';
import { BUCKETS_MS } from '../flow/histogram.js';
import type { HistogramSnapshot } from '../model/snapshot.js';
import type { Snapshot } from '../model/snapshot.js';

interface Series {
  readonly labels: Record<string, string>;
  readonly histogram: HistogramSnapshot;
}

/** How long batches take, by stage: the same snapshot as everything else, in seconds as Prometheus wants it. */
export function addStageHistograms(registry: Registry, snapshot: () => Snapshot): void {
  registry.registerMetric(
    new SnapshotHistogram(
      'forwarder_stage_seconds',
      'How long a batch takes: its pull, its formatting with the wait for a thread, the commit of its checkpoint.',
      () => snapshot().pipelines.flatMap(ofPipeline),
    ),
  );
  registry.registerMetric(
    new SnapshotHistogram(
      'forwarder_destination_stage_seconds',
      'How long a batch takes from its hand-over to the connection until it is written, acked, settled.',
      () => snapshot().destinations.flatMap(ofDestination),
    ),
  );
}

function ofPipeline({ name, source, project, logstore, totals }: Snapshot['pipelines'][number]): Series[] {
  return byStage({ pipeline: name, source, project, logstore }, totals.stages);
}

function ofDestination({ name, totals }: Snapshot['destinations'][number]): Series[] {
  return byStage({ destination: name }, totals.stages);
}

function byStage(labels: Series['labels'], stages: Readonly<Record<string, HistogramSnapshot>>): Series[] {
  return Object.entries(stages).map(([stage, histogram]) => ({ labels: { ...labels, stage }, histogram }));
}

type Exposed = MetricObjectWithValues<MetricValueWithName<string>>;

/** prom-client's own can only observe; this one shows what was observed elsewhere. */
class SnapshotHistogram extends Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #series: () => readonly Series[];

  constructor(name: string, help: string, series: () => readonly Series[]) {
    super({ name, help, registers: [] });
    this.#name = name;
    this.#help = help;
    this.#series = series;
  }

  override get(): Promise<Exposed> {
    const values = this.#series().flatMap((series) => this.#lines(series));
    return Promise.resolve({
      name: this.#name,
      help: this.#help,
      type: 'histogram',
      aggregator: 'sum',
      values,
    } as unknown as Exposed);
  }

  /** What a registry asks for, where there is one. */
  getForPromString(): Promise<Exposed> {
    return this.get();
  }

  #lines({ labels, histogram: { counts, sumMs } }: Series): MetricValueWithName<string>[] {
    let total = 0;
    const buckets = counts.map((count, index) => {
      total += count;
      const bound = BUCKETS_MS[index];
      const le = bound === undefined ? '+Inf' : String(bound / 1_000);
      return { metricName: `${this.#name}_bucket`, labels: { ...labels, le }, value: total };
    });
    return [
      ...buckets,
      { metricName: `${this.#name}_sum`, labels, value: sumMs / 1_000 },
      { metricName: `${this.#name}_count`, labels, value: total },
    ];
  }
}
