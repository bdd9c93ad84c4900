import type { LatencyResult } from './latency.js';
import type { Machine } from './machine.js';
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
}

type Row = readonly string[];

/** The results as Markdown. */
export function toMarkdown(results: Results): string {
  const { machine, start, stall, throughput, latency } = results;
  const { cpu, cores, memoryGiB, kernel, node, loadBefore } = machine;
  return [
    `${results.when} \`${results.command}\``,
    `${cores} × ${cpu}, ${memoryGiB} GiB, Linux ${kernel}, Node ${node}; load before: ${loadBefore.toFixed(1)}`,
    ...(throughput.length === 0 ? [] : [throughputTable(throughput), cpuTable(throughput)]),
    ...(start === undefined ? [] : [`First event after exec, new consumer group: ${middle(start.firstEventMs, 0)} ms`]),
    ...(latency.length === 0 ? [] : [latencyTable(latency)]),
    ...(stall === undefined ? [] : [stallText(stall)]),
  ].join('\n\n');
}

function throughputTable(results: readonly ThroughputResult[]): string {
  const head = ['case', 'events/CPU-s', 'of limit', 'events/s', 'MB/s', 'cores', 'peak RSS, MiB', 'lost', 'dup.'];
  return table(
    head,
    results.map(({ forwarder, shareOfLimit, ...which }) => [
      caseName(which),
      middle(forwarder.eventsPerCpuSecond, 0),
      `${(shareOfLimit * 100).toFixed(0)} %`,
      middle(forwarder.eventsPerSecond, 0),
      forwarder.megabytesPerSecond.median.toFixed(0),
      forwarder.cores.median.toFixed(2),
      forwarder.peakRssMiB.max.toFixed(0),
      String(forwarder.lost.max),
      String(forwarder.duplicates.max),
    ]),
  );
}

function cpuTable(results: readonly ThroughputResult[]): string {
  const head = [
    'CPU-s per million events',
    'all',
    'user',
    'sys',
    'coordinator',
    'of that GC',
    'formatters',
    'rest',
    'limit',
  ];
  return table(
    head,
    results.map(({ forwarder, limit, ...which }) => [
      caseName(which),
      middle(forwarder.cpu, 2),
      ...[forwarder.user, forwarder.system, forwarder.coordinator, forwarder.coordinatorGc].map(short),
      ...[forwarder.formatters, forwarder.rest].map(short),
      middle(limit.cpu, 2),
    ]),
  );
}

function latencyTable(results: readonly LatencyResult[]): string {
  return table(
    ['append → receive', 'p50, ms', 'p99, ms', 'max, ms', 'cores', 'lost', 'dup.'],
    results.map(({ eventsPerSecond, latency }) => [
      `${eventsPerSecond} events/s`,
      ...[latency.p50Ms, latency.p99Ms, latency.maxMs].map((ms) => middle(ms, 0)),
      latency.cores.median.toFixed(2),
      String(latency.lost.max),
      String(latency.duplicates.max),
    ]),
  );
}

function stallText(stall: StallResult): string {
  const { shards, stallSeconds, peakBeforeMiB, peakRssMiB, resumedMs, lost, duplicates } = stall;
  const memory = `peak RSS ${peakRssMiB.toFixed(0)} MiB (${peakBeforeMiB.toFixed(0)} before)`;
  return `Receiver stalled for ${stallSeconds} s, ${shards} shards: ${memory}, again at work after ${resumedMs.toFixed(0)} ms, lost ${lost}, duplicates ${duplicates}`;
}

const caseName = ({ profile, transport, shards }: Pick<ThroughputResult, 'profile' | 'transport' | 'shards'>): string =>
  `${profile} ${transport} ${shards}`;

const short = ({ median }: Spread): string => median.toFixed(2);

/** `median (min–max)` */
function middle({ min, median, max }: Spread, digits: number): string {
  const [low, mid, high] = [min, median, max].map((value) => grouped(value, digits));
  return min === max ? String(mid) : `${mid} (${low}–${high})`;
}

const grouped = (value: number, digits: number): string =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, index) => (index === 0 ? '---' : '--:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
