import type { Machine } from '../whole/machine.js';
import { machineText, markdown, middle } from '../whole/report.js';
import type { Absent } from './contestant.js';
import type { CostResult } from './cost.js';
import type { LossResult } from './loss.js';

/** Everything measured in one go: the JSON file. */
export interface PeerResults {
  readonly when: string;
  readonly command: string;
  readonly machine: Machine;
  readonly cost: readonly CostResult[];
  readonly loss: readonly LossResult[];
  readonly absent: readonly Absent[];
}

/** The results as Markdown. */
export function toMarkdown({ when, command, machine, cost, loss, absent }: PeerResults): string {
  return [
    `${when} \`${command}\``,
    machineText(machine),
    ...(cost.length === 0 ? [] : [costTable(cost)]),
    ...(loss.length === 0 ? [] : [lossTable(loss)]),
    ...absent.map(({ name, reason }) => `Skipped: ${name}: ${reason}`),
  ].join('\n\n');
}

function costTable(results: readonly CostResult[]): string {
  const head = ['profile', 'program', 'events/CPU-s', 'ours is', 'events/s', 'cores', 'peak RSS, MiB'];
  const rows = results.flatMap(({ profile, contestants }) =>
    contestants.map(({ name, runs, ratio }) => [
      profile,
      name,
      middle(runs.eventsPerCpuSecond, 0),
      `${middle(ratio, 1)} ×`,
      middle(runs.eventsPerSecond, 0),
      runs.cores.median.toFixed(2),
      runs.peakRssMiB.max.toFixed(0),
    ]),
  );
  return markdown(head, rows);
}

function lossTable(results: readonly LossResult[]): string {
  const head = ['receiver killed in mid-stream', 'events', 'received at the kill', 'lost', 'duplicates'];
  const grouped = (value: number): string => value.toLocaleString('en');
  return markdown(
    head,
    results.map(({ name, ...counts }) => [
      name,
      ...[counts.events, counts.atKill, counts.lost, counts.duplicates].map(grouped),
    ]),
  );
}
