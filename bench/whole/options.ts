import { parseArgs } from 'node:util';
import { PROFILE_NAMES } from '../../src/emulator/sls/profiles/index.js';
import { BODIES, TRANSPORTS, type Case } from './ends.js';

export const KINDS = ['throughput', 'start', 'latency', 'stall', 'idle', 'scale', 'soak'] as const;
export type Kind = (typeof KINDS)[number];

export interface Options {
  readonly kinds: readonly Kind[];
  /** What `throughput` goes through. */
  readonly cases: readonly Case[];
  /** Events per second that `latency` goes through, each with so many shards. */
  readonly rates: readonly number[];
  readonly latencyShards: readonly number[];
  /** Undefined: what suits the kind. */
  readonly seconds: number | undefined;
  readonly runs: number;
  /** Where the results go as JSON, if anywhere. */
  readonly json: string | undefined;
  /** Where the report with plots goes, if anywhere. */
  readonly html: string | undefined;
}

/** Short and long logs, plain and encrypted: enough to see where one stands, in less than two minutes. */
const SHORT: readonly Case[] = [
  { profile: 'vpcflow', transport: 'tcp', body: 'kv', shards: 4 },
  { profile: 'actiontrail', transport: 'tls', body: 'json', shards: 4 },
];
const MATRIX = {
  profile: 'vpcflow,actiontrail,k8saudit,nginx,mixed',
  transport: 'tcp,tls,relp',
  body: 'kv,json,leef,cef',
  shards: '1,4,64,256',
};

export const HELP = `node dist/bench/whole.js [options]; lists are separated by commas

  --case       ${KINDS.join(',')} (default: throughput,start)
  --profile    ${PROFILE_NAMES.join(',')}
  --transport  ${TRANSPORTS.join(',')}
  --body       ${BODIES.join(',')}
  --shards     1,4,64,256
  --rate       events per second of latency (default: 1000,10000,100000)
  --full       the whole matrix of 240 cases: hours; what is named as well limits it
  --seconds    length of one measured window (default: 4; of idle: 40, of soak: 600)
  --runs       of which min, median and max are given (default: 3)
  --json       file for the results
  --html       file for a report with plots

Naming any of --profile, --transport, --body and --shards measures throughput of all their combinations instead of a short choice.`;

/** @throws Error with one line for what is wrong. */
export function readOptions(args: readonly string[]): Options | 'help' {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ case: text, profile: text, transport: text, body: text, shards: text },
      ...{ rate: text, seconds: text, runs: text, json: text, html: text },
      help: { type: 'boolean' },
      full: { type: 'boolean' },
    },
  });
  if (values.help === true) return 'help';
  return {
    kinds: words(values.case ?? 'throughput,start', KINDS),
    cases: casesOf(values.full === true ? { ...MATRIX, ...values } : values),
    rates: numbers(values.rate ?? '1000,10000,100000'),
    latencyShards: numbers(values.shards ?? '4'),
    seconds: values.seconds === undefined ? undefined : numbers(values.seconds)[0],
    runs: numbers(values.runs ?? '3')[0] ?? 3,
    json: values.json,
    html: values.html,
  };
}

interface Chosen {
  readonly profile?: string | undefined;
  readonly transport?: string | undefined;
  readonly body?: string | undefined;
  readonly shards?: string | undefined;
}

function casesOf(chosen: Chosen): readonly Case[] {
  const { profile, transport, body, shards } = chosen;
  if ([profile, transport, body, shards].every((list) => list === undefined)) return SHORT;
  const profiles = words(profile ?? 'vpcflow', PROFILE_NAMES).map((name) => ({ profile: name }));
  const transports = words(transport ?? 'tcp', TRANSPORTS).map((name) => ({ transport: name }));
  const bodies = words(body ?? 'kv', BODIES).map((name) => ({ body: name }));
  const counts = numbers(shards ?? '4').map((count) => ({ shards: count }));
  const half = product(profiles, transports);
  return product(product(half, bodies), counts);
}

function product<A extends object, B extends object>(left: readonly A[], right: readonly B[]): (A & B)[] {
  return left.flatMap((one) => right.map((other) => ({ ...one, ...other })));
}

export function words<Word extends string>(list: string, known: readonly Word[]): Word[] {
  return list.split(',').map((text) => {
    const word = known.find((candidate) => candidate === text);
    if (word === undefined) throw new Error(`"${text}" is none of ${known.join(', ')}`);
    return word;
  });
}

export function numbers(list: string): number[] {
  return list.split(',').map((text) => {
    if (!/^[1-9]\d{0,6}$/.test(text)) throw new Error(`"${text}" is no whole number above 0`);
    return Number(text);
  });
}
