import type { Credentials } from '../credentials/credentials.js';
import type { HttpRequest } from '../http/exchange.js';
import { encodeQuery, type Signer } from './sign.js';

type Texts = Readonly<Record<string, string>>;

/** What is signed of a call. */
export interface ToSign {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Texts | undefined;
  readonly headers?: Texts | undefined;
  readonly json?: unknown;
}

/** Everything a signature depends on beside the call. */
interface Signature {
  readonly signer: Signer;
  readonly credentials: Credentials;
  /** The time it holds, milliseconds since the epoch. */
  readonly at: number;
}

export type SignedRequest = Pick<HttpRequest, 'target' | 'headers' | 'body'>;

interface Kept extends Signature {
  readonly call: Pick<ToSign, 'method' | 'query' | 'headers'>;
  readonly request: SignedRequest;
}

const API_VERSION = '0.6.0';
const EMPTY = Buffer.alloc(0);

/** The service takes signatures of the last quarter of an hour. */
export const SIGNATURE_USED_MS = 60_000;

/**
 * Makes requests out of calls. The last one of each path without a body is kept for a minute, for a shard at its tip is asked the same five times a
 * second.
 */
export class SignedRequests {
  readonly #hostHeader: string;
  readonly #kept = new Map<string, Kept>();

  constructor(hostHeader: string) {
    this.#hostHeader = hostHeader;
  }

  /** @param nowMs the service's time, milliseconds since the epoch */
  async make(call: ToSign, signer: Signer, credentials: Credentials, nowMs: number): Promise<SignedRequest> {
    const signature = { signer, credentials, at: Math.floor(nowMs / SIGNATURE_USED_MS) * SIGNATURE_USED_MS };
    const kept = this.#kept.get(call.path);
    if (kept !== undefined && isSame(kept, signature) && asksTheSame(kept.call, call)) return kept.request;
    const request = await this.#sign(call, signature);
    const { method, path, query, headers, json } = call;
    if (json === undefined) this.#kept.set(path, { ...signature, call: { method, query, headers }, request });
    return request;
  }

  async #sign(call: ToSign, { signer, credentials, at }: Signature): Promise<SignedRequest> {
    const { method, path, query = {}, json } = call;
    const body = json === undefined ? EMPTY : Buffer.from(JSON.stringify(json));
    const headers = {
      host: this.#hostHeader,
      'user-agent': 'sls-syslog-forwarder',
      'x-log-apiversion': API_VERSION,
      'x-log-bodyrawsize': String(body.length),
      ...(json === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(body.length) }),
      ...call.headers,
    };
    const queryText = encodeQuery(query);
    return {
      target: queryText === '' ? path : `${path}?${queryText}`,
      headers: await signer({ method, path, query, headers, body }, credentials, at),
      body,
    };
  }
}

function isSame(one: Signature, other: Signature): boolean {
  return one.at === other.at && one.signer === other.signer && one.credentials === other.credentials;
}

function asksTheSame(one: Kept['call'], other: ToSign): boolean {
  return (
    other.json === undefined &&
    one.method === other.method &&
    areEqual(one.query, other.query) &&
    areEqual(one.headers, other.headers)
  );
}

function areEqual(one: Texts = {}, other: Texts = {}): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
