import { isLoopback } from '../../flow/ip-address.js';
import { json, type Reply } from './call.js';
import { compress, type Compression } from './compression.js';
import { FAULT_KINDS, type Fault } from './faults.js';
import { objectBody } from './json-body.js';
import { MAX_GROUPS, type Logstore } from './logstore.js';
import { isLogstoreName, type LogstoreOptions, type ProjectOptions } from './options.js';
import type { Project } from './project.js';
import { parseKey } from './key-range.js';
import { OPERATIONS } from './route.js';
import { bytesOf } from './segment.js';
import type { Service } from './emulated-service.js';
import { refuse, ServiceError } from './service-error.js';

type Body = Readonly<Record<string, unknown>>;
type Hook = (service: Service, body: Body) => unknown;

/** What tests and demos can do to the emulator: `/_emulator/<name>` with a JSON object. */
const HOOKS: Readonly<Record<string, Hook | undefined>> = {
  stats,
  groups: (service, body) => logstoreOf(service, body).groups.map((group) => group.describe()),
  faults: addFault,
  'faults/clear': ({ faults }) => faults.clear(),
  split: (service, body) => split(logstoreOf(service, body), body),
  merge: (service, body) => shardIds(logstoreOf(service, body).merge(number(body, 'shard'))),
  expire: (service, body) => logstoreOf(service, body).expire(number(body, 'shard'), number(body, 'groups')),
  append: (service, body) => logstoreOf(service, body).append(number(body, 'events'), optionalNumber(body, 'shard')),
  rate: (service, body) => projectOf(service, body).setRate(text(body, 'logstore'), number(body, 'ratePerSecond')),
  'logstores/create': (service, body) => projectOf(service, body).create(optionsOf(body)),
  'logstores/delete': (service, body) => projectOf(service, body).delete(text(body, 'logstore')),
  'projects/create': ({ projects }, body) => projects.create(body as unknown as ProjectOptions & Body),
  'projects/delete': ({ projects }, body) => projects.delete(text(body, 'project')),
  processor: (service, body) => projectOf(service, body).processors.set(text(body, 'name'), text(body, 'spl')).size,
  deny: ({ accounts }, body) => replace(accounts.denied, list(body, 'actions')),
  'sessions/end': ({ accounts }) => accounts.endSessions(),
  prepare: (service, body) => prepare(logstoreOf(service, body), text(body, 'compression')),
  evict: (service, body) => logstoreOf(service, body).group(text(body, 'group')).evict(text(body, 'consumer')),
  skew: ({ clock }, body) => {
    clock.skewMs = number(body, 'ms');
  },
};

/** @throws ServiceError */
export function control(service: Service, name: string, body: Uint8Array, clientAddress: string): Reply {
  if (!isLoopback(clientAddress)) throw new ServiceError(403, 'Forbidden', 'control is for loopback only');
  const hook = HOOKS[name];
  if (hook === undefined) throw new ServiceError(404, 'NoSuchHook', `hooks are: ${Object.keys(HOOKS).join(', ')}`);
  return json(hook(service, body.length === 0 ? {} : objectBody({ body })) ?? {});
}

function stats({ projects, requests, faults }: Service): object {
  const all = projects.all.map((project) => [project.name, projectStats(project)] as const);
  const { logstores } = all[0]?.[1] ?? { logstores: {} };
  return { requests, faults: faults.describe(), logstores, projects: Object.fromEntries(all) };
}

/** The documented quotas (Limits page of the documentation), and what was asked at the most. */
function quotas({ meter, logstores }: Project): object {
  const shards = logstores.flatMap((logstore) => logstore.shards);
  const most = (of: readonly number[]): number => of.reduce((left, right) => Math.max(left, right), 0);
  return {
    readsPerMinute: { documented: 600_000, peak: meter.reads.peak },
    writesPerMinute: { documented: 600_000, peak: meter.writes.peak },
    shardReadsPerSecond: { documented: 100, peak: most(shards.map((shard) => shard.meter.reads.peak)) },
    shardReadBytesPerSecond: {
      documented: 20 * 1024 * 1024,
      peak: most(shards.map((shard) => shard.meter.bytes.peak)),
    },
    groupsPerLogstore: { documented: MAX_GROUPS, peak: most(logstores.map(({ groups }) => groups.length)) },
  };
}

