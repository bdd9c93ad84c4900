import http from 'node:http';
import https from 'node:https';
import type { Clock } from '../flow/clock.js';
import type { Dial } from './endpoint.js';
import { Exchange, type HttpReply, type HttpRequest } from './exchange.js';

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

/** `pull` requests may fill all their sockets; heartbeats and commits must never stand in line behind them. */
export type Lane = 'pull' | 'control';

const CONTROL_SOCKETS = 16;
/** Middle-boxes forget idle connections without a word; ours end first. */
const IDLE_SOCKET_MS = 30_000;

/** HTTP/1.1 over kept-alive, bounded connections. */
export class Transport {
  readonly #settings: TransportSettings;
  readonly #clock: Clock;
  readonly #agents: Readonly<Record<Lane, { readonly http: http.Agent; readonly https: https.Agent }>>;

  constructor(settings: TransportSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
    this.#agents = { pull: agents(settings.maxSockets), control: agents(CONTROL_SOCKETS) };
  }

  /**
   * Sends one request and reads its reply, whatever its status.
   *
   * @throws ForwarderError SLS_NETWORK, SLS_TIMEOUT (also when the signal aborts) or SLS_PROTOCOL (not HTTP, too large).
   */
  request(dial: Dial, lane: Lane, request: HttpRequest): Promise<HttpReply> {
    return new Exchange(dial, request, this.#settings, this.#clock).run((options) => {
      const agent = this.#agents[lane];
      return dial.tls
        ? https.request({ ...options, agent: agent.https, servername: dial.servername })
        : http.request({ ...options, agent: agent.http });
    });
  }

  /** Ends every connection; requests under way fail. */
  close(): void {
    for (const agent of Object.values(this.#agents)) {
      agent.http.destroy();
      agent.https.destroy();
    }
  }
}

function agents(maxSockets: number): { http: http.Agent; https: https.Agent } {
  const options = { keepAlive: true, maxSockets, timeout: IDLE_SOCKET_MS };
  return { http: new http.Agent(options), https: new https.Agent(options) };
}
