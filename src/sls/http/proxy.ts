import { isLoopback } from '../../flow/ip-address.js';
/** An HTTP proxy between us and the service. */
export interface Proxy {
  /** Host name in lower case, or an address (IPv6 without brackets). */
  readonly host: string;
  readonly port: number;
  /** What `Proxy-Authorization` says; undefined: nothing. */
  readonly authorization: string | undefined;
  /** What must never appear in a message. */
  readonly secrets: readonly string[];
}

export type ProxyResult =
  { readonly ok: true; readonly proxy: Proxy } | { readonly ok: false; readonly message: string };

/** `environment`: HTTPS_PROXY, HTTP_PROXY and NO_PROXY decide, as they do for the official SDKs. */
export type ProxySetting = 'off' | 'environment' | Proxy;

interface Target {
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
}

/** The proxy for a target; undefined: none. */
export type ChooseProxy = (target: Target) => Proxy | undefined;

export const DIRECT: ChooseProxy = () => undefined;

type Environment = Readonly<Record<string, string | undefined>>;

export const PROXY_EXPECTED = 'http://[user:password@]host:port';
const HOST = /^(?:[a-z0-9_](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/;

/**
 * Reads `[http://][user:password@]host[:80]`, the forms of `HTTPS_PROXY` too.
 *
 * @returns the parts, or one line that says what is wrong and repeats nothing of the text: it may hold a password.
 */
export function parseProxy(text: string): ProxyResult {
  const trimmed = text.trim();
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed) ?? [];
  if (scheme !== undefined && scheme.toLowerCase() !== 'http')
    return wrong(`a proxy is spoken to in plain HTTP, also about https targets: write ${PROXY_EXPECTED}`);
  const address = scheme === undefined ? `http://${trimmed}` : trimmed;
  if (!URL.canParse(address)) return wrong(`not a proxy address: write ${PROXY_EXPECTED}${ENCODE}`);
  const url = new URL(address);
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || !HOST.test(url.hostname) || url.port === '0')
    return wrong(`a proxy address is ${PROXY_EXPECTED} and nothing more${ENCODE}`);
  const login = decode(url);
  if (login === undefined) return wrong(`the user or password of the proxy is not readable${ENCODE}`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { ok: true, proxy: { host, port: url.port === '' ? 80 : Number(url.port), ...login } };
}

const ENCODE = '; a special character in a password is percent-encoded, @ is %40';

function wrong(message: string): ProxyResult {
  return { ok: false, message };
}

function decode({ username, password }: URL): Pick<Proxy, 'authorization' | 'secrets'> | undefined {
  if (username === '' && password === '') return { authorization: undefined, secrets: [] };
  try {
    const plain = decodeURIComponent(password);
    const basic = Buffer.from(`${decodeURIComponent(username)}:${plain}`).toString('base64');
    return { authorization: `Basic ${basic}`, secrets: [basic, plain, password].filter((secret) => secret !== '') };
  } catch {
    return undefined;
  }
}

/**
 * Who is between us and a target. A proxy that is configured is used for every target; those of the environment never for this machine itself,
 * nor for what NO_PROXY names: hosts, domains with all below them, addresses, each with or without a port, or `*`.
 *
 * @returns the choice; it throws what `fail` makes of a variable that can't be read.
 */
export function chooseProxy(setting: ProxySetting, env: Environment, fail: (message: string) => Error): ChooseProxy {
  if (setting === 'off') return DIRECT;
  if (setting !== 'environment') return () => setting;
  const read = (...names: string[]): [name: string, value: string] | undefined => {
    const name = names.find((one) => (env[one] ?? '') !== '');
    return name === undefined ? undefined : [name, env[name] ?? ''];
  };
  return (target) => {
    const found = target.tls ? read('https_proxy', 'HTTPS_PROXY') : read('http_proxy', 'HTTP_PROXY');
    if (found === undefined || isLoopback(target.host)) return undefined;
    if (isExempt(target, read('no_proxy', 'NO_PROXY')?.[1] ?? '')) return undefined;
    const result = parseProxy(found[1]);
    if (result.ok) return result.proxy;
    throw fail(`${found[0]}: ${result.message}; or write proxy: off in the source`);
  };
}

function isExempt({ host, port }: Target, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', at] = /^\[?([^[\]]*?)\]?(?::(\d+))?$/.exec(entry) ?? [];
      const bare = name.replace(/^\*?\./, '');
      if (bare === '' || (at !== undefined && Number(at) !== port)) return false;
      return host === bare || host.endsWith(`.${bare}`);
    });
}
