import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Accounts, Key } from './accounts.js';
import { refuse } from './service-error.js';

/** What signatures are made over, as it came in. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  /** Decoded parameters. */
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

const MAX_SKEW_MS = 15 * 60_000;
const V4 = 'SLS4-HMAC-SHA256';

/**
 * Checks who sends a request and when, in both signature versions ("Request signatures" and "Common request headers" of the
 * API reference).
 * @param now unix milliseconds
 * @returns who, and the region of a V4 signature
 * @throws ServiceError
 */
export function authenticate(request: SignedRequest, accounts: Accounts, now: number): Signed {
  const version = request.headers.get('x-log-apiversion');
  if (version === undefined) throw refuse.apiVersionMissing();
  if (version !== '0.6.0') throw refuse.apiVersionInvalid(version);
  const authorization = request.headers.get('authorization');
  if (authorization === undefined) throw refuse.missingHeader('authorization');
  checkTime(request, now);
  const claimed = authorization.startsWith(V4) ? readV4(authorization) : readV1(authorization);
  const key = accounts.key(claimed.accessKeyId, now);
  const { scope } = claimed;
  const expected = scope === undefined ? signV1(request, key.secret) : signV4(request, key.secret, scope);
  if (!equal(expected, claimed.signature)) throw refuse.signatureNotMatch(claimed.signature);
  if (key.token !== undefined && request.headers.get('x-acs-security-token') !== key.token)
    throw refuse.unauthorized('The security token you provided is invalid.');
  return { key, region: scope?.split('/')[1] };
}

interface Signed {
  readonly key: Key;
  readonly region: string | undefined;
}

interface Claim {
  readonly accessKeyId: string;
  readonly signature: string;
  /** `YYYYMMDD/region` of a V4 signature. */
  readonly scope: string | undefined;
}

function readV1(authorization: string): Claim {
  const [, accessKeyId, signature] = /^LOG ([^:]+):(\S+)$/.exec(authorization) ?? [];
  if (accessKeyId === undefined || signature === undefined)
    throw refuse.unauthorized('The authorization header is malformed.');
  return { accessKeyId, signature, scope: undefined };
}

function readV4(authorization: string): Claim {
  const pattern =
    /^SLS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8}\/[^/]*)\/sls\/aliyun_v4_request,\s*Signature=([0-9a-f]+)$/;
  const [, accessKeyId, scope, signature] = pattern.exec(authorization) ?? [];
  if (accessKeyId === undefined || scope === undefined || signature === undefined)
    throw refuse.unauthorized('The authorization header is malformed.');
  return { accessKeyId, signature, scope };
}

/** `x-log-date` counts before `Date`; both date forms are accepted in either. */
function checkTime({ headers }: SignedRequest, now: number): void {
  const date = headers.get('x-log-date') ?? headers.get('date');
  if (date === undefined) throw refuse.missingHeader('date');
  const time = parseDate(date);
  if (Number.isNaN(time)) throw refuse.dateInvalid(date);
  if (Math.abs(now - time) > MAX_SKEW_MS)
    throw refuse.timeExpired(
      `Request time ${date} has been expired while server time is ${new Date(now).toUTCString()}.`,
    );
}

function parseDate(date: string): number {
  const basic = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (basic !== null)
    return Date.parse(date.replace(basic[0], `${basic.slice(1, 4).join('-')}T${basic.slice(4).join(':')}Z`));
  return /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(date) ? Date.parse(date) : NaN;
}

/** `base64(HMAC-SHA1)`; `x-log-date` never takes part, since the Python SDK adds it after signing. */
export function signV1({ method, path, query, headers, body }: SignedRequest, secret: string): string {
  const md5 = headers.get('content-md5') ?? '';
  if (md5 !== '' && md5.toUpperCase() !== createHash('md5').update(body).digest('hex').toUpperCase())
    throw refuse.bodyInvalid('Content-MD5 does not match the body.');
  const special = [...headers]
    .filter(([name]) => isSpecial(name) && name !== 'x-log-date')
    .sort(byName)
    .map(([name, value]) => `${name}:${value}\n`);
  const parameters = [...query].sort(byName).map(([key, value]) => `${key}=${value}`);
  const resource = parameters.length === 0 ? path : `${path}?${parameters.join('&')}`;
  const date = headers.get('x-log-date') ?? headers.get('date') ?? '';
  const text = [method, md5, headers.get('content-type') ?? '', date, `${special.join('')}${resource}`].join('\n');
  return createHmac('sha1', secret).update(text).digest('base64');
}

/** Hex HMAC-SHA256. The client does not say which headers it signed: they follow from what arrived. */
export function signV4({ method, path, query, headers, body }: SignedRequest, secret: string, scope: string): string {
  const signed = [...headers]
    .filter(([name]) => name === 'content-type' || name === 'host' || isSpecial(name))
    .sort(byName);
  const canonical = [
    method,
    path,
    [...query]
      .sort(byName)
      .map(([key, value]) => (value === '' ? key : `${key}=${percentEncode(value)}`))
      .join('&'),
    signed.map(([name, value]) => `${name}:${value.trim()}\n`).join(''),
    signed.map(([name]) => name).join(';'),
    sha256(body),
  ].join('\n');
  const fullScope = `${scope}/sls/aliyun_v4_request`;
  const text = [V4, headers.get('x-log-date') ?? '', fullScope, sha256(canonical)].join('\n');
  const key = fullScope
    .split('/')
    .reduce<string | Buffer>((parent, part) => hmac256(parent, part), `aliyun_v4${secret}`);
  return hmac256(key, text).toString('hex');
}

function isSpecial(name: string): boolean {
  return (name.startsWith('x-log-') || name.startsWith('x-acs-')) && !name.startsWith('x-log-meta-');
}

/** By code unit, which for the names in question is bytewise. */
function byName([left]: readonly [string, string], [right]: readonly [string, string]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** RFC 3986: everything but the unreserved characters. */
export function percentEncode(value: string): string {
  const escape = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(value).replace(/[!'()*]/g, escape);
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac256(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

export function equal(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}
