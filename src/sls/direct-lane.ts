import type { Clock } from '../flow/clock.js';
import { Turns } from '../flow/turns.js';
import { DirectConnection, isDirect } from './direct-connection.js';
import type { Dial } from './endpoint.js';
import type { HttpReply, HttpRequest, Limits } from './exchange.js';
import { givenUp } from './network-errors.js';

/**
 * The pulls of one project over connections of our own. It knows one shape of reply; a service that once gave another is not asked here again.
 */
export class DirectLane {
  readonly #dial: Dial;
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #turns: Turns;
  readonly #all = new Set<DirectConnection>();
  readonly #idle: DirectConnection[] = [];
  #usual = true;

  /** @param maxConnections at least 1. */
  constructor(dial: Dial, maxConnections: number, limits: Limits, clock: Clock) {
    this.#dial = dial;
    this.#limits = limits;
    this.#clock = clock;
    this.#turns = new Turns(maxConnections);
  }

  /**
   * @returns undefined for what has to go another way; the same request may then be sent again, because a GET changes nothing.
   * @throws ForwarderError SLS_NETWORK, SLS_TIMEOUT (also when the signal aborts) or SLS_PROTOCOL (too large).
   */
  async request(request: HttpRequest): Promise<HttpReply | undefined> {
    if (!this.#usual || !isDirect(request)) return undefined;
    return this.#turns.run(() => this.#ask(request));
  }

  /** Ends every connection; requests under way fail. */
  close(): void {
    for (const connection of this.#all) connection.close();
  }

  async #ask(request: HttpRequest): Promise<HttpReply | undefined> {
    for (;;) {
      if (request.signal.aborted) throw givenUp(request.what, this.#dial);
      const connection = this.#idle.pop() ?? this.#open();
      const outcome = await connection.request(request);
      if (outcome === 'dropped') continue;
      if (connection.idle) this.#idle.push(connection);
      if (outcome !== 'unusual') return outcome;
      this.#usual = false;
      return undefined;
    }
  }

  #open(): DirectConnection {
    const connection = new DirectConnection(this.#dial, this.#limits, this.#clock, (closed) => this.#forget(closed));
    this.#all.add(connection);
    return connection;
  }

  #forget(connection: DirectConnection): void {
    this.#all.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
  }
}
