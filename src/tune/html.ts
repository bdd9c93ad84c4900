import { barsOf, reportText, type Bar } from './report.js';
import type { SearchResult } from './search.js';
import { grouped, type Names } from './words.js';

const WIDTH = 960;
const ROW = 44;
const BAR = 16;
const VALUE = 110;
const PLOT = WIDTH - VALUE;

/** One page without anything from elsewhere: a plot of the steps, then the report as text. */
export function reportHtml(found: SearchResult, names: Names, title: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; max-width: ${WIDTH}px; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; }
  pre { overflow-x: auto; background: #f5f6f8; padding: 1rem; border-radius: 6px; font-size: 12px; }
  svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; }
</style>
<h1>${escape(title)}</h1>
<p>Bars: median events per second of a config; whiskers: its slowest and fastest window. Blue was kept, grey was not.</p>
${svg(barsOf(found, names))}
<pre>${escape(reportText(found, names))}</pre>
</html>
`;
}

function svg(bars: readonly Bar[]): string {
  const most = Math.max(1, ...bars.map(({ summary }) => summary.fastest));
  const height = bars.length * ROW + 10;
  const rows = bars.map((bar, index) => row(bar, index * ROW + 5, (value) => (value / most) * PLOT));
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="events per second of each step">\n${rows.join('\n')}\n</svg>`;
}

function row({ label, summary, kept }: Bar, top: number, x: (value: number) => number): string {
  const middle = top + 18 + BAR / 2;
  const [slow, median, fast] = [summary.slowest, summary.eventsPerSecond, summary.fastest].map((value) =>
    round(x(value)),
  );
  return [
    `<text x="0" y="${top + 12}">${escape(label)}</text>`,
    `<rect x="0" y="${middle - BAR / 2}" width="${median}" height="${BAR}" rx="2" fill="${kept ? '#2f6fde' : '#b6bcc6'}"/>`,
    `<path d="M${slow} ${middle}H${fast}M${slow} ${middle - 5}v10M${fast} ${middle - 5}v10" stroke="#1b1f24" fill="none"/>`,
    `<text x="${WIDTH}" y="${middle + 4}" text-anchor="end">${grouped(summary.eventsPerSecond)}</text>`,
  ].join('');
}

const round = (value: number): number => Math.round(value * 10) / 10;

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
