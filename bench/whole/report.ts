import type { Case } from './ends.js';
import type { IdleResult } from './idle.js';
import type { LatencyResult } from './latency.js';
import type { Machine } from './machine.js';
import { STAGES } from './metrics.js';
import type { ScaleResult } from './scale.js';
import type { SoakResult } from './soak.js';
import type { StallResult } from './stall.js';
import type { StartResult } from './start.js';
import type { Spread } from './statistics.js';
import type { ThroughputResult } from './throughput.js';

/** Everything measured in one go: the JSON file. */
export interface Results {
  readonly when: string;
  readonly command: string;
  readonly machine: Machine;
  readonly throughput: readonly ThroughputResult[];
  readonly start?: StartResult;
  readonly latency: readonly LatencyResult[];
  readonly stall?: StallResult;
  readonly idle?: IdleResult;
  readonly scale?: readonly (readonly ScaleResult[])[];
  readonly soak?: SoakResult;
}

type Row = readonly string[];

/** A table with the names of its columns; the first column is text, the others are numbers. */
export interface Table {
  readonly title: string;
  readonly head: Row;
  readonly rows: readonly Row[];
}

/** The results as Markdown. */
export function toMarkdown(results: Results): string {
  const { when, command, machine } = results;
  return [
    `${when} \`${command}\``,
    machineText(machine),
    ...tables(results).map(({ title, head, rows }) => `${title}\n\n${markdown(head, rows)}`),
    ...sentences(results),
  ].join('\n\n');
}

export function machineText({ cpu, cores, memoryGiB, kernel, node, loadBefore }: Machine): string {
  return `${cores} × ${cpu}, ${memoryGiB} GiB, Linux ${kernel}, Node ${node}; load before: ${loadBefore.toFixed(1)}`;
}

/** Every table there is something for. */
export function tables({ throughput, latency, scale = [] }: Results): Table[] {
  return [
    ...(throughput.length === 0
      ? []
      : [throughputTable, cpuTable, ceilingTable, stageTable].map((table) => table(throughput))),
    ...(latency.length === 0 ? [] : [latencyTable(latency)]),
    ...scale.map(scaleTable),
  ];
}

/** What is one line each. */
export function sentences({ start, stall, idle, soak }: Results): string[] {
  return [
    ...(start === undefined ? [] : [`First event after exec, new consumer group: ${middle(start.firstEventMs, 0)} ms`]),
    ...(stall === undefined ? [] : [stallText(stall)]),
    ...(idle === undefined ? [] : [idleText(idle)]),
    ...(soak === undefined ? [] : [soakText(soak)]),
  ];
}

function throughputTable(results: readonly ThroughputResult[]): Table {
  return {
    title: 'Throughput, and memory at full speed',
    head: [
      ...['case', 'events/CPU-s', 'of limit', 'events/s', 'MB/s', 'cores'],
      ...['peak RSS, MiB', 'loop delay p99, ms', 'lost', 'dup.'],
    ],
    rows: results.map(({ forwarder, shareOfLimit, ...which }) => [
      caseName(which),
      middle(forwarder.eventsPerCpuSecond, 0),
      `${(shareOfLimit.median * 100).toFixed(0)} % (${(shareOfLimit.min * 100).toFixed(0)}–${(shareOfLimit.max * 100).toFixed(0)})`,
      middle(forwarder.eventsPerSecond, 0),
      forwarder.megabytesPerSecond.median.toFixed(0),
      forwarder.cores.median.toFixed(2),
      forwarder.peakRssMiB.max.toFixed(0),
      forwarder.loopDelayP99Ms.median.toFixed(1),
      String(forwarder.lost.max),
      String(forwarder.duplicates.max),
    ]),
  };
}

function cpuTable(results: readonly ThroughputResult[]): Table {
  return {
    title: 'CPU seconds per million events',
    head: ['case', 'all', 'user', 'sys', 'coordinator', 'of that GC', 'formatters', 'rest', 'limit'],
    rows: results.map(({ forwarder, limit, formatterThreads, ...which }) => [
      caseName(which),
      middle(forwarder.cpu, 2),
      ...[forwarder.user, forwarder.system, forwarder.coordinator, forwarder.coordinatorGc].map(short),
      formatterThreads.map(short).join(' + '),
      short(forwarder.rest),
      middle(limit.cpu, 2),
    ]),
  };
}

