import { ForwarderError } from '../../errors/forwarder-error.js';
import type { GroupSettings } from '../../model/ports.js';
import type { CallLogstore } from '../service.js';

/**
 * CreateConsumerGroup.
 *
 * @returns false if a group of that name exists already; its settings are left alone.
 */
export async function createConsumerGroup(
  call: CallLogstore,
  group: string,
  settings: GroupSettings,
  signal: AbortSignal,
): Promise<boolean> {
  const json = { consumerGroup: group, timeout: settings.timeoutSeconds, order: settings.inOrder };
  const what = `creation of consumer group ${group}`;
  try {
    await call({ what, method: 'POST', path: '/consumergroups', json, traffic: 'control', signal });
    return true;
  } catch (thrown) {
    if (thrown instanceof ForwarderError && thrown.details['errorCode'] === 'ConsumerGroupAlreadyExist') return false;
    throw thrown;
  }
}
