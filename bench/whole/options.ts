import { parseArgs } from 'node:util';
import { PROFILE_NAMES } from '../../src/emulator/sls/profiles/index.js';
import type { Case } from './ends.js';

export const KINDS = ['throughput', 'start', 'latency', 'stall'] as const;
export type Kind = (typeof KINDS)[number];

export interface Options {
  readonly kinds: readonly Kind[];
  /** What `throughput` goes through. */
  readonly cases: readonly Case[];
  /** Events per second that `latency` goes through. */
  readonly rates: readonly number[];
  readonly seconds: number;
  readonly runs: number;
  /** Where the results go as JSON, if anywhere. */
  readonly json: string | undefined;
}

/** Two kinds of logs and both transports: enough to see where one stands, in less than two minutes. */
const SHORT: readonly Case[] = [
  { profile: 'vpcflow', transport: 'tcp', shards: 4 },
  { profile: 'actiontrail', transport: 'tls', shards: 4 },
];

export const HELP = `node dist/bench/whole.js [options]; lists are separated by commas

  --case       ${KINDS.join(',')} (default: throughput,start)
  --profile    ${PROFILE_NAMES.join(',')}
  --transport  tcp,tls
  --shards     1,4,64,256
  --rate       events per second of latency (default: 1000,10000,100000)
  --seconds    length of one measured window (default: 4)
  --runs       of which min, median and max are given (default: 3)
  --json       file for the results

Naming any of --profile, --transport and --shards measures throughput of all their combinations instead of a short choice.`;

/** @throws Error with one line for what is wrong. */
export function readOptions(args: readonly string[]): Options | 'help' {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ case: text, profile: text, transport: text, shards: text },
      ...{ rate: text, seconds: text, runs: text, json: text },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return 'help';
  return {
    kinds: words(values.case ?? 'throughput,start', KINDS),
    cases: casesOf(values),
    rates: numbers(values.rate ?? '1000,10000,100000'),
    seconds: numbers(values.seconds ?? '4')[0] ?? 4,
    runs: numbers(values.runs ?? '3')[0] ?? 3,
    json: values.json,
  };
}

interface Chosen {
  readonly profile?: string | undefined;
  readonly transport?: string | undefined;
  readonly shards?: string | undefined;
}

function casesOf({ profile, transport, shards }: Chosen): readonly Case[] {
  if (profile === undefined && transport === undefined && shards === undefined) return SHORT;
  return words(profile ?? 'vpcflow', PROFILE_NAMES).flatMap((profileName) =>
    words(transport ?? 'tcp', ['tcp', 'tls'] as const).flatMap((transportName) =>
      numbers(shards ?? '4').map((count) => ({ profile: profileName, transport: transportName, shards: count })),
    ),
  );
}

function words<Word extends string>(list: string, known: readonly Word[]): Word[] {
  return list.split(',').map((text) => {
    const word = known.find((candidate) => candidate === text);
    if (word === undefined) throw new Error(`"${text}" is none of ${known.join(', ')}`);
    return word;
  });
}

function numbers(list: string): number[] {
  return list.split(',').map((text) => {
    if (!/^[1-9]\d{0,6}$/.test(text)) throw new Error(`"${text}" is no whole number above 0`);
    return Number(text);
  });
}
