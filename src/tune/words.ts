import type { Sample } from './compare.js';
import { medianOf } from './noise.js';
import type { KnobName, Point } from './point.js';

/** Names of the tuned pipeline and destination, and how the byte budget is divided. */
export interface Names {
  readonly pipeline: string;
  readonly destination: string;
  /** Destinations in use: the config's byte budget is that of all of them. */
  readonly destinations: number;
}

const KIB = 2 ** 10;
const MIB = 2 ** 20;

/** A size as a config has it. */
export function sizeText(bytes: number): string {
  if (bytes % KIB !== 0) return `${bytes}B`;
  return bytes % MIB === 0 ? `${bytes / MIB}MiB` : `${bytes / KIB}KiB`;
}

const isBytes = (knob: KnobName): boolean => knob === 'budgetBytes' || knob === 'pullBytes';

/** The value of a knob as the user's config would have it. */
function valueText(knob: KnobName, point: Point, { destinations }: Names): string {
  const value = knob === 'budgetBytes' ? point[knob] * destinations : point[knob];
  return isBytes(knob) ? sizeText(value) : String(value);
}

const KEYS: Readonly<Record<KnobName, string>> = {
  threads: 'workers.threads',
  connections: 'connections',
  budgetBytes: 'flow.maxInFlightBytes',
  pullBytes: 'pull.maxBytes',
  window: 'pull.window',
};

const KNOB_NAMES = Object.keys(KEYS) as KnobName[];

/** `workers.threads 1 → 2, …`: every knob that differs. */
export function changeText(from: Point, to: Point, names: Names): string {
  return KNOB_NAMES.filter((knob) => from[knob] !== to[knob])
    .map((knob) => `${KEYS[knob]} ${valueText(knob, from, names)} → ${valueText(knob, to, names)}`)
    .join(', ');
}

/** The keys that differ from the start, to be merged into the config. */
export function recommendedYaml(start: Point, best: Point, names: Names): string {
  const changed = new Set(KNOB_NAMES.filter((knob) => start[knob] !== best[knob]));
  const value = (knob: KnobName): string => valueText(knob, best, names);
  const lines: string[] = [];
  if (changed.has('threads')) lines.push('workers:', `  threads: ${value('threads')}`);
  if (changed.has('budgetBytes')) lines.push('flow:', `  maxInFlightBytes: ${value('budgetBytes')}`);
  if (changed.has('connections'))
    lines.push('destinations:', `  ${names.destination}:`, `    connections: ${value('connections')}`);
  if (changed.has('pullBytes') || changed.has('window')) {
    lines.push('pipelines:', `  - name: ${names.pipeline}`, '    pull:');
    if (changed.has('pullBytes')) lines.push(`      maxBytes: ${value('pullBytes')}`);
    if (changed.has('window')) lines.push(`      window: ${value('window')}`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** Medians, and how far apart the slowest and the fastest window were. */
export interface Summary {
  readonly eventsPerSecond: number;
  readonly slowest: number;
  readonly fastest: number;
  readonly eventsPerCpuSecond: number;
  readonly peakRssBytes: number;
}

export function summaryOf(samples: readonly Sample[]): Summary {
  const speeds = samples.map(({ eventsPerSecond }) => eventsPerSecond);
  return {
    eventsPerSecond: medianOf(speeds),
    slowest: Math.min(...speeds),
    fastest: Math.max(...speeds),
    eventsPerCpuSecond: medianOf(samples.map((sample) => sample.eventsPerCpuSecond)),
    peakRssBytes: Math.max(...samples.map(({ peakRssBytes }) => peakRssBytes)),
  };
}

export const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');

/** `+12.3 %` */
export const percent = (ratio: number): string => `${ratio < 0 ? '−' : '+'}${Math.abs(ratio * 100).toFixed(1)} %`;

export const mib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;
