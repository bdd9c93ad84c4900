import { createHash, createHmac } from 'node:crypto';
import type Sdk from '@alicloud/log';
import type { Credentials } from '../credentials/credentials.js';

/** A request before it is signed. Header names in lower case; query values not encoded. */
export interface Unsigned {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty when there is none. */
  readonly body: Buffer;
}

/**
 * Adds what proves who we are: the complete headers to send.
 *
 * @param nowMs the service's time, milliseconds since the epoch; more than 15 minutes off and the service refuses.
 */
export type Signer = (request: Unsigned, credentials: Credentials, nowMs: number) => Promise<Record<string, string>>;

let loading: Promise<{ readonly default: typeof Sdk }> | undefined;

/**
 * Signature V1, `LOG <id>:<HMAC-SHA1>`, made by the official SDK. It is loaded at the first use: it brings protobufjs along, which costs
 * a tenth of a second that V4 users need not pay. Kept, because asking Node for a module it has costs as much as the signature.
 */
export const signV1: Signer = async (request, credentials, nowMs) => {
  const { default: Client } = await (loading ??= import('@alicloud/log'));
  const headers: Record<string, string> = {
    ...request.headers,
    ...token(credentials),
    date: new Date(nowMs).toUTCString(),
    'x-log-signaturemethod': 'hmac-sha1',
  };
  if (request.body.length > 0) {
    headers['content-md5'] = createHash('md5').update(request.body).digest('hex').toUpperCase();
  }
  headers['authorization'] = Client.prototype._sign(request.method, request.path, request.query, headers, credentials);
  return headers;
};

const EMPTY_SHA256 = createHash('sha256').digest('hex');

/**
 * Signature V4, `SLS4-HMAC-SHA256`. Covers `content-type`, `host` and every `x-log-*` and `x-acs-*` header; the list is not sent, the service
 * derives it from what arrives.
 *
 * @param region region id of the project, such as `cn-hangzhou`.
 */
export function signV4(region: string): Signer {
  return (request, credentials, nowMs) => {
    const date = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
    const hash = request.body.length > 0 ? sha256(request.body) : EMPTY_SHA256;
    const headers: Record<string, string> = {
      ...request.headers,
      ...token(credentials),
      'x-log-content-sha256': hash,
      'x-log-date': date,
    };
    const day = date.slice(0, 8);
    const scope = `${day}/${region}/sls/aliyun_v4_request`;
    const toSign = `SLS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonicalRequest(request, headers, hash))}`;
    const steps = [day, region, 'sls', 'aliyun_v4_request', toSign];
    const signature = steps.reduce<string | Buffer>(hmac256, `aliyun_v4${credentials.accessKeySecret}`);
    const proof = `Credential=${credentials.accessKeyId}/${scope},Signature=${signature.toString('hex')}`;
    headers['authorization'] = `SLS4-HMAC-SHA256 ${proof}`;
    return Promise.resolve(headers);
  };
}

/** `k=v&…` sorted by key, values encoded by RFC 3986; a key without a value stands alone, which is what V4 signs. */
export function encodeQuery(query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.map(([key, value]) => (value === '' ? key : `${key}=${percentEncode(value)}`)).join('&');
}

function canonicalRequest(request: Unsigned, headers: Readonly<Record<string, string>>, hash: string): string {
  const names = Object.keys(headers).filter((name) => /^(content-type|host|x-log-.*|x-acs-.*)$/.test(name));
  names.sort();
  const lines = names.map((name) => `${name}:${headers[name]?.trim() ?? ''}\n`).join('');
  return `${request.method}\n${request.path}\n${encodeQuery(request.query)}\n${lines}\n${names.join(';')}\n${hash}`;
}

/** RFC 3986: everything but the unreserved characters. */
export function percentEncode(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function token({ securityToken }: Credentials): Record<string, string> {
  return securityToken ? { 'x-acs-security-token': securityToken } : {};
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac256(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
