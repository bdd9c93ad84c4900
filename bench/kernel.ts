/**
 * The kernel alone, one thread: LZ4 block in, frames out, both copies included. `npm run bench:kernel`.
 * Beside it the obvious way (lz4-napi + protobufjs + strings) on the same bytes; the output of both is compared first.
 */
import { compressSync } from 'lz4-napi';
import { bench, do_not_optimize, group, run } from 'mitata';
import { kernelOf, PLAN } from '../test/support/oracle/kernel.js';
import { lz4Compress } from '../test/support/oracle/lz4-block.js';
import { actionTrail, vpcFlow } from './support/profiles.js';
import { formatWithStrings } from './support/string-formatter.js';

/** What ARCHITECTURE.md promises, MB/s of raw data. */
const PROFILES = [
  { name: 'VPC flow', raw: vpcFlow(), goal: 1_000 },
  { name: 'ActionTrail', raw: actionTrail(), goal: 2_000 },
];
const RATIO_GOAL = 5;

const kernel = kernelOf([PLAN]);

function formatter(raw: Uint8Array): { format: () => ArrayBuffer; text: () => Buffer } {
  const body = lz4Compress(raw);
  let out: ArrayBuffer | undefined;
  let length = 0;
  const format = (): ArrayBuffer => {
    const result = kernel.format({ plan: 0, body, encoding: 'lz4', rawSize: raw.length, out });
    if (!result.ok) throw new Error(result.fault.reason);
    length = result.length;
    return (out = result.out);
  };
  return { format, text: () => Buffer.from(format(), 0, length) };
}

for (const { name, raw } of PROFILES) {
  const { format, text } = formatter(raw);
  const sized = compressSync(Buffer.from(raw));
  if (Buffer.compare(text(), formatWithStrings(sized)) !== 0) throw new Error(`${name}: the two formatters disagree`);
  console.log(`${name}: ${raw.length} bytes raw, ${sized.length - 4} as LZ4, ${text().length} of frames`);
  group(name, () => {
    bench(`${name}: kernel`, () => do_not_optimize(format()));
    bench(`${name}: protobufjs`, () => do_not_optimize(formatWithStrings(sized)));
  });
}

const { benchmarks } = await run();

/** The median, as MB/s of raw data. */
function speed(name: string, raw: Uint8Array): number {
  const trial = benchmarks.find(({ alias }) => alias === name);
  const median = trial?.runs[0]?.stats?.p50;
  if (median === undefined) throw new Error(`no result for ${name}`);
  return (raw.length / median) * 1_000;
}

for (const { name, raw, goal } of PROFILES) {
  const ours = speed(`${name}: kernel`, raw);
  const theirs = speed(`${name}: protobufjs`, raw);
  const met = ours >= goal && ours >= RATIO_GOAL * theirs;
  const figures = `${ours.toFixed(0)} MB/s, protobufjs ${theirs.toFixed(0)} MB/s, ratio ${(ours / theirs).toFixed(1)}`;
  console.log(`${name}: ${figures} (goal ${goal} MB/s and ratio ${RATIO_GOAL}): ${met ? 'met' : 'NOT met'}`);
  if (!met) process.exitCode = 1;
}
