import type { ShardInfo } from '../../model/ports.js';
import { protocolError } from '../errors.js';
import { isRecord, isSmallInteger, tryJson } from './json.js';
import type { CallLogstore } from '../service.js';

const KEY = /^[0-9a-f]{32}$/i;

/** ListShards: all shards that still hold data, in no particular order. */
export async function listShards(call: CallLogstore, signal: AbortSignal): Promise<readonly ShardInfo[]> {
  const what = 'list of the shards';
  const reply = await call({ what, method: 'GET', path: '/shards', traffic: 'control', signal });
  const json = tryJson(reply);
  if (!Array.isArray(json)) throw protocolError(reply, what, 'not an array');
  return json.map((item: unknown) => {
    const shard = readShard(item);
    if (shard === undefined) throw protocolError(reply, what, 'an entry is not a shard');
    return shard;
  });
}

function readShard(item: unknown): ShardInfo | undefined {
  if (!isRecord(item)) return undefined;
  const { shardID: shard, status, inclusiveBeginKey: beginKey, exclusiveEndKey: endKey } = item;
  if (!isSmallInteger(shard) || (status !== 'readwrite' && status !== 'readonly')) return undefined;
  if (!isKey(beginKey) || !isKey(endKey)) return undefined;
  const { createTime } = item;
  // The service may send 0.
  const createdAt = isSmallInteger(createTime) && createTime > 0 ? createTime : undefined;
  return { shard, readOnly: status === 'readonly', createdAt, beginKey, endKey };
}

function isKey(value: unknown): value is string {
  return typeof value === 'string' && KEY.test(value);
}
