import http from 'node:http';
import https from 'node:https';
import type { Clock } from '../../flow/clock.js';
import { KEPT_ALIVE_MS } from './direct/direct-connection.js';
import { DirectPool } from './direct/pool.js';
import type { Dial } from '../endpoint.js';
import { Turns } from '../../flow/turns.js';
import { Exchange, type HttpReply, type HttpRequest } from './exchange.js';
import type { Proxy } from './proxy.js';
import { proxyHeaders, TunnelAgent } from './tunnel.js';

export interface TransportSettings {
  /** Name resolution, TCP and TLS together, milliseconds. */
  readonly connectTimeoutMs: number;
  /** Longest silence of the service: until its reply begins, and between two pieces of it, milliseconds. */
  readonly responseTimeoutMs: number;
  /** Largest pull body to accept, bytes as they travel. */
  readonly maxBodyBytes: number;
  /** Connections for pulls per project, at least 1. */
  readonly maxSockets: number;
}

/** Pulls may fill all their sockets, and so may a thousand shards that begin or commit at once; heartbeats must never stand in line behind either. */
export type TrafficClass = 'pull' | 'control' | 'heartbeat';

const CONTROL_SOCKETS = 16;
/** Each logstore sends one at a time: 500 of them send 100 a second, from a far region with 250 ms for each. They are opened when they are needed. */
const HEARTBEAT_SOCKETS = 32;
const KEPT_ALIVE = { keepAlive: true, timeout: KEPT_ALIVE_MS };

/** HTTP/1.1 over kept-alive, bounded connections. */
export class HttpTransport {
  readonly #settings: TransportSettings;
  readonly #clock: Clock;
  readonly #sockets: Readonly<Record<TrafficClass, ClassSockets>>;
  /** Pulls without a proxy, by where they go. */
  readonly #direct = new Map<string, DirectPool>();

  constructor(settings: TransportSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
    this.#sockets = {
      pull: openLane(settings.maxSockets),
      control: openLane(CONTROL_SOCKETS),
      heartbeat: openLane(HEARTBEAT_SOCKETS),
    };
  }

  /**
   * Sends one request and reads its reply, whatever its status.
   *
   * @throws ForwarderError SLS_NETWORK, SLS_TIMEOUT (also when the signal aborts), SLS_PROTOCOL (not HTTP, too large) or PROXY_REFUSED.
   */
  async request(dial: Dial, traffic: TrafficClass, request: HttpRequest): Promise<HttpReply> {
    const direct = traffic === 'pull' && dial.via === undefined ? this.#directTo(dial) : undefined;
    return (await direct?.request(request)) ?? this.#request(dial, traffic, request);
  }

  /** Where the same can be asked again and again for little: not through a proxy, nor where the service answers in a way of its own. */
  watcher(dial: Dial): DirectPool | undefined {
    const direct = dial.via === undefined ? this.#directTo(dial) : undefined;
    return direct?.isUsual === true ? direct : undefined;
  }

  #directTo(dial: Dial): DirectPool {
    const where = `${dial.tls} ${dial.host} ${dial.port}`;
    const known = this.#direct.get(where);
    if (known !== undefined) return known;
    const pool = new DirectPool(dial, this.#settings.maxSockets, this.#settings, this.#clock);
    this.#direct.set(where, pool);
    return pool;
  }

  #request(dial: Dial, traffic: TrafficClass, request: HttpRequest): Promise<HttpReply> {
    const sockets = this.#sockets[traffic];
    const { via, tls, servername } = dial;
    if (via !== undefined && tls) {
      const agent = (sockets.tunnels ??= this.#tunnels(via));
      return sockets.turns.run(() =>
        this.#exchange(dial, request, (options) => https.request({ ...options, agent, servername })),
      );
    }
    if (via !== undefined) {
      const { host, port } = via;
      const open: Open = (options) =>
        http.request({
          ...options,
          host,
          port,
          path: `http://${dial.hostHeader}${request.target}`,
          agent: sockets.http,
        });
      return this.#exchange(dial, { ...request, headers: { ...request.headers, ...proxyHeaders(via) } }, open);
    }
    return this.#exchange(dial, request, (options) =>
      tls
        ? https.request({ ...options, agent: sockets.https, servername })
        : http.request({ ...options, agent: sockets.http }),
    );
  }

  #exchange(dial: Dial, request: HttpRequest, open: Open): Promise<HttpReply> {
    return new Exchange(dial, request, this.#settings, this.#clock).run(open);
  }

  #tunnels(via: Proxy): TunnelAgent {
    return new TunnelAgent(via, this.#settings.connectTimeoutMs, this.#clock, KEPT_ALIVE);
  }

  /** Ends every connection; to be called when nothing is under way. */
  close(): void {
    for (const direct of this.#direct.values()) direct.close();
    for (const { http: plain, https: tls, tunnels } of Object.values(this.#sockets)) {
      plain.destroy();
      tls.destroy();
      tunnels?.destroy();
    }
  }
}

type Open = (options: http.RequestOptions) => http.ClientRequest;

interface ClassSockets {
  readonly http: http.Agent;
  readonly https: https.Agent;
  /** Made when the first request goes through a proxy: a transport knows one at most. */
  tunnels: TunnelAgent | undefined;
  /** Bound the requests through tunnels; the other agents bound theirs themselves. */
  readonly turns: Turns;
}

function openLane(maxSockets: number): ClassSockets {
  const options = { ...KEPT_ALIVE, maxSockets };
  return {
    http: new http.Agent(options),
    https: new https.Agent(options),
    tunnels: undefined,
    turns: new Turns(maxSockets),
  };
}
