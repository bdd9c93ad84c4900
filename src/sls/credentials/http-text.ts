import type { Clock } from '../../flow/clock.js';
import { ForwarderError } from '../../errors/forwarder-error.js';
import type { Dial } from '../endpoint.js';
import { isRecord, tryJson } from '../api/json.js';
import { DIRECT, type ChooseProxy } from '../http/proxy.js';
import { refusedByProxy } from '../http/tunnel.js';
import { HttpTransport } from '../http/transport.js';

export interface TextRequest {
  /** For messages: `ECS metadata service`. */
  readonly what: string;
  readonly url: string;
  readonly method?: 'GET' | 'PUT' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  /** Not given: nobody is in between, as for services of this machine. */
  readonly proxyFor?: ChooseProxy;
}

export interface TextReply {
  readonly status: number;
  readonly text: string;
  /** The body as a JSON object; undefined if it is none. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
  /** How far the service's clock is ahead of ours by the `Date` of its reply, milliseconds; 0 where it says nothing or hardly differs. */
  readonly skewMs: number;
}

/** These services are next door: they answer at once or not at all. */
const LIMITS = { connectTimeoutMs: 2000, responseTimeoutMs: 5000, maxBodyBytes: 65_536, maxSockets: 1 };

/** A Date has whole seconds and was a network trip under way. */
const NOTICEABLE_MS = 10_000;

/** Small requests to the services that hand out credentials. What they answer is never repeated in a message: it may hold secrets. */
export class HttpText {
  readonly #clock: Clock;
  readonly #transport: HttpTransport;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#transport = new HttpTransport(LIMITS, clock);
  }

  /** @throws ForwarderError SLS_NETWORK, SLS_TIMEOUT, SLS_PROTOCOL, SLS_SERVER (429 and 5xx, which pass), PROXY_REFUSED, CONFIG_INVALID */
  async request({ what, url, method = 'GET', headers = {}, form, proxyFor }: TextRequest): Promise<TextReply> {
    const { dial, target } = take(what, url, proxyFor);
    const body = form === undefined ? Buffer.alloc(0) : Buffer.from(new URLSearchParams(form).toString());
    const type = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length) };
    const reply = await this.#transport.request(dial, 'control', {
      what,
      method,
      target,
      headers: { host: dial.hostHeader, ...headers, ...(form === undefined ? {} : type) },
      body,
      signal: new AbortController().signal,
    });
    if (reply.status === 407 && dial.via !== undefined) {
      throw new ForwarderError('PROXY_REFUSED', `${what}: ${refusedByProxy(dial.via, 407).message}`);
    }
    if (reply.status === 429 || reply.status >= 500)
      throw new ForwarderError('SLS_SERVER', `${what} answered ${reply.status}; trying again`);
    const json = tryJson(reply);
    const text = Buffer.from(reply.body, 0, reply.bodyLength).toString();
    return {
      status: reply.status,
      text,
      json: isRecord(json) ? json : undefined,
      skewMs: this.#skew(reply.headers.date),
    };
  }

  #skew(date: string | undefined): number {
    const skewMs = Date.parse(date ?? '') - this.#clock.now();
    return Math.abs(skewMs) < NOTICEABLE_MS || Number.isNaN(skewMs) ? 0 : skewMs;
  }
}

function take(what: string, text: string, proxyFor = DIRECT): { dial: Dial; target: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new ForwarderError('CONFIG_INVALID', `${what}: its address is no http:// or https:// URL`);
  const tls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (tls ? 443 : 80) : Number(url.port);
  const servername = /^[\d.]+$|:/.test(host) ? '' : host;
  return {
    dial: { tls, host, port, hostHeader: url.host, servername, via: proxyFor({ tls, host, port }) },
    target: url.pathname + url.search,
  };
}