/** All formatter threads hang on one coordinator: what it can feed is what a process can do, however many cores there are. */
function ceilingTable(results: readonly ThroughputResult[]): Table {
  return {
    title: 'What one process can do at most: its coordinator busy all the time, formatter threads as needed',
    head: ['case', 'coordinator, CPU-s per GB', 'events/s', 'MB/s', 'formatter threads'],
    rows: results.map(({ forwarder, ...which }) => {
      const coordinator = forwarder.coordinator.median;
      const bytesPerEvent = (forwarder.megabytesPerSecond.median / forwarder.eventsPerSecond.median) * 1e6;
      return [
        caseName(which),
        ((coordinator / bytesPerEvent) * 1e3).toFixed(2),
        grouped(Math.round(100 / coordinator) * 1e4, 0),
        grouped(bytesPerEvent / coordinator, 0),
        (forwarder.formatters.median / coordinator).toFixed(1),
      ];
    }),
  };
}

function stageTable(results: readonly ThroughputResult[]): Table {
  return {
    title:
      'How long batches take at full speed, p50 / p99 in ms (written, acked, settled: from the hand-over to the connection)',
    head: ['case', ...STAGES],
    rows: results.map(({ stages, ...which }) => [
      caseName(which),
      ...STAGES.map((stage) => {
        const times = stages[stage];
        return times === undefined ? '–' : `${rough(times.p50Ms.median)} / ${rough(times.p99Ms.median)}`;
      }),
    ]),
  };
}

function latencyTable(results: readonly LatencyResult[]): Table {
  return {
    title: 'Append → receive at a fixed rate',
    head: ['rate', 'p50, ms', 'p99, ms', 'max, ms', 'cores', 'CPU-s per million', 'lost', 'dup.'],
    rows: results.map(({ eventsPerSecond, shards, latency }) => [
      `${grouped(eventsPerSecond, 0)} events/s, ${shards} ${shards === 1 ? 'shard' : 'shards'}`,
      ...[latency.p50Ms, latency.p99Ms, latency.maxMs].map((ms) => middle(ms, 0)),
      latency.cores.median.toFixed(2),
      middle(latency.cpu, 2),
      String(latency.lost.max),
      String(latency.duplicates.max),
    ]),
  };
}

function scaleTable(results: readonly ScaleResult[]): Table {
  return {
    title: 'What more costs, against the first',
    head: ['arrangement', 'CPU per event', 'events/CPU-s', 'events/s', 'cores', 'peak RSS, MiB', 'lost', 'dup.'],
    rows: results.map(({ name, figures, cost }) => [
      name,
      `${middle(cost, 2)} ×`,
      middle(figures.eventsPerCpuSecond, 0),
      middle(figures.eventsPerSecond, 0),
      figures.cores.median.toFixed(2),
      figures.peakRssMiB.max.toFixed(0),
      String(figures.lost.max),
      String(figures.duplicates.max),
    ]),
  };
}

function stallText(stall: StallResult): string {
  const { shards, stallSeconds, peakBeforeMiB, peakRssMiB, resumedMs, lost, duplicates } = stall;
  const memory = `peak RSS ${peakRssMiB.toFixed(0)} MiB (${peakBeforeMiB.toFixed(0)} before)`;
  return `Receiver stalled for ${stallSeconds} s, ${shards} shards: ${memory}, again at work after ${resumedMs.toFixed(0)} ms, lost ${lost}, duplicates ${duplicates}`;
}

function idleText({ shards, pollMs, figures: { percentOfCore, pullsPerSecond } }: IdleResult): string {
  const asked = `${shards} idle shards asked every ${pollMs} ms (${middle(pullsPerSecond, 0)} pulls/s)`;
  return `${asked}: ${middle(percentOfCore, 2)} % of a core`;
}

function soakText({
  seconds,
  shards,
  eventsPerCpuSecond,
  earlyMiB,
  lateMiB,
  gcPercent,
  lost,
  duplicates,
}: SoakResult): string {
  const memory = `resident set ${earlyMiB.toFixed(0)} MiB early and ${lateMiB.toFixed(0)} MiB late`;
  return `Full speed for ${seconds} s, ${shards} shards: ${memory}, ${grouped(eventsPerCpuSecond, 0)} events per CPU-second, GC ${gcPercent.toFixed(1)} % of CPU, lost ${lost}, duplicates ${duplicates}`;
}

export const caseName = ({ profile, transport, body = 'kv', shards }: Case): string =>
  `${profile} ${body} ${transport}, ${shards} ${shards === 1 ? 'shard' : 'shards'}`;

const short = ({ median }: Spread): string => median.toFixed(2);

const rough = (ms: number): string => (ms < 10 ? ms.toFixed(1) : ms.toFixed(0));

/** `median (min–max)` */
export function middle({ min, median, max }: Spread, digits: number): string {
  const [low, mid, high] = [min, median, max].map((value) => grouped(value, digits));
  return min === max ? String(mid) : `${mid} (${low}–${high})`;
}

const grouped = (value: number, digits: number): string =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

export function markdown(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, index) => (index === 0 ? '---' : '--:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
