import { createHmac, randomUUID } from 'node:crypto';
import { percentEncode } from '../signing/sign.js';
import type { Credentials, CredentialsSource } from './credentials.js';
import type { TextReply } from './http-text.js';
import { isRefusedForTime, readRole, STS_API_VERSION, STS_NAME, stsTime, type Sts } from './sts.js';

/** A RAM role that somebody with credentials takes on. */
export interface RoleToAssume {
  /** `acs:ram::<account id>:role/<name>` */
  readonly roleArn: string;
  /** What the account's audit log calls us. */
  readonly sessionName: string;
  /** What the trust policy of the role may ask for. Read each time, because it may come from a file. @throws ForwarderError */
  readonly externalId: () => string | undefined;
  /** How long its credentials are good for, seconds. */
  readonly durationSeconds: number;
  /** A RAM policy in JSON that narrows the role's rights. */
  readonly policy: string | undefined;
}

/** The credentials of a role, by AssumeRole. The caller's are fetched each time: they may have been replaced. */
export function assumedBy(caller: CredentialsSource, role: RoleToAssume, sts: Sts): CredentialsSource {
  const { roleArn } = role;
  const fetch: CredentialsSource['fetch'] = async () => {
    const { credentials } = await caller.fetch();
    const ask = (atMs: number): Promise<TextReply> => request(role, credentials, sts, atMs);
    const first = await ask(sts.clock.now());
    // Our clock is wrong, and the reply has the right time.
    const reply = isRefusedForTime(first) ? await ask(sts.clock.now() + first.skewMs) : first;
    return readRole(reply, { caller: `the ${caller.name}`, roleArn });
  };
  return { name: `role ${roleArn}`, fetch };
}

function request(role: RoleToAssume, caller: Credentials, sts: Sts, atMs: number): Promise<TextReply> {
  const { roleArn, sessionName, durationSeconds, policy } = role;
  const externalId = role.externalId();
  const parameters: Record<string, string> = {
    Action: 'AssumeRole',
    Format: 'JSON',
    Version: STS_API_VERSION,
    AccessKeyId: caller.accessKeyId,
    ...(caller.securityToken ? { SecurityToken: caller.securityToken } : {}),
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    SignatureNonce: randomUUID(),
    Timestamp: stsTime(atMs),
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    DurationSeconds: String(durationSeconds),
    ...(externalId === undefined ? {} : { ExternalId: externalId }),
    ...(policy === undefined ? {} : { Policy: policy }),
  };
  const form = { ...parameters, Signature: signRpc('POST', parameters, caller.accessKeySecret) };
  const { http, endpoint, proxyFor } = sts;
  return http.request({ what: STS_NAME, method: 'POST', url: `${endpoint}/`, form, proxyFor });
}

/** The signature of Alibaba Cloud's RPC interfaces: HMAC-SHA1 over method, path and all parameters in order. */
export function signRpc(method: string, parameters: Readonly<Record<string, string>>, secret: string): string {
  const pairs = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  const query = pairs.map(([key, value]) => `${percentEncode(key)}=${percentEncode(value)}`).join('&');
  const text = `${method}&${percentEncode('/')}&${percentEncode(query)}`;
  return createHmac('sha1', `${secret}&`).update(text).digest('base64');
}
