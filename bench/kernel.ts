/**
 * Every stage of the kernel by itself, one thread: LZ4 block in, frames out, both copies included. `npm run bench:kernel`; part of a name as
 * argument measures only stages with it, and key=value.
 * Beside it on the same bytes: lz4-napi, the obvious way (lz4-napi + protobufjs + strings), whose output is compared first, and the plain
 * TypeScript formatter that is the tests' oracle.
 */
import { compressSync, uncompressSync } from 'lz4-napi';
import { bench, do_not_optimize, group, run } from 'mitata';
import type { FormatPlan } from '../src/model/format-plan.js';
import { formatAll } from '../test/support/oracle/formatter.js';
import { kernelOf, PLAN } from '../test/support/oracle/oracle.js';
import { lz4Compress } from '../test/support/oracle/lz4-block.js';
import { FLOW, KEY_VALUE, plansOf, TRAIL } from './support/format-plans.js';
import { actionTrail, vpcFlow } from './support/profiles.js';
import { formatWithStrings } from './support/string-formatter.js';
import { Inflater } from './whole/inflater.js';

const PROFILES = [
  { profile: 'VPC flow', raw: vpcFlow(), kind: FLOW },
  { profile: 'ActionTrail', raw: actionTrail(), kind: TRAIL },
];

const INFLATE = 'LZ4';
const COUNT = 'decode and count';
const NAPI = 'lz4-napi';
const STRINGS = 'protobufjs and strings';
const TWIN = 'plain TypeScript';

/** What ARCHITECTURE.md promises: MB/s of raw data for VPC flow and ActionTrail … */
const SPEEDS: Readonly<Record<string, readonly [number, number]>> = {
  [KEY_VALUE]: [1_000, 2_000],
  JSON: [700, 1_500],
  'JSON, expanded': [700, 1_500],
  'LEEF of all': [500, 1_500],
  'LEEF by mapping': [500, 1_500],
  'CEF by mapping': [500, 1_500],
};
/** … and the least a stage may have of the speed of another. */
const RATIOS: Readonly<Record<string, readonly [other: string, ratio: number]>> = {
  [KEY_VALUE]: [STRINGS, 5],
  [INFLATE]: [NAPI, 1],
  '10 rules and 5 filters': [KEY_VALUE, 0.75],
  'a regex no event reaches': [KEY_VALUE, 0.75],
};

/** No format makes frames of so many times the logs. */
const ROOM = 4;

const wanted = process.argv[2] ?? '';

function formatter(raw: Uint8Array, plan: FormatPlan): { format: () => Uint8Array; text: () => Buffer } {
  const kernel = kernelOf([plan]);
  const body = lz4Compress(raw);
  // As in the forwarder, where threads share it.
  const out = new Uint8Array(new SharedArrayBuffer(ROOM * raw.length));
  const format = (): Uint8Array => {
    const result = kernel.format({ plan: 0, body, encoding: 'lz4', rawSize: raw.length, out });
    if (!result.ok) throw new Error(result.fault.reason);
    return result.bytes;
  };
  return { format, text: () => Buffer.from(format()) };
}

/** All stages by name. */
function stagesOf(raw: Uint8Array, plans: Readonly<Record<string, FormatPlan>>): Map<string, () => unknown> {
  const body = lz4Compress(raw);
  const sized = compressSync(Buffer.from(raw));
  const inflater = new Inflater(raw.length);
  inflater.inflate(body, raw.length);
  return new Map([
    ...Object.entries(plans).map(([name, plan]): [string, () => unknown] => [name, formatter(raw, plan).format]),
    [
      INFLATE,
      () => {
        inflater.inflate(body, raw.length);
      },
    ],
    [COUNT, () => inflater.count(raw.length)],
    [NAPI, () => uncompressSync(sized)],
    [STRINGS, () => formatWithStrings(sized)],
    [TWIN, () => formatAll(raw, PLAN)],
  ]);
}

for (const { profile, raw, kind } of PROFILES) {
  const ours = formatter(raw, PLAN).text();
  const sized = compressSync(Buffer.from(raw));
  if (Buffer.compare(ours, formatWithStrings(sized)) !== 0) throw new Error(`${profile}: the two formatters disagree`);
  console.log(`${profile}: ${raw.length} bytes raw, ${sized.length - 4} as LZ4, ${ours.length} of frames`);
  group(profile, () => {
    for (const [name, stage] of stagesOf(raw, plansOf(kind))) {
      if (name !== KEY_VALUE && !name.includes(wanted)) continue;
      bench(`${profile}: ${name}`, () => do_not_optimize(stage()));
    }
  });
}

const { benchmarks } = await run();

/** MB/s of raw data, by the best of all runs: what else the machine does hardly touches it, so that ratios hold on a busy one too. */
function speedOf(profile: string, name: string): number | undefined {
  const trial = benchmarks.find(({ alias }) => alias === `${profile}: ${name}`);
  const best = trial?.runs[0]?.stats?.min;
  const size = PROFILES.find((one) => one.profile === profile)?.raw.length ?? 0;
  return best === undefined ? undefined : (size / best) * 1_000;
}

/** Speed, share of that of key=value, and what was promised. */
function row(profile: string, index: number, name: string): string | undefined {
  const speed = speedOf(profile, name);
  const base = speedOf(profile, KEY_VALUE);
  if (speed === undefined || base === undefined) return undefined;
  const goals: string[] = [];
  const check = (goal: string, met: boolean): void => {
    goals.push(`${goal}: ${met ? 'met' : 'NOT met'}`);
    if (!met) process.exitCode = 1;
  };
  const least = SPEEDS[name]?.[index];
  if (least !== undefined) check(`${least} MB/s`, speed >= least);
  const [other = '', ratio = 0] = RATIOS[name] ?? [];
  const theirs = speedOf(profile, other);
  if (theirs !== undefined) check(`${ratio} × ${other} (${(speed / theirs).toFixed(2)})`, speed >= ratio * theirs);
  return `| ${profile} | ${name} | ${speed.toFixed(0)} | ${(speed / base).toFixed(2)} | ${goals.join(', ')} |`;
}

console.log('\n| batch | stage | MB/s | of key=value | goal |\n| --- | --- | ---: | ---: | --- |');
for (const [index, { profile, kind }] of PROFILES.entries()) {
  for (const name of [...Object.keys(plansOf(kind)), INFLATE, COUNT, NAPI, STRINGS, TWIN]) {
    const line = row(profile, index, name);
    if (line !== undefined) console.log(line);
  }
}
