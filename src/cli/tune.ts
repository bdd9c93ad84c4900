import { isWrong, parseByteSize, parseStart, type Start } from '../config/scalars.js';
import type { ProfileName } from '../emulator/sls/profiles/index.js';
import { ForwarderError } from '../errors/forwarder-error.js';
import { CONFIG } from './config-option.js';
import { EMULATOR_OPTIONS } from './emulator.js';
import { print, standardError } from './output.js';
import { checkPast } from './range.js';
import { wholeNumber } from './usage.js';

export const TUNE_OPTIONS = {
  ...CONFIG,
  pipeline: { type: 'string', requiresArg: true, describe: 'Only this pipeline; needed if there are several' },
  logstore: { type: 'string', requiresArg: true, describe: 'Only this logstore of it, if it reads several' },
  minutes: { type: 'number', default: 5, requiresArg: true, describe: 'Most minutes it may take, 1 to 120' },
  seconds: { type: 'number', default: 2, requiresArg: true, describe: 'Of one measured window, 1 to 60' },
  memory: { type: 'string', requiresArg: true, describe: 'Most memory of the process, such as 512MiB; default: half' },
  profile: {
    type: 'string',
    choices: EMULATOR_OPTIONS.profile.choices,
    requiresArg: true,
    describe: 'Kind of logs of the built-in service; default: by the name of the logstore',
  },
  shards: { type: 'number', requiresArg: true, describe: 'Shards of the built-in service; default: embedded.shards' },
  live: { type: 'boolean', default: false, describe: 'Against the service and the receiver of the config' },
  from: {
    type: 'string',
    requiresArg: true,
    describe: 'live: where to start reading: begin (default), a time, or -2h',
  },
  yes: { type: 'boolean', default: false, describe: 'live: yes, send real events again' },
  json: { type: 'string', requiresArg: true, describe: 'File for everything measured' },
  html: { type: 'string', requiresArg: true, describe: 'File for a page with a plot' },
} as const;

export interface TuneArguments {
  readonly config: string;
  readonly pipeline?: string | undefined;
  readonly logstore?: string | undefined;
  readonly minutes: number;
  readonly seconds: number;
  readonly memory?: string | undefined;
  readonly profile?: string | undefined;
  readonly shards?: number | undefined;
  readonly live: boolean;
  readonly from?: string | undefined;
  readonly yes: boolean;
  readonly json?: string | undefined;
  readonly html?: string | undefined;
}

/** Looks for the config keys that make a pipeline faster. @throws ForwarderError */
export async function runTune(given: TuneArguments): Promise<number> {
  const { config: configFile, pipeline, logstore, profile, shards, json, html } = given;
  const request = {
    ...{ configFile, pipeline, logstore, json, html },
    minutes: wholeNumber('minutes', given.minutes, 1, 120),
    windowSeconds: wholeNumber('seconds', given.seconds, 1, 60),
    memoryBytes: memoryOf(given.memory),
    live: liveOf(given),
    profile: profile as ProfileName | undefined,
    shards: shards === undefined ? undefined : wholeNumber('shards', shards, 1, 1000),
  };
  const { tune } = await import('../tune/run-tune.js');
  return tune({
    ...request,
    env: process.env,
    print,
    screen: standardError(),
  });
}

function memoryOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const bytes = parseByteSize(text);
  if (isWrong(bytes)) throw new ForwarderError('USAGE', `--memory: ${bytes.wrong}`);
  return bytes;
}

function liveOf({ live, from, yes, profile, shards }: TuneArguments): { from: Start; confirmed: boolean } | undefined {
  if (!live) {
    const stray = from !== undefined ? '--from' : yes ? '--yes' : undefined;
    if (stray !== undefined) throw new ForwarderError('USAGE', `${stray} is for --live only`);
    return undefined;
  }
  if (profile !== undefined || shards !== undefined)
    throw new ForwarderError('USAGE', '--profile and --shards are of the built-in service, and --live uses yours');
  const start = parseStart(from ?? 'begin');
  if (isWrong(start)) throw new ForwarderError('USAGE', `--from: ${start.wrong}`);
  checkPast('from', start, Date.now());
  if (start === 'end') throw new ForwarderError('USAGE', '--from end leaves nothing to measure with');
  return { from: start, confirmed: yes };
}
