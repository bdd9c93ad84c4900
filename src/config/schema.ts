import { z } from 'zod';
import { LISTEN_EXPECTED, parseListen } from './url-words.js';
import { destination } from './destination-schema.js';
import { format } from './format-schema.js';
import { byteSize, duration, flag, integer, named, oneOrMany, parsed, retry } from './leaves.js';
import { START_EXPECTED, parseStart, type Parsed } from './scalars.js';
import { isPattern } from '../model/name-patterns.js';
import { quoted } from './problem.js';
import { nameProblem, type NameKind } from '../sls/api/names.js';
import type { ProfileName } from '../emulator/sls/profiles/index.js';
import { source } from './source-schema.js';

/**
 * Every key a user can write, with its default, its limits and the sentence an editor shows for it. Tests check
 * `config.example.yaml` and `config.schema.json` against this file.
 */

const section = z.strictObject;

const slsName = (kind: NameKind) =>
  parsed('a name', (text): Parsed<string> => {
    if (text === '') return { wrong: 'must not be empty' };
    const problem = nameProblem(kind, text);
    return problem === undefined ? text : { wrong: problem };
  });

/** A name, or a pattern of names: `*`, `?`, and `!` before what is left out. */
const slsNames = (kind: 'project' | 'logstore') =>
  parsed('a name', (text): Parsed<string> => {
    if (text === '') return { wrong: 'must not be empty' };
    const problem = isPattern(text) ? patternProblem(kind, text) : nameProblem(kind, text);
    return problem === undefined ? text : { wrong: problem };
  });

function patternProblem(kind: string, text: string): string | undefined {
  return /^!?[A-Za-z0-9_*?-]{1,128}$/.test(text)
    ? undefined
    : `${quoted(text)} is no pattern of a ${kind}: letters, digits, - and _, "*" for any text, "?" for one character, "!" before all of it to leave something out`;
}

const MOST_NAMES = 1000;
const NAMES = 'a name, or a list of names';

/** Empty: undefined. */
const optionalName = (kind: NameKind) =>
  parsed('a name', (text): Parsed<string | undefined> => {
    const problem = text === '' ? undefined : nameProblem(kind, text);
    return problem === undefined ? text || undefined : { wrong: problem };
  }).prefault('');

const pipeline = section({
  name: named(/^[A-Za-z0-9][\w.-]{0,63}$/, 'a name of up to 64 letters, digits, "-", "_" and "."').describe(
    'Name of this pipeline in logs and metrics.',
  ),
  source: z
    .string()
    .optional()
    .describe('Name of the source, a key of "sources"; may be left out if there is only one.'),
  project: oneOrMany(slsNames('project'), NAMES, MOST_NAMES).describe(
    'SLS project, or a list of names and patterns: "prod-*", "app-?", "!prod-test" (left out, wherever it stands).',
  ),
  logstore: oneOrMany(slsNames('logstore'), NAMES, MOST_NAMES).describe(
    'SLS logstore, or a list of names and patterns. Each logstore is read in each of the projects, as the same consumer group.',
  ),
  discovery: section({
    interval: duration('1s', '1d')
      .prefault('1m')
      .describe('How often the patterns are compared with the logstores that there are.'),
  }).prefault({}),
  consumerGroup: slsName('consumerGroup').describe('Consumer group; created if it is missing.'),
  consumer: optionalName('consumer').describe(
    'Name of this consumer in the group. Must be unique among all processes; empty means: made up at start, for a bounded run the same each time on one machine.',
  ),
  start: parsed(START_EXPECTED, parseStart)
    .prefault('begin')
    .describe('Where a shard without a checkpoint starts: begin, end, a time with its zone, or an age such as -2h.'),
  onExpiredCursor: z
    .enum(['oldest', 'latest', 'fail'])
    .prefault('oldest')
    .describe(
      'What to do when the checkpoint has expired: go on with the oldest or the latest log, or fail. Always reported.',
    ),
  heartbeat: section({
    interval: duration('100ms', '5m').prefault('5s').describe('Time between two heartbeats.'),
    timeout: duration('1s', '1h')
      .prefault('30s')
      .describe('Without a heartbeat for this long the shards go to other consumers; whole seconds.'),
  }).prefault({}),
  inOrder: flag().prefault(false).describe('Read the children of a split or merge only after their parents.'),
  shardCheck: duration('1s', '10m')
    .prefault('10s')
    .describe('How often the list of shards is read, to end those that a split or merge has closed.'),
  weight: integer(1, 1000)
    .prefault(1)
    .describe('Share of the destination, in bytes, while several pipelines want more than it takes.'),
  query: z
    .string()
    .prefault('')
    .describe("SPL that the service runs on what is pulled, such as: * | where level = 'ERROR'; empty: everything."),
  processor: optionalName('processor').describe(
    'Consume processor of the project: SPL that is kept in the service and changed there; in place of "query".',
  ),
  compression: z.enum(['lz4', 'zstd']).prefault('lz4').describe('How the service compresses what is pulled.'),
  pull: section({
    maxBytes: byteSize('64KiB', '64MiB').prefault('3MiB').describe('Largest reply to ask for, decompressed.'),
    window: integer(1, 1000).prefault(64).describe('Batches of one shard between pull and settled.'),
    idlePoll: duration('10ms', '1m').prefault('200ms').describe('Pause before asking again at the tip of a shard.'),
    idlePollMax: duration('10ms', '10m')
      .prefault('1s')
      .describe('The pause grows up to this when a shard has had no data for more than a minute.'),
    minInterval: duration('0ms', '1m')
      .prefault('10ms')
      .describe('Least time between two pulls of one shard; the service allows 100 a second.'),
  }).prefault({}),
  retry: retry('200ms', '20s').describe('Pauses after failed requests to the service.'),
  drainTimeout: duration('0s', '10m')
    .prefault('20s')
    .describe('How long a shard that goes to another consumer may take to deliver what is in flight.'),
  format,
  destination: z.string().describe('Name of the destination, a key of "destinations".'),
});

