import { protocolError } from '../errors.js';
import { isRecord, isSmallInteger, tryJson } from './json.js';
import type { CallLogstore } from '../service.js';

/**
 * GetCursorTime.
 *
 * @returns when the service received what stands at the cursor, unix seconds; about now at the end of the shard.
 * @throws ForwarderError, among others SLS_CURSOR_INVALID for a cursor that is expired or not one of this shard.
 */
export async function getCursorTime(
  call: CallLogstore,
  shard: number,
  cursor: string,
  signal: AbortSignal,
): Promise<number> {
  const what = `time of a cursor of shard ${shard}`;
  const query = { type: 'cursor_time', cursor };
  const reply = await call({ what, method: 'GET', path: `/shards/${shard}`, query, traffic: 'control', signal });
  const json = tryJson(reply);
  if (!isRecord(json) || !isSmallInteger(json['cursor_time'])) throw protocolError(reply, what, 'no time in it');
  return json['cursor_time'];
}
