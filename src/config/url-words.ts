import { parseProxy, PROXY_EXPECTED, type ProxySetting } from '../sls/http/proxy.js';
import { parseEndpoint, type ServiceEndpoint as Service } from '../sls/endpoint.js';
import type { Endpoint } from '../delivery/delivery-settings.js';
import { SCHEMES, transportOf } from '../delivery/transports/table.js';
import { isKnownRegion, likeRegion } from './regions.js';
import { didYouMean } from './suggest.js';
import type { Parsed } from './scalars.js';
import { quoted } from './problem.js';

const HOST = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62}))*\.?$/;
const IPV6 = /^\[([0-9A-Fa-f:.]{2,45}(?:%[\w.-]+)?)\]$/;
const PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?(\[[^\]]*\]|[^:/?#@[\]]*)(?::(\d+))?(\/.*)?$/;

interface Parts {
  readonly scheme: string | undefined;
  readonly host: string;
  readonly port: number | undefined;
  readonly path: string;
}

export const SERVICE_EXPECTED = 'a host such as ap-southeast-1.log.aliyuncs.com, http(s)://host[:port], or embedded';

/** What {@link parseEndpoint} reads, or `embedded`. */
export function parseService(text: string): Parsed<Service | 'embedded'> {
  if (text === 'embedded') return 'embedded';
  const wrong = regionFault(text.trim().toLowerCase());
  if (wrong !== undefined) return { wrong };
  const result = parseEndpoint(text);
  return result.ok ? result.endpoint : { wrong: result.message };
}

/** A single word is a region, or a host of one's own; a region that is misspelt would be taken for one or the other. */
function regionFault(word: string): string | undefined {
  if (!/^[a-z0-9_-]+$/.test(word)) return undefined;
  const region = word.replace(/-(?:accelerate|intranet|share|vpc|internal)$/, '');
  if (isKnownRegion(region)) return undefined;
  const like = likeRegion(region);
  if (like === '' && !/^(?:cn|ap|us|eu|me|na|sa|af)-/.test(region)) return undefined;
  return `no region is called ${quoted(region)}${like}; a new region is written as a host: ${region}.log.aliyuncs.com`;
}

export const PROXY_SETTING_EXPECTED = `${PROXY_EXPECTED}, off, or environment`;

/** What {@link parseProxy} reads, `off` or `environment`. The text is never repeated: it may hold a password. */
export function parseProxySetting(text: string): Parsed<ProxySetting> {
  if (text === 'off' || text === 'environment') return text;
  const result = parseProxy(text);
  return result.ok ? result.proxy : { wrong: result.message };
}

const NAMES = SCHEMES.map(({ name }) => name);
export const RECEIVER_EXPECTED = `${NAMES.map((name) => `${name}://host:port`).join(', ')}, or embedded`;

/** `scheme://host:port` with the scheme of a transport, some of which have a default port, or `embedded`. */
export function parseReceiver(text: string): Parsed<Endpoint | 'embedded'> {
  if (text === 'embedded') return 'embedded';
  const parts = split(text, RECEIVER_EXPECTED);
  if ('wrong' in parts) return parts;
  const { scheme, host, path } = parts;
  if (scheme === undefined) return { wrong: `the scheme is missing; write ${quoted(`tcp://${text}`)}` };
  const found = SCHEMES.find(({ name }) => name === scheme);
  if (found === undefined) {
    const known = NAMES.join(', ').replace(/, (\w+)$/, ' or $1');
    return { wrong: `the scheme must be ${known}, not ${quoted(scheme)}${didYouMean(scheme, NAMES)}` };
  }
  if (path !== '' && path !== '/') return { wrong: 'a receiver has no path: write tcp://host:port' };
  const port = parts.port ?? found.port;
  const { name } = transportOf({ scheme });
  if (port === undefined) return { wrong: `${name} has no standard port: write ${scheme}://${host}:port` };
  return { scheme, tls: found.tls, host, port, text: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}` };
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export const LISTEN_EXPECTED = 'host:port such as 127.0.0.1:9464, or off';

/** `host:port`, or `off`. Port 0 lets the system choose. */
export function parseListen(text: string): Parsed<ListenAddress | 'off'> {
  if (text === 'off') return 'off';
  const parts = split(text, LISTEN_EXPECTED, 0);
  if ('wrong' in parts) return parts;
  const { scheme, host, port, path } = parts;
  if (scheme !== undefined || path !== '' || port === undefined) return { wrong: `expected ${LISTEN_EXPECTED}` };
  return { host, port };
}

function split(text: string, expected: string, minPort = 1): Parsed<Parts> {
  if (text.includes('@')) return { wrong: `no user or password belongs here; expected ${expected}` };
  const [, scheme, rawHost = '', rawPort, path = ''] = PARTS.exec(text) ?? [];
  const host = IPV6.exec(rawHost)?.[1] ?? rawHost;
  if (host === '' || (host === rawHost && !HOST.test(host))) return { wrong: `expected ${expected}` };
  const port = rawPort === undefined ? undefined : Number(rawPort);
  if (port !== undefined && (port < minPort || port > 65_535)) return { wrong: `a port is ${minPort} to 65535` };
  return { scheme: scheme?.toLowerCase(), host, port, path };
}