const deadLetters = section({
  directory: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Directory for what can never be delivered, of this process alone; without one it is tried again without end.',
    ),
  maxBytes: byteSize('1MiB', '1024GiB')
    .prefault('1GiB')
    .describe('Bound of that directory. What does not fit is not dropped: its shard waits.'),
  after: duration('0s', '7d')
    .prefault('10m')
    .describe('How long a batch that can not be decoded is pulled again before it becomes a dead letter.'),
});

/** Sections that can be checked by themselves. */
export const sections = { source, pipeline, destination, deadLetters } as const;

const nameRule = /^[A-Za-z0-9][\w.-]{0,63}$/;

const threads = z.preprocess(
  (raw) => (typeof raw === 'number' ? String(raw) : raw),
  parsed(
    'auto, or a whole number from 1 to 128',
    (text): Parsed<number | 'auto'> => {
      const isCount = /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 128;
      if (text === 'auto') return 'auto';
      return isCount ? Number(text) : { wrong: 'expected auto, or a whole number from 1 to 128' };
    },
    { anyOf: [{ const: 'auto' }, { type: 'integer', minimum: 1, maximum: 128 }] },
  ),
);

export const configSchema = section({
  sources: z
    .record(z.string().regex(nameRule), source)
    .refine((all) => Object.keys(all).length > 0, { error: 'name at least one source' })
    .describe('Where logs come from, by name: an endpoint of the Log Service with its credentials.'),
  pipelines: z.array(pipeline).min(1).max(1000).describe('What is read, how it is formatted, and where it goes.'),
  destinations: z
    .record(z.string().regex(nameRule), destination)
    .refine((all) => Object.keys(all).length > 0, { error: 'name at least one destination' })
    .describe('Where logs go, by name.'),
  flow: section({
    maxInFlightBytes: byteSize('1MiB', '64GiB')
      .prefault('48MiB')
      .describe('Bound of all data in memory between pull and settled, divided equally among the destinations.'),
  }).prefault({}),
  workers: section({
    threads: threads
      .prefault('auto')
      .describe(
        'Formatter threads; auto: one less than the cores the process may use (of a container those of its CPU limit), 1 to 8.',
      ),
  }).prefault({}),
  checkpoint: section({
    interval: duration('100ms', '10m').prefault('5s').describe('How often a shard stores its progress.'),
    maxAge: duration('0s', '24h')
      .prefault('2m')
      .describe(
        'When progress could not be stored for this long, the shard reads no further until it can be: a crash then sends no more than this again. 0s: it reads on.',
      ),
    refresh: duration('1s', '1h')
      .prefault('30s')
      .describe('How often unchanged progress is stored again where the list of shards can not be read.'),
  }).prefault({}),
  deadLetters: deadLetters.prefault({}),
  shutdown: section({
    timeout: duration('0s', '1h')
      .prefault('25s')
      .describe('How long a stop may take to deliver and commit what is in flight.'),
  }).prefault({}),
  admin: section({
    listen: parsed(LISTEN_EXPECTED, parseListen)
      .prefault('127.0.0.1:9464')
      .describe(
        'Address of /metrics, /healthz and /readyz, or off. It has no password: keep it on loopback or behind a firewall.',
      ),
    maxStall: duration('1s', '1d')
      .prefault('5m')
      .describe(
        'A shard with data but no progress for this long makes /healthz fail, and is started again unless something explains it.',
      ),
  }).prefault({}),
  log: section({
    level: z.enum(['debug', 'info', 'warn', 'error']).prefault('info').describe('Least important line to write.'),
    format: z.enum(['auto', 'json', 'pretty']).prefault('auto').describe('auto: pretty on a terminal, else JSON.'),
  }).prefault({}),
  embedded: section({
    profile: z
      .enum(['actiontrail', 'vpcflow', 'waf', 'k8saudit', 'nginx', 'mixed'] as const satisfies readonly ProfileName[])
      .prefault('actiontrail')
      .describe('Kind of logs the built-in emulator makes up.'),
    shards: integer(1, 256).prefault(4).describe('Shards of its logstore.'),
    preload: integer(0, 1_000_000_000).prefault(200_000).describe('Events that are there at the start.'),
    rate: integer(0, 10_000_000).prefault(2000).describe('New events per second; 0 for none.'),
  })
    .prefault({})
    .describe('The built-in Log Service, used when the endpoint of a source is "embedded".'),
}).describe('Config of sls-syslog-forwarder.');

export type Config = z.output<typeof configSchema>;
export type PipelineConfig = z.output<typeof pipeline>;
export type DestinationConfig = z.output<typeof destination>;
