/**
 * What forwarding costs, measured from outside: emulator, built command line and receiver, each a process of its own. `npm run bench -- --help`;
 * how to read the figures is in docs/benchmarks.md.
 */
import { writeFileSync } from 'node:fs';
import { measureLatency, type LatencyResult } from './whole/latency.js';
import { toHtml } from './whole/html.js';
import { measureIdle } from './whole/idle.js';
import { describeMachine } from './whole/machine.js';
import { HELP, readOptions, type Options } from './whole/options.js';
import { caseName, toMarkdown, type Results } from './whole/report.js';
import { measureScale } from './whole/scale.js';
import { grew, measureSoak } from './whole/soak.js';
import { measureStall } from './whole/stall.js';
import { measureStart } from './whole/start.js';
import { measureThroughput, type ThroughputResult } from './whole/throughput.js';

/** Of one measured window, unless told. */
const SECONDS = 4;
const IDLE_SECONDS = 40;
const SOAK_SECONDS = 600;

const args = process.argv.slice(2);
const options = chosen();
if (options === 'help') console.log(HELP);
else if (options !== undefined) report(await measure(options), options);

function chosen(): Options | 'help' | undefined {
  try {
    return readOptions(args);
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}; see --help`);
    process.exitCode = 64;
    return undefined;
  }
}

async function measure({ kinds, cases, rates, latencyShards, seconds: told, runs }: Options): Promise<Results> {
  const seconds = told ?? SECONDS;
  const machine = describeMachine();
  const throughput: ThroughputResult[] = [];
  const latency: LatencyResult[] = [];
  for (const which of kinds.includes('throughput') ? cases : []) {
    say(`throughput of ${caseName(which)}`);
    throughput.push(await measureThroughput(which, { seconds, runs }));
  }
  for (const rate of kinds.includes('latency') ? rates : []) {
    for (const shards of latencyShards) {
      say(`latency at ${rate} events/s, ${shards} shards`);
      latency.push(await measureLatency(rate, shards, seconds, runs));
    }
  }
  if (kinds.includes('start')) say('start');
  const start = kinds.includes('start') ? { start: await measureStart(runs) } : {};
  if (kinds.includes('stall')) say('a receiver that stalls');
  const stall = kinds.includes('stall') ? { stall: await measureStall() } : {};
  if (kinds.includes('idle')) say('idle shards');
  const idle = kinds.includes('idle') ? { idle: await measureIdle(told ?? IDLE_SECONDS, runs) } : {};
  if (kinds.includes('scale')) say('threads and processes');
  const scale = kinds.includes('scale') ? { scale: await measureScale(seconds, runs) } : {};
  if (kinds.includes('soak')) say(`full speed for ${told ?? SOAK_SECONDS} s`);
  const soak = kinds.includes('soak') ? { soak: await measureSoak(told ?? SOAK_SECONDS) } : {};
  const command = ['npm run bench', ...(args.length === 0 ? [] : ['--', ...args])].join(' ');
  return {
    when: new Date().toISOString(),
    command,
    machine,
    throughput,
    latency,
    ...start,
    ...stall,
    ...idle,
    ...scale,
    ...soak,
  };
}

function report(results: Results, { json, html }: Options): void {
  console.log(toMarkdown(results));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, undefined, 2)}\n`);
  if (html !== undefined) writeFileSync(html, toHtml(results));
  if (results.soak !== undefined && grew(results.soak)) {
    console.error('bench: memory grew during the soak');
    process.exitCode = 1;
  }
  if (wrong(results)) {
    console.error('bench: events were lost or duplicated although nothing went wrong on the way');
    process.exitCode = 1;
  }
}

function wrong({ throughput, latency, stall, scale = [], soak }: Results): boolean {
  const clean = ({ lost, duplicates }: { lost: { max: number }; duplicates: { max: number } }): boolean =>
    lost.max === 0 && duplicates.max === 0;
  const measured = [
    ...throughput.map(({ forwarder }) => forwarder),
    ...latency.map((each) => each.latency),
    ...scale.flat().map(({ figures }) => figures),
  ];
  return !measured.every(clean) || [stall, soak].some((one) => one !== undefined && one.lost + one.duplicates > 0);
}

/** Progress: not part of the results. */
function say(text: string): void {
  process.stderr.write(`bench: ${text} …\n`);
}
