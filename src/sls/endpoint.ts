import { DIRECT, type ChooseProxy, type Proxy } from './http/proxy.js';

/** Where the service is reached, without the project: `https://cn-hangzhou.log.aliyuncs.com` taken apart. */
export interface ServiceEndpoint {
  readonly tls: boolean;
  /** Host name in lower case, or an address (IPv6 without brackets). */
  readonly host: string;
  readonly port: number;
  /** Region id for signature V4, where the name of the endpoint tells it. */
  readonly region: string | undefined;
}

export type EndpointResult =
  { readonly ok: true; readonly endpoint: ServiceEndpoint } | { readonly ok: false; readonly message: string };

/** What to dial for one project, and what to say there. */
export interface Dial {
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  /** The project exists in this header only; the path never names it. */
  readonly hostHeader: string;
  /** Name the certificate is checked for; empty for an address, which is then checked itself. */
  readonly servername: string;
  /** Who is in between. */
  readonly via: Proxy | undefined;
}

const EXAMPLE = 'expected a host such as cn-hangzhou.log.aliyuncs.com, or http(s)://host[:port]';
const REGION = /^(cn|ap|us|eu|me|na|sa|af)-[a-z0-9-]+$/;
const SERVICE = /^(.+)\.(?:log|sls)\.aliyuncs\.com$/;
const ACCELERATE = 'log-global.aliyuncs.com';
const NETWORK_SUFFIX = /-(intranet|share|vpc|internal)$/;
const NAME = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/;
const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;

/**
 * Reads the endpoint forms users write: `<region>.log.aliyuncs.com` with its network variants, `http(s)://host[:port]`, `127.0.0.1:8080`, `[::1]:8080`, and
 * a region id. The region id is `cn-hangzhou`, `cn-hangzhou-intranet` (VPC) or `cn-hangzhou-accelerate` (transfer acceleration, if the project has it).
 * Without a scheme, names are reached by https, addresses and names without a dot by http.
 *
 * @returns the parts, or one line that says what is wrong; never throws and never repeats credentials written into a URL.
 */
export function parseEndpoint(text: string): EndpointResult {
  const [, scheme, authority, rest] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#]*)(.*)$/is.exec(text.trim()) ?? [];
  if (authority === undefined || authority === '') return invalid(`the endpoint is empty: ${EXAMPLE}`);
  if (authority.includes('@')) return invalid('the endpoint must not hold credentials: use credentials of the source');
  const given = scheme?.toLowerCase();
  if (given !== undefined && given !== 'http' && given !== 'https') {
    return invalid(`${quote(text)} is not an endpoint: the scheme must be http or https`);
  }
  if (rest !== '' && rest !== '/') return invalid(`leave the path out of the endpoint; ${EXAMPLE}`);
  const lower = authority.toLowerCase();
  return REGION.test(lower) ? readRegion(text, given, lower) : readAuthority(text, given, lower);
}

/** A region id, alone or with its network: `-intranet` (VPC), `-accelerate` (one name for all regions), without: public. */
function readRegion(text: string, scheme: 'http' | 'https' | undefined, word: string): EndpointResult {
  const [, region] = /^(.+)-accelerate$/.exec(word) ?? [];
  const result = readAuthority(text, scheme, region === undefined ? `${word}.log.aliyuncs.com` : ACCELERATE);
  return result.ok && region !== undefined ? { ok: true, endpoint: { ...result.endpoint, region } } : result;
}

function readAuthority(text: string, scheme: 'http' | 'https' | undefined, authority: string): EndpointResult {
  const url = toUrl(`${scheme ?? 'http'}://${authority}`);
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
  // The URL standard reads `8080` and `127.1` as addresses; a person who writes that means something else.
  const odd = IPV4.test(host) ? !authority.startsWith(host) : !host.includes(':') && !NAME.test(host);
  if (url === undefined || odd || url.port === '0') return invalid(`${quote(text)} is not an endpoint: ${EXAMPLE}`);
  const prefix = SERVICE.exec(host)?.[1];
  if (prefix?.includes('.') === true) {
    const regional = host.slice(prefix.lastIndexOf('.') + 1);
    return invalid(`${quote(text)} names a project: write ${regional} and the name under project`);
  }
  const plainPort = /:0*80$/.test(authority);
  const tls = scheme === undefined ? !isDialledAsIs(host) && !plainPort : scheme === 'https';
  const port = url.port === '' ? (tls ? 443 : 80) : Number(url.port);
  return { ok: true, endpoint: { tls, host, port, region: prefix?.replace(NETWORK_SUFFIX, '') } };
}

/**
 * Every request goes to `<project>.<endpoint>`. Addresses and single-label names have no sub-domains to resolve, so those are dialled as
 * they are and only the Host header carries the project.
 * @param project undefined: what is asked belongs to none
 */
export function dialFor(endpoint: ServiceEndpoint, project: string | undefined, proxyFor: ChooseProxy = DIRECT): Dial {
  const { tls, host, port } = endpoint;
  const bare = host.includes(':') ? `[${host}]` : host;
  const named = project === undefined ? bare : `${project}.${bare}`;
  const hostHeader = port === (tls ? 443 : 80) ? named : `${named}:${port}`;
  const dialled = isDialledAsIs(host) ? host : named;
  const via = proxyFor({ tls, host: dialled, port });
  return { tls, host: dialled, port, hostHeader, servername: isAddress(dialled) ? '' : dialled, via };
}

function isAddress(host: string): boolean {
  return IPV4.test(host) || host.includes(':');
}

function isDialledAsIs(host: string): boolean {
  return isAddress(host) || !host.includes('.');
}

function toUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function quote(text: string): string {
  return JSON.stringify(text.trim().slice(0, 100));
}

function invalid(message: string): EndpointResult {
  return { ok: false, message };
}
