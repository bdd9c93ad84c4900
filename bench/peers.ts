/**
 * The forwarder beside what its users run today: same emulator, same receiver, same run. `npm run bench:peers -- --help`; how to read the figures
 * is in docs/benchmarks.md.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { PROFILE_NAMES } from '../src/emulator/sls/profiles/index.js';
import { others, OURS } from './peers/contestant.js';
import { measureCost, type CostResult } from './peers/cost.js';
import { measureLoss, type LossResult } from './peers/loss.js';
import { toMarkdown } from './peers/report.js';
import { describeMachine } from './whole/machine.js';
import { numbers, words } from './whole/options.js';

const KINDS = ['cost', 'loss'] as const;
const HELP = `node dist/bench/peers.js [options]; lists are separated by commas

  --case     ${KINDS.join(',')} (default: both)
  --profile  ${PROFILE_NAMES.join(',')} (default: vpcflow,actiontrail)
  --seconds  length of one measured window (default: 8)
  --runs     of which min, median and max are given (default: 3)
  --json     file for the results`;

const args = process.argv.slice(2);
try {
  const options = readOptions();
  if (options === undefined) console.log(HELP);
  else await run(options);
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

type Options = Exclude<ReturnType<typeof readOptions>, undefined>;

/** Ends the process with 64, and one line for what is wrong, unless the options are right. */
function readOptions() {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args,
      options: { case: text, profile: text, seconds: text, runs: text, json: text, help: { type: 'boolean' } },
    });
    if (values.help === true) return undefined;
    return {
      kinds: words(values.case ?? KINDS.join(','), KINDS),
      profiles: words(values.profile ?? 'vpcflow,actiontrail', PROFILE_NAMES),
      seconds: numbers(values.seconds ?? '8')[0] ?? 8,
      runs: numbers(values.runs ?? '3')[0] ?? 3,
      json: values.json,
    };
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}; see --help`);
    process.exit(64);
  }
}

async function run({ kinds, profiles, seconds, runs, json }: Options): Promise<void> {
  const machine = describeMachine();
  const { present, absent } = await others();
  for (const { name, reason } of absent) console.error(`… ${name} is skipped: ${reason}`);
  const contestants = [OURS, ...present];
  const cost: CostResult[] = [];
  for (const profile of kinds.includes('cost') ? profiles : []) {
    console.error(`… cost of ${profile}`);
    cost.push(await measureCost(profile, contestants, { seconds, runs }));
  }
  const loss: LossResult[] = [];
  for (const contestant of kinds.includes('loss') ? contestants : []) {
    console.error(`… loss of ${contestant.name} when the receiver is killed`);
    loss.push(await measureLoss(contestant));
  }
  const command = ['npm run bench:peers', ...(args.length === 0 ? [] : ['--', ...args])].join(' ');
  const results = { when: new Date().toISOString(), command, machine, cost, loss, absent };
  console.log(toMarkdown(results));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, undefined, 2)}\n`);
  if (loss.some(({ name, lost }) => name === OURS.name && lost > 0)) {
    console.error('bench: the forwarder lost events');
    process.exitCode = 1;
  }
}
