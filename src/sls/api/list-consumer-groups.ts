import type { GroupSettings } from '../../model/ports.js';
import { protocolError } from '../errors.js';
import { isRecord, isSmallInteger, tryJson } from './json.js';
import type { CallLogstore } from '../service.js';

/** The settings of one consumer group, by ListConsumerGroup (there is no call for a single one); undefined if it does not exist. */
export async function findConsumerGroup(
  call: CallLogstore,
  group: string,
  signal: AbortSignal,
): Promise<GroupSettings | undefined> {
  const what = 'list of the consumer groups';
  const reply = await call({ what, method: 'GET', path: '/consumergroups', traffic: 'control', signal });
  const json = tryJson(reply);
  if (!Array.isArray(json) || !json.every(isRecord)) throw protocolError(reply, what, 'not an array of groups');
  const found = json.find(({ name }) => name === group);
  if (found === undefined) return undefined;
  const { timeout, order } = found;
  if (!isSmallInteger(timeout) || timeout === 0 || typeof order !== 'boolean') {
    throw protocolError(reply, what, `the settings of ${group} can't be read`);
  }
  return { timeoutSeconds: timeout, inOrder: order };
}
