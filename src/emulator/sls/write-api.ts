import { type Call, EMPTY_REPLY, json, type Reply } from './call.js';
import { decompress } from './compression.js';
import { parseKey } from './key-range.js';
import { countLogs } from './log-group-reader.js';
import type { Logstore } from './logstore.js';
import { integer, optionalInteger } from './route.js';
import { refuse } from './service-error.js';

/** Most of a log group, as it is and as it travels. */
export const MAX_BODY_BYTES = 30 * 1024 * 1024;

/** PutLogs: one LogGroup, which becomes one cursor step. */
export async function putLogs(call: Call, logstore: Logstore): Promise<Reply> {
  const rawSize = integer('x-log-bodyrawsize', call.headers.get('x-log-bodyrawsize') ?? String(call.body.length));
  if (rawSize > MAX_BODY_BYTES) throw refuse.bodyTooLarge(String(rawSize));
  const key = hashKey(call);
  const group = await decompress(call.body, call.headers.get('x-log-compresstype') ?? '', rawSize);
  logstore.put(group, logsIn(group), key, call.clientAddress);
  return EMPTY_REPLY;
}

function hashKey({ path, query }: Call): bigint | undefined {
  if (!path.endsWith('/shards/route')) return undefined;
  const text = query.get('key') ?? '';
  const key = parseKey(text);
  if (key === undefined) throw refuse.parameterInvalid(`hash key ${text} is not valid`);
  return key;
}

function logsIn(group: Uint8Array): number {
  try {
    return countLogs(group);
  } catch {
    throw refuse.bodyInvalid('the body is not a LogGroup');
  }
}

export function splitShard(call: Call, logstore: Logstore): Reply {
  const text = call.query.get('key') ?? '';
  const key = text === '' ? undefined : parseKey(text);
  if (text !== '' && key === undefined) throw refuse.parameterInvalid(`split key ${text} is not valid`);
  const parts = optionalInteger(call.query, 'shardCount', 2);
  if (parts < 2) throw refuse.parameterInvalid('a shard is split into two or more');
  return json(logstore.split(call.shard ?? -1, key, parts).map((shard) => shard.describe()));
}

export function mergeShards(call: Call, logstore: Logstore): Reply {
  return json(logstore.merge(call.shard ?? -1).map((shard) => shard.describe()));
}
