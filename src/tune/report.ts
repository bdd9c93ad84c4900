import type { Comparison, Pair } from './compare.js';
import { samePoint } from './point.js';
import type { SearchResult, Step } from './search.js';
import { changeText, grouped, mib, percent, recommendedYaml, summaryOf, type Names, type Summary } from './words.js';

/** One bar: a config that was tried. */
export interface Bar {
  readonly label: string;
  readonly summary: Summary;
  readonly kept: boolean;
}

/** The start and everything that was tried, in order. */
export function barsOf({ startSamples, steps }: SearchResult, names: Names): Bar[] {
  const start = startSamples.length === 0 ? [] : [{ label: 'start', summary: summaryOf(startSamples), kept: true }];
  const tried = steps
    .filter(({ pairs }) => pairs.length > 0)
    .map((step) => ({
      label: changeText(step.from, step.to, names),
      summary: summaryOf(step.pairs.map((pair) => pair.tried)),
      kept: step.kept,
    }));
  return [...start, ...tried];
}

/** The whole report for standard output. */
export function reportText(found: SearchResult, names: Names): string {
  const parts = [stepTable(found, names), plot(barsOf(found, names)), boughtText(found, names), advice(found, names)];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

const HEAD = ['tried', 'events/s (slowest to fastest)', 'events/CPU-s', 'peak RSS', 'against the one before', ''];

function stepTable(found: SearchResult, names: Names): string {
  const { startSamples, steps } = found;
  const start = startSamples.length === 0 ? [] : [['start', ...figures(summaryOf(startSamples)), '', '']];
  return table([HEAD, ...start, ...steps.map((step) => stepRow(step, names))]);
}

function stepRow(step: Step, names: Names): string[] {
  const { pairs, kept, why } = step;
  const change = changeText(step.from, step.to, names);
  const verdict = `${kept ? 'kept' : 'not kept'}: ${why}`;
  if (pairs.length === 0) return [change, '', '', '', '', verdict];
  return [change, ...figures(summaryOf(pairs.map(({ tried }) => tried))), gainText(step), verdict];
}

function figures({ eventsPerSecond, slowest, fastest, eventsPerCpuSecond, peakRssBytes }: Summary): string[] {
  const speed = `${grouped(eventsPerSecond)} (${grouped(slowest)} to ${grouped(fastest)})`;
  return [speed, grouped(eventsPerCpuSecond), mib(peakRssBytes)];
}

const gainText = ({ gain, error, pairs }: Comparison): string =>
  `${percent(gain)} ± ${(error * 100).toFixed(1)}, ${pairs.length} pair${pairs.length === 1 ? '' : 's'}`;

function table(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const PLOT_WIDTH = 50;

/** A bar to the median, and a line on to the fastest window. */
function plot(bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ summary }) => summary.fastest));
  const width = Math.max(...bars.map(({ label }) => label.length));
  const columns = (value: number): number => Math.round((value / most) * PLOT_WIDTH);
  return bars
    .map(({ label, summary: { eventsPerSecond, slowest, fastest }, kept }) => {
      const solid = columns(slowest);
      const middle = Math.max(solid, columns(eventsPerSecond));
      const line = '█'.repeat(solid) + '▓'.repeat(middle - solid) + '░'.repeat(Math.max(0, columns(fastest) - middle));
      return `${label.padEnd(width)}  ${line} ${grouped(eventsPerSecond)}${kept ? '' : ' ✗'}`;
    })
    .join('\n');
}

function boughtText({ steps, check }: SearchResult, names: Names): string {
  const bought = steps
    .filter(({ kept }) => kept)
    .map((step) => `${changeText(step.from, step.to, names)}: ${ratioText(step.pairs)}`);
  if (bought.length === 0) return '';
  const together =
    check === undefined ? [] : [`all together, measured again against the start: ${ratioText(check.pairs)}`];
  return ['What each bought:', ...[...bought, ...together].map((line) => `  ${line}`)].join('\n');
}

/** How much more the tried config did: the change of the medians over the windows of the pairs. */
function ratioText(pairs: readonly Pair[]): string {
  const [base, tried] = [summaryOf(pairs.map((pair) => pair.base)), summaryOf(pairs.map((pair) => pair.tried))];
  const more = (of: (summary: Summary) => number): string => percent(of(tried) / of(base) - 1);
  const memory = Math.round((tried.peakRssBytes - base.peakRssBytes) / 2 ** 20);
  return `${more((one) => one.eventsPerSecond)} events/s, ${more((one) => one.eventsPerCpuSecond)} events/CPU-s, ${memory < 0 ? '−' : '+'}${Math.abs(memory)} MiB`;
}

function advice({ start, best, steps, check, ended }: SearchResult, names: Names): string {
  const why = ended === 'complete' ? '' : ` (not everything was tried: ${ended})`;
  if (check?.confirmed === false) return `Measured again the gain did not show: nothing is recommended${why}.`;
  if (samePoint(start, best)) {
    const tried = steps.length === 0 ? 'nothing was compared' : 'nothing tried was better by more than the noise';
    return `Keep your config: ${tried}${why}.`;
  }
  const sure = check === undefined ? ', not measured again for want of time' : '';
  return `Recommended${sure}${why}; the rest of your config stays as it is:\n\n${recommendedYaml(start, best, names)}`.trimEnd();
}
