import { protocolError } from './errors.js';
import { isCursor, isRecord, tryJson } from './json.js';
import type { CallLogstore } from './service.js';

/**
 * ConsumerGroupCheckPoint of one shard.
 *
 * @returns undefined when none was stored yet, which the service says as `""` or by leaving the shard out.
 */
export async function getCheckpoint(
  call: CallLogstore,
  group: string,
  shard: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const what = `checkpoint for shard ${shard} in ${group}`;
  const query = { shard: String(shard) };
  const reply = await call({ what, method: 'GET', path: `/consumergroups/${group}`, query, lane: 'control', signal });
  const json = tryJson(reply);
  if (!Array.isArray(json) || !json.every(isRecord)) throw protocolError(reply, what, 'not an array of checkpoints');
  const found = json.find((item) => item['shard'] === shard);
  if (found === undefined || found['checkpoint'] === '') return undefined;
  if (!isCursor(found['checkpoint'])) throw protocolError(reply, what, 'the checkpoint is not a cursor');
  return found['checkpoint'];
}
