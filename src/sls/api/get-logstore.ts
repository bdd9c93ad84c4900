import { protocolError } from '../errors.js';
import { isRecord, isSmallInteger, tryJson } from './json.js';
import type { Retention } from '../../model/snapshot.js';
import type { CallLogstore } from '../service.js';

/** What the console writes for "permanent storage". */
const FOR_EVER_DAYS = 3650;
const DAY_S = 86_400;

/**
 * GetLogStore, of which only `ttl` is wanted. Needs the RAM action log:GetLogStore, which a consumer does not need otherwise.
 */
export async function getRetention(call: CallLogstore, signal: AbortSignal): Promise<Retention> {
  const what = 'retention of the logstore';
  const reply = await call({ what, method: 'GET', path: '', traffic: 'control', signal });
  const json = tryJson(reply);
  if (!isRecord(json) || !isSmallInteger(json['ttl']) || json['ttl'] === 0)
    throw protocolError(reply, what, 'no ttl in days');
  return json['ttl'] >= FOR_EVER_DAYS ? 'forEver' : json['ttl'] * DAY_S;
}
