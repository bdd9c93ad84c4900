import { protocolError } from '../errors.js';
import { isSmallInteger, tryJson } from './json.js';
import type { CallLogstore } from '../service.js';

/**
 * HeartBeat: registers the consumer, keeps it alive, and exchanges what it holds for what it should hold.
 *
 * @param shards held or still draining; listing one is what keeps the service from handing it on.
 * @throws ForwarderError, among others SLS_CONSUMER_UNKNOWN when shards are listed by a consumer the service has forgotten.
 */
export async function heartbeat(
  call: CallLogstore,
  group: string,
  consumer: string,
  shards: readonly number[],
  signal: AbortSignal,
): Promise<readonly number[]> {
  const what = `heartbeat in ${group}`;
  const query = { type: 'heartbeat', consumer };
  const path = `/consumergroups/${group}`;
  const reply = await call({ what, method: 'POST', path, query, json: shards, traffic: 'heartbeat', signal });
  const json = tryJson(reply);
  if (!Array.isArray(json) || !json.every(isSmallInteger)) throw protocolError(reply, what, 'not a list of shard ids');
  return [...new Set(json)];
}
