import { STAGES } from './metrics.js';
import { caseName, machineText, sentences, tables, type Results, type Table } from './report.js';
import { bars, escape, lines, type Bar } from './svg.js';

/** Everything in one file that needs nothing else: tables, plots, and the JSON they were made from. */
export function toHtml(results: Results): string {
  const sections = [...plots(results), ...tables(results).map(tableSection), ...notes(results)];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>forwarder: benchmark of ${escape(results.when.slice(0, 10))}</title>
<style>${STYLE}</style>
<main>
<h1>forwarder: benchmark</h1>
<p class="lead">${escape(results.when)}<br>${escape(machineText(results.machine))}<br><code>${escape(results.command)}</code></p>
${sections.join('\n')}
<details><summary>All results as JSON</summary><pre>${escape(JSON.stringify(results, undefined, 2))}</pre></details>
</main>
</html>
`;
}

function plots({ throughput, latency, soak }: Results): string[] {
  const sections: string[] = [];
  if (throughput.length > 0) {
    const speed = throughput.map(({ forwarder: { eventsPerCpuSecond: each }, shareOfLimit, ...which }): Bar => ({
      label: caseName(which),
      parts: [{ name: 'events per CPU-second', value: each.median }],
      text: `${whole(each.median)} (${(shareOfLimit.median * 100).toFixed(0)} %)`,
      range: [each.min, each.max],
    }));
    sections.push(
      section(
        'Events per CPU-second',
        'User and system time of the whole process, all threads. Median, with the lowest and highest run; in brackets the share of the limit program, which formats nothing.',
        bars(speed, { label: 'events per CPU-second', digits: 0 }),
      ),
      section(
        'Where the CPU time goes',
        'Seconds per million events; the limit program for comparison stands at the end of each row.',
        bars(throughput.map(cpuBar), { label: 'CPU seconds per million events' }),
      ),
      section(
        'How long batches take at full speed',
        'Medians. Written, acked and settled are counted from the hand-over to the connection, so each holds the one before. At full speed batches mostly wait for each other. Further cases are in the table.',
        bars(
          throughput.slice(0, STAGE_PLOTS).flatMap(({ stages, ...which }) =>
            STAGES.flatMap((stage): Bar | [] => {
              const times = stages[stage];
              if (times === undefined) return [];
              return {
                label: `${caseName(which)}: ${stage}`,
                parts: [{ name: stage, value: times.p50Ms.median }],
                text: `p99 ${times.p99Ms.median.toFixed(0)} ms`,
              };
            }),
          ),
          { label: 'p50, milliseconds' },
        ),
      ),
    );
  }
  if (latency.length > 0)
    sections.push(
      section(
        'Append → receive',
        'From the append in the Log Service until the receiver has read the event, at a fixed rate.',
        bars(latency.flatMap(latencyBars), { label: 'milliseconds', digits: 0 }),
      ),
    );
  if (soak !== undefined) {
    const points = soak.rss.map(({ second, mib }) => [second, mib] as const);
    sections.push(
      section(
        'Memory at full speed',
        'Resident set of the forwarder, MiB.',
        lines([{ name: 'RSS', points }], { label: 'seconds', digits: 0 }, { label: 'resident set, MiB', digits: 0 }),
      ),
    );
  }
  return sections;
}

/** A page of bars for every case of a matrix would be read by nobody. */
const STAGE_PLOTS = 2;

type Throughput = Results['throughput'][number];

function cpuBar({ forwarder, limit, ...which }: Throughput): Bar {
  const { coordinator, formatters, rest } = forwarder;
  return {
    label: caseName(which),
    parts: [
      { name: 'coordinator', value: coordinator.median },
      { name: 'formatter threads', value: formatters.median },
      { name: "V8's and Node's helpers", value: rest.median },
    ],
    text: `limit ${limit.cpu.median.toFixed(2)}`,
  };
}

function latencyBars({ eventsPerSecond, shards, latency }: Results['latency'][number]): Bar[] {
  return (
    [
      ['p50', latency.p50Ms],
      ['p99', latency.p99Ms],
    ] as const
  ).map(([name, each]) => ({
    label: `${whole(eventsPerSecond)} events/s, ${shards} shards: ${name}`,
    parts: [{ name, value: each.median }],
    text: `${each.median.toFixed(0)} ms`,
    range: [each.min, each.max],
  }));
}

function tableSection({ title, head, rows }: Table): string {
  const cells = (tag: string, row: readonly string[]): string =>
    row.map((text) => `<${tag}>${escape(text)}</${tag}>`).join('');
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('');
  return section(
    title,
    '',
    `<div class="wide"><table><thead><tr>${cells('th', head)}</tr></thead><tbody>${body}</tbody></table></div>`,
  );
}

function notes(results: Results): string[] {
  const items = sentences(results).map((text) => `<li>${escape(text)}</li>`);
  return items.length === 0 ? [] : [section('And', '', `<ul>${items.join('')}</ul>`)];
}

const section = (title: string, text: string, content: string): string =>
  `<section><h2>${escape(title)}</h2>${text === '' ? '' : `<p>${escape(text)}</p>`}${content}</section>`;

const whole = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 0 });

/** Colours that people who see few of them can tell apart (Okabe and Ito), a little lighter on dark. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'];
const ON_DARK = ['#56b4e9', '#e69f00', '#2fbf94', '#e3a3c7'];
const variables = (colours: readonly string[]): string =>
  colours.map((colour, index) => `--c${index}:${colour}`).join(';');
const uses = COLOURS.map(
  (_, index) =>
    `.c${index}{fill:var(--c${index})}.l${index}{fill:none;stroke:var(--c${index});stroke-width:2}.b${index}{background:var(--c${index})}`,
).join('');

const STYLE = `
:root{color-scheme:light dark;--ground:#fff;--ink:#1d2329;--soft:#5b6670;--line:#dfe4e8;${variables(COLOURS)}}
@media (prefers-color-scheme:dark){:root{--ground:#14181c;--ink:#e4e8eb;--soft:#9aa5ae;--line:#2d343b;${variables(ON_DARK)}}}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1120px;margin:0 auto;padding:24px 20px 60px}
h1{font-size:26px;margin:8px 0}h2{font-size:18px;margin:36px 0 4px}
p{margin:4px 0 12px;color:var(--soft)}.lead{font-size:14px}
svg{width:100%;height:auto;display:block;font:12px system-ui,sans-serif}
.grid{stroke:var(--line)}.tick,.axis,.value{fill:var(--soft)}.label{fill:var(--ink)}
.whisker{stroke:var(--ink);fill:none;opacity:.6}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:13px}.legend i{display:inline-block;width:12px;height:12px;margin-right:6px;border-radius:2px}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:13px;width:100%}
th,td{padding:5px 9px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
th{color:var(--soft);font-weight:600;white-space:normal}th:first-child,td:first-child{text-align:left}
code,pre{font:12px ui-monospace,monospace}pre{overflow:auto;max-height:480px}details{margin-top:36px}summary{cursor:pointer}
${uses}`;
