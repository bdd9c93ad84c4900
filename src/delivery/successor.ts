import { sleep, type Clock } from '../flow/clock.js';
import { isAborted } from '../flow/stop-signal.js';
import type { Link } from './links/link.js';
import type { Endpoint, SuccessionSettings } from './delivery-settings.js';

export interface SuccessorDeps extends SuccessionSettings {
  readonly clock: Clock;
  /** How often to look whether anything of this is due. */
  readonly lookoutMs: number;
  readonly dial: (endpoint: Endpoint) => Promise<Link>;
  /** Rejects when the name can't be resolved. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  /** Says goodbye to a link that only was a probe. */
  readonly retire: (link: Link) => void;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** A connection that is up and waits for the old one to go. */
export interface Succession {
  readonly link: Link;
  readonly index: number;
  readonly reason: 'failback' | 'rebind' | 'moved' | 'proof';
}

/** Spread of the time to a rebind, so that a fleet started at one moment does not come back at one moment. */
const JITTER = 0.2;

/**
 * Looks for a better connection than the one in use, and opens it before it ends the old one. A better connection leads
 * - to a preferred receiver that is back: several probes in a row succeeded;
 * - to the same receiver, when the connection is old enough;
 * - to another address, when the name of the receiver no longer has the one in use.
 *
 * A failed attempt does not disturb the old connection.
 */
export class Successor {
  readonly #deps: SuccessorDeps;
  readonly #endpoints: readonly Endpoint[];
  readonly #index: number;
  readonly #link: Link;
  readonly #successes: number[];
  readonly #firstByte: number;
  #probeAt: number;
  #resolveAt: number;
  #rebindAt: number;
  #retryAt = 0;

  /** @param endpoints in the order of preference; `link` is connected to the one at `index`. */
  constructor(deps: SuccessorDeps, endpoints: readonly Endpoint[], index: number, link: Link) {
    const { clock, failback, rebind, resolveIntervalMs, random } = deps;
    const now = clock.monotonic();
    this.#deps = deps;
    this.#endpoints = endpoints;
    this.#index = index;
    this.#link = link;
    this.#successes = endpoints.map(() => 0);
    this.#firstByte = link.flushed;
    this.#probeAt = now + failback.intervalMs;
    this.#resolveAt = now + resolveIntervalMs;
    this.#rebindAt = now + (rebind.afterMs ?? Infinity) * (1 - JITTER + 2 * JITTER * random());
  }

  /** Resolves with the connection to go on with, or with undefined once the signal aborts. Never rejects. */
  async find(signal: AbortSignal): Promise<Succession | undefined> {
    while (!signal.aborted) {
      await sleep(this.#deps.clock, this.#deps.lookoutMs, signal);
      if (isAborted(signal)) return undefined;
      const found = (await this.#failback()) ?? (await this.#replace());
      if (found !== undefined) return found;
    }
    return undefined;
  }

  get #now(): number {
    return this.#deps.clock.monotonic();
  }

  async #failback(): Promise<Succession | undefined> {
    if (this.#now < this.#probeAt) return undefined;
    this.#probeAt = this.#now + this.#deps.failback.intervalMs;
    for (const [index, endpoint] of this.#endpoints.slice(0, this.#index).entries()) {
      const link = await this.#try(endpoint);
      const successes = (this.#successes[index] = link === undefined ? 0 : (this.#successes[index] ?? 0) + 1);
      if (link === undefined) continue;
      if (successes >= this.#deps.failback.probes) return { link, index, reason: 'failback' };
      this.#deps.retire(link);
      return undefined;
    }
    return undefined;
  }

  async #replace(): Promise<Succession | undefined> {
    const reason = this.#now < this.#retryAt ? undefined : await this.#reason();
    const endpoint = this.#endpoints[this.#index];
    if (reason === undefined || endpoint === undefined) return undefined;
    const link = await this.#try(endpoint);
    if (link !== undefined) return { link, index: this.#index, reason };
    this.#retryAt = this.#now + this.#deps.failback.intervalMs;
    return undefined;
  }

  async #reason(): Promise<'rebind' | 'moved' | undefined> {
    const { afterBytes = Infinity } = this.#deps.rebind;
    if (this.#now >= this.#rebindAt || this.#link.flushed - this.#firstByte >= afterBytes) return 'rebind';
    return (await this.#hasMoved()) ? 'moved' : undefined;
  }

  async #hasMoved(): Promise<boolean> {
    const host = this.#endpoints[this.#index]?.host;
    const { address } = this.#link;
    if (this.#now < this.#resolveAt || host === undefined || address === undefined) return false;
    this.#resolveAt = this.#now + this.#deps.resolveIntervalMs;
    try {
      return !(await this.#deps.resolve(host)).includes(address);
    } catch {
      // A name server that is away says nothing about the receiver.
      return false;
    }
  }

  async #try(endpoint: Endpoint): Promise<Link | undefined> {
    try {
      return await this.#deps.dial(endpoint);
    } catch {
      // The connection in use is none the worse; when it breaks, its own attempts report what is wrong.
      return undefined;
    }
  }
}