function projectStats(project: Project): { readonly logstores: object; readonly quotas: object } {
  const logstores = project.logstores.map(({ settings, shards }) => [
    settings.name,
    { shards: Object.fromEntries(shards.map((shard) => [shard.id, shardStats(shard)])) },
  ]);
  return { logstores: Object.fromEntries(logstores) as object, quotas: quotas(project) };
}

function shardStats(shard: Logstore['shards'][number]): object {
  const { first, end } = shard.log;
  const { readOnly, counts } = shard;
  return { readOnly, firstGroup: first, endGroup: end, endCursor: shard.cursor(end), ...counts };
}

function addFault({ faults }: Service, body: Body): void {
  if (!FAULT_KINDS.some((kind) => kind === body['kind']))
    throw refuse.parameterInvalid(`kind must be one of ${FAULT_KINDS.join(', ')}`);
  if (body['operation'] !== undefined && !OPERATIONS.some((name) => name === body['operation']))
    throw refuse.parameterInvalid(`operation must be one of ${OPERATIONS.join(', ')}`);
  for (const key of ['shard', 'after', 'times', 'delayMs', 'status']) optionalNumber(body, key);
  faults.add(body as unknown as Fault);
}

function split(logstore: Logstore, body: Body): readonly number[] {
  const key = body['key'] === undefined ? undefined : parseKey(text(body, 'key'));
  return shardIds(logstore.split(number(body, 'shard'), key, optionalNumber(body, 'parts') ?? 2));
}

function shardIds(shards: Logstore['shards']): readonly number[] {
  return shards.map((shard) => shard.id);
}

/** Makes every reply a reader walking from the beginning with `count=1000` will get, so that serving it costs nothing later. */
function prepare({ shards }: Logstore, compression: string): object {
  if (!['lz4', 'zstd', 'deflate', 'none'].includes(compression))
    throw refuse.parameterInvalid(`unknown compression ${compression}`);
  let bytes = 0;
  for (const { log } of shards) {
    for (let group = log.first; group < log.onceThrough;) {
      const slice = log.read(group, { count: 1000, end: Infinity, maxBytes: Infinity });
      if (slice === undefined) break;
      const { from, to, segment } = slice;
      bytes += segment.replies.get(`${from}-${to}-${compression}`, () =>
        compress(bytesOf(slice), compression as Compression),
      ).length;
      group += to - from;
    }
  }
  return { bytes };
}

/** The first where none is named. */
function projectOf({ projects }: Service, body: Body): Project {
  return projects.get(body['project'] === undefined ? undefined : text(body, 'project'));
}

function logstoreOf(service: Service, body: Body): Logstore {
  return projectOf(service, body).logstore(text(body, 'logstore'));
}

function optionsOf(body: Body): LogstoreOptions {
  const { project, logstore: name, ...options } = body;
  if (project !== undefined && typeof project !== 'string') throw refuse.parameterInvalid('project must be a string');
  if (typeof name !== 'string' || !isLogstoreName(name)) throw refuse.parameterInvalid('logstore is not a legal name');
  return { ...options, name };
}

function replace(set: Set<string>, values: readonly string[]): void {
  set.clear();
  for (const value of values) set.add(value);
}

function list(body: Body, key: string): readonly string[] {
  const value = body[key];
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string'))
    throw refuse.parameterInvalid(`${key} must be a list of strings`);
  return value;
}

function text(body: Body, key: string): string {
  const value = body[key];
  if (typeof value !== 'string') throw refuse.parameterInvalid(`${key} must be a string`);
  return value;
}

function number(body: Body, key: string): number {
  const value = body[key];
  if (typeof value !== 'number') throw refuse.parameterInvalid(`${key} must be a number`);
  return value;
}

function optionalNumber(body: Body, key: string): number | undefined {
  return body[key] === undefined ? undefined : number(body, key);
}
