import type { StartPosition } from '../../model/ports.js';
import { protocolError } from '../errors.js';
import { isCursor, isRecord, tryJson } from './json.js';
import type { CallLogstore } from '../service.js';

/**
 * GetCursor. A time means the service's receive time, not a log's own.
 *
 * @throws ForwarderError, among others SLS_SHARD_GONE.
 */
export async function getCursor(
  call: CallLogstore,
  shard: number,
  from: StartPosition,
  signal: AbortSignal,
): Promise<string> {
  const what = `cursor for shard ${shard}`;
  const query = { type: 'cursor', from: typeof from === 'string' ? from : String(Math.trunc(from.unixSeconds)) };
  const reply = await call({ what, method: 'GET', path: `/shards/${shard}`, query, traffic: 'control', signal });
  const json = tryJson(reply);
  if (!isRecord(json) || !isCursor(json['cursor'])) throw protocolError(reply, what, 'no cursor in it');
  return json['cursor'];
}
