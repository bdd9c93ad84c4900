import { refuse } from './service-error.js';

export const OPERATIONS = [
  'ListProject',
  'GetProject',
  'ListLogstores',
  'CreateLogstore',
  'GetLogstore',
  'DeleteLogstore',
  'PutConsumeProcessor',
  'GetConsumeProcessor',
  'DeleteConsumeProcessor',
  'PutLogs',
  'ListShards',
  'PullLogs',
  'GetCursor',
  'GetCursorTime',
  'SplitShard',
  'MergeShards',
  'CreateConsumerGroup',
  'ListConsumerGroups',
  'UpdateConsumerGroup',
  'DeleteConsumerGroup',
  'Heartbeat',
  'GetCheckpoints',
  'UpdateCheckpoint',
] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface Route {
  readonly operation: Operation;
  readonly logstore: string;
  /** The shard that the path or the query names, if any. */
  readonly shard: number | undefined;
  readonly group: string;
}

/**
 * Which operation a request means (the request line of each API page).
 * @throws ServiceError InvalidMethod, MissingParameter, ParameterInvalid
 */
export function route(method: string, path: string, query: ReadonlyMap<string, string>): Route {
  const [root = '', logstore = '', collection = '', item = '', ...more] = path.split('/').slice(1);
  const verb = method === 'HEAD' ? 'GET' : method;
  const found = more.length > 0 ? undefined : find(verb, root, logstore, collection, item, query);
  if (found === undefined) throw refuse.methodInvalid(`${method} ${path}`);
  const inShard = collection === 'shards' && /^\d+$/.test(item);
  const asked = query.get('shard');
  const shard = inShard ? Number(item) : asked === undefined ? undefined : integer('shard', asked);
  return { operation: found, logstore, shard, group: collection === 'consumergroups' ? item : '' };
}

type Table = Readonly<Record<string, Operation | undefined>>;

function find(
  verb: string,
  root: string,
  logstore: string,
  collection: string,
  item: string,
  query: ReadonlyMap<string, string>,
): Operation | undefined {
  const pick = (table: Table): Operation | undefined => table[verb];
  if (root === '' && logstore === '') return pick({ GET: 'GetProject' });
  if (root === 'consumeprocessors' && logstore !== '' && collection === '')
    return pick({ PUT: 'PutConsumeProcessor', GET: 'GetConsumeProcessor', DELETE: 'DeleteConsumeProcessor' });
  if (root !== 'logstores') return undefined;
  if (logstore === '') return collection === '' ? pick({ GET: 'ListLogstores', POST: 'CreateLogstore' }) : undefined;
  if (collection === '') {
    const search = query.has('type') && verb === 'GET';
    return search ? undefined : pick({ GET: 'GetLogstore', POST: 'PutLogs', DELETE: 'DeleteLogstore' });
  }
  if (collection === 'shards') return findInShards(verb, item, query);
  if (collection !== 'consumergroups') return undefined;
  if (item === '') return pick({ GET: 'ListConsumerGroups', POST: 'CreateConsumerGroup' });
  const post: Table = { heartbeat: 'Heartbeat', checkpoint: 'UpdateCheckpoint' };
  if (verb === 'POST') return post[required(query, 'type')];
  return pick({ GET: 'GetCheckpoints', PUT: 'UpdateConsumerGroup', DELETE: 'DeleteConsumerGroup' });
}

function findInShards(verb: string, item: string, query: ReadonlyMap<string, string>): Operation | undefined {
  if (item === '') return verb === 'GET' ? 'ListShards' : undefined;
  if (item === 'lb' || item === 'route') return verb === 'POST' ? 'PutLogs' : undefined;
  if (!/^\d+$/.test(item)) throw refuse.parameterInvalid(`shard ${item} is not a number`);
  const reads: Table = { log: 'PullLogs', logs: 'PullLogs', cursor: 'GetCursor', cursor_time: 'GetCursorTime' };
  const writes: Table = { split: 'SplitShard', merge: 'MergeShards' };
  if (verb === 'GET') return reads[required(query, 'type')];
  return verb === 'POST' ? writes[required(query, 'action')] : undefined;
}

/** @throws ServiceError MissingParameter */
export function required(query: ReadonlyMap<string, string>, key: string): string {
  const value = query.get(key);
  if (value === undefined) throw refuse.missingQuery(key);
  return value;
}

/** @throws ServiceError ParameterInvalid */
export function integer(key: string, text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw refuse.parameterInvalid(`Parameter ${key} is not valid : ${text}`);
  return Number(text);
}

/** A parameter that may be left out or, as the Node SDK does, be sent empty. @throws ServiceError ParameterInvalid */
export function optionalInteger(query: ReadonlyMap<string, string>, key: string, otherwise: number): number {
  const text = query.get(key) ?? '';
  return text === '' ? otherwise : integer(key, text);
}
