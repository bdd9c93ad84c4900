/**
 * The ratio gate: has anything become slower than the committed baseline says? Only ratios of two things measured in turns are looked at. What falls
 * short is measured once more, and the better one counts.
 *
 *     npm run bench:compare [-- --short] [-- --write]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { actionTrail, vpcFlow } from './support/profiles.js';
import { better, compare, comparisonText, parseBaseline, passes, type Figures } from './whole/baseline.js';
import type { Case } from './whole/ends.js';
import { kernelRatio } from './whole/kernel-ratio.js';
import { caseName } from './whole/report.js';
import { spread } from './whole/statistics.js';
import { measureThroughput } from './whole/throughput.js';
import { SHORT_WARM_UP_MS } from './whole/warm-up.js';

/** Beside the sources: the built file is two folders further down. */
const BASELINE = new URL('../../bench/baseline.json', import.meta.url);
const USAGE = 64;

const ROUNDS = 3;
const EFFORT = { seconds: 2, runs: 5, warmUpMs: SHORT_WARM_UP_MS };
const VPC_FLOW: Case = { profile: 'vpcflow', transport: 'tcp', body: 'kv', shards: 4 };
const ACTION_TRAIL: Case = { profile: 'actiontrail', transport: 'tls', body: 'json', shards: 4 };

interface Figure {
  readonly name: string;
  readonly measure: () => Promise<number>;
}

const kernel = (profile: string, make: () => Uint8Array): Figure => ({
  name: `kernel against lz4-napi alone, ${profile}`,
  measure: () => Promise.resolve(kernelRatio(make())),
});
const shareOfLimit = (which: Case): Figure => ({
  name: `share of the limit program, ${caseName(which)}`,
  measure: async () => (await measureThroughput(which, EFFORT)).shareOfLimit.median,
});
const SHORT = [kernel('VPC flow', vpcFlow), kernel('ActionTrail', actionTrail), shareOfLimit(VPC_FLOW)];
const LONG = [...SHORT, shareOfLimit(ACTION_TRAIL)];

const options = chosen();
if (options?.write === true) await write();
else if (options !== undefined) await check(options.short ? SHORT : LONG);

function chosen(): { readonly short: boolean; readonly write: boolean } | undefined {
  try {
    const { values } = parseArgs({ options: { short: { type: 'boolean' }, write: { type: 'boolean' } } });
    const { short = false, write = false } = values;
    if (short && write) throw new Error('a baseline is always written whole');
    return { short, write };
  } catch (error) {
    complain(`${text(error)}; there are --short and --write`);
    return undefined;
  }
}

/** Everything later is compared with it: the lowest of three, so that a step back is below what is ordinary. */
async function write(): Promise<void> {
  const rounds: Figures[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(LONG));
  const rounded = LONG.map(({ name }): [string, number] => {
    const { min } = spread(rounds.map((figures) => figures[name] ?? 0));
    return [name, Number(min.toPrecision(3))];
  });
  const content: { readonly figures: Figures } = { figures: Object.fromEntries(rounded) };
  writeFileSync(BASELINE, `${JSON.stringify(content, undefined, 2)}\n`);
}

async function check(figures: readonly Figure[]): Promise<void> {
  const baseline = readBaseline();
  if (baseline === undefined) return;
  const names = figures.map(({ name }) => name);
  const first = await measure(figures);
  const slower = compare(baseline, first, names).filter(({ verdict }) => verdict === 'slower');
  // A machine that had something else to do is no step back. What is one, is so again.
  const again = await measure(figures.filter(({ name }) => slower.some((each) => each.name === name)));
  const comparisons = compare(baseline, better(first, again), names);
  console.log(comparisons.map(comparisonText).join('\n'));
  if (!passes(comparisons)) process.exitCode = 1;
}

async function measure(figures: readonly Figure[]): Promise<Figures> {
  const measured: Record<string, number> = {};
  for (const { name, measure } of figures) {
    measured[name] = await measure();
    process.stderr.write(`bench:compare: ${name}: ${measured[name].toPrecision(3)}\n`);
  }
  return measured;
}

function readBaseline(): Figures | undefined {
  try {
    return parseBaseline(readFileSync(BASELINE, 'utf8'));
  } catch (error) {
    complain(`bench/baseline.json can't be used: ${text(error)}`);
    return undefined;
  }
}

function complain(what: string): void {
  console.error(`bench:compare: ${what}`);
  process.exitCode = USAGE;
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
