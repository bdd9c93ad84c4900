import { listAll } from './pages.js';
import type { CallLogstore } from '../service.js';

/** ListLogStores: the names of all logstores of a project. Needs the RAM action log:ListLogStores. */
export function listLogstores(call: CallLogstore, signal: AbortSignal): Promise<readonly string[]> {
  const what = 'list of the logstores';
  const nameIn = (entry: unknown): unknown => entry;
  return listAll(call, { what, path: '/logstores', key: 'logstores', kind: 'logstore', nameIn }, signal);
}
