import { json, type Reply } from './call.js';
import { compress, type Compression } from './compression.js';
import { FAULT_KINDS, type Fault } from './faults.js';
import { objectBody } from './json-body.js';
import type { Logstore } from './logstore.js';
import { parseKey } from './key-range.js';
import { OPERATIONS } from './route.js';
import { bytesOf } from './segment.js';
import type { Service } from './service.js';
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
  rate: ({ project }, body) => project.setRate(text(body, 'logstore'), number(body, 'ratePerSecond')),
  prepare: (service, body) => prepare(logstoreOf(service, body), text(body, 'compression')),
  evict: (service, body) => logstoreOf(service, body).group(text(body, 'group')).evict(text(body, 'consumer')),
  skew: ({ clock }, body) => {
    clock.skewMs = number(body, 'ms');
  },
};

/** @throws ServiceError */
export function control(service: Service, name: string, body: Uint8Array, clientAddress: string): Reply {
  if (!/^(::ffff:)?127\.|^::1$/.test(clientAddress))
    throw new ServiceError(403, 'Forbidden', 'control is for loopback only');
  const hook = HOOKS[name];
  if (hook === undefined) throw new ServiceError(404, 'NoSuchHook', `hooks are: ${Object.keys(HOOKS).join(', ')}`);
  return json(hook(service, body.length === 0 ? {} : objectBody({ body })) ?? {});
}

function stats({ project, requests, faults }: Service): object {
  const logstores = project.logstores.map(({ settings, shards }) => [
    settings.name,
    { shards: Object.fromEntries(shards.map((shard) => [shard.id, shardStats(shard)])) },
  ]);
  return { requests, faults: faults.describe(), logstores: Object.fromEntries(logstores) as object };
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

function logstoreOf(service: Service, body: Body): Logstore {
  return service.project.logstore(text(body, 'logstore'));
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
