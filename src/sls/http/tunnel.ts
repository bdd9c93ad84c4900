import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import type { ErrorCode } from '../../errors/codes.js';
import type { Clock } from '../../flow/clock.js';
import type { Proxy } from './proxy.js';

/** A proxy that would not, or could not, let us through. */
export class ProxyFailure extends Error {
  readonly kind: ErrorCode;

  constructor(kind: ErrorCode, message: string) {
    super(message);
    this.kind = kind;
  }
}

/**
 * TLS to the service through CONNECT tunnels of a proxy (RFC 9110 §9.3.6), kept alive like other connections. It must never be asked for more at a
 * time than there may be: a request that waits in an agent is forgotten when the connection it waits for can't be made.
 */
export class TunnelAgent extends https.Agent {
  readonly #proxy: Proxy;
  readonly #timeoutMs: number;
  readonly #clock: Clock;

  /** @param timeoutMs for everything until TLS is up. */
  constructor(proxy: Proxy, timeoutMs: number, clock: Clock, options: https.AgentOptions) {
    super(options);
    this.#proxy = proxy;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  override createConnection(
    options: https.RequestOptions,
    done: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    const layTls = (raw: Duplex): Duplex | null | undefined => super.createConnection(over(raw, options));
    let socket: Duplex | null | undefined;
    const connect = this.#connect(`${String(options.host)}:${String(options.port)}`);
    const fail = (error: Error): void => {
      cancel();
      connect.destroy();
      socket?.destroy();
      // Node takes an error alone; the type has no word for that.
      (done as (error: Error) => void)(error);
    };
    const cancel = this.#clock.timer(this.#timeoutMs, () => fail(this.#timedOut()), { unref: true });
    connect.on('error', (error) => fail(this.#unreachable(error)));
    connect.on('connect', ({ statusCode = 0 }, raw) => {
      if (statusCode !== 200) {
        fail(refusedByProxy(this.#proxy, statusCode));
        return;
      }
      const tls = (socket = layTls(raw));
      tls?.once('error', fail);
      tls?.once('secureConnect', () => {
        cancel();
        tls.off('error', fail);
        done(null, tls);
      });
    });
    connect.end();
  }

  #connect(target: string): http.ClientRequest {
    const { host, port } = this.#proxy;
    const headers = { host: target, ...proxyHeaders(this.#proxy) };
    return http.request({ host, port, method: 'CONNECT', path: target, headers, agent: false });
  }

  #timedOut(): Error {
    const problem = `let nobody through within ${this.#timeoutMs} ms: check proxy of the source, or HTTPS_PROXY`;
    return new ProxyFailure('SLS_TIMEOUT', `${nameOf(this.#proxy)} ${problem}`);
  }

  #unreachable(error: Error): Error {
    const code = 'code' in error ? String(error.code) : error.message;
    const problem = code.startsWith('HPE_') ? `does not answer in HTTP (${code})` : `can't be reached (${code})`;
    return new ProxyFailure(
      'SLS_NETWORK',
      `${nameOf(this.#proxy)} ${problem}: check proxy of the source, or HTTPS_PROXY`,
    );
  }
}

/** Node's own agent lays TLS over the socket it finds among its options, and keeps sessions; the type does not know. */
function over(socket: Duplex, options: https.RequestOptions): https.RequestOptions {
  return Object.assign({}, options, { socket });
}

/** What a request to or through the proxy carries for it. */
export function proxyHeaders({ authorization }: Proxy): Record<string, string> {
  return authorization === undefined ? {} : { 'proxy-authorization': authorization };
}

export function nameOf({ host, port }: Proxy): string {
  return `the proxy ${host}:${port}`;
}

/** The words for a status that comes from the proxy itself. */
export function refusedByProxy(proxy: Proxy, status: number): ProxyFailure {
  const name = nameOf(proxy);
  if (status === 407) {
    const given =
      proxy.authorization === undefined ? 'wants a user and a password' : 'does not accept this user or password';
    return new ProxyFailure(
      'PROXY_REFUSED',
      `${name} ${given} (407): write http://user:password@host:port as proxy of the source`,
    );
  }
  if (status >= 500) return new ProxyFailure('SLS_NETWORK', `${name} can't reach the service (${status})`);
  return new ProxyFailure(
    'PROXY_REFUSED',
    `${name} does not let us through to the service (${status}): ask whoever runs it`,
  );
}
