import type { ForwarderError } from '../errors/forwarder-error.js';
import { Backoff, type BackoffSettings } from '../flow/backoff.js';
import type { ConnectionFailure } from '../model/snapshot.js';
import { withQuestion } from './transports/mix-up.js';
import type { Endpoint } from './delivery-settings.js';

/** Which receiver a connection goes to next, and after what pause. */
export class Attempts {
  readonly #endpoints: readonly Endpoint[];
  readonly #backoff: Backoff;
  #index = 0;
  /** Failures since a connection last proved to be good. */
  #failures = 0;
  /** Which of the receivers have ever had a connection that proved to be good. */
  readonly #good = new Set<number>();
  #last: { readonly error: ForwarderError; readonly since: number } | undefined;

  /** @param endpoints at least one, in the order of preference. */
  constructor(endpoints: readonly Endpoint[], retry: BackoffSettings) {
    this.#endpoints = endpoints;
    this.#backoff = new Backoff(retry);
  }

  get index(): number {
    return this.#index;
  }

  get endpoint(): Endpoint {
    const endpoint = this.#endpoints[this.#index];
    if (endpoint === undefined) throw new Error('a destination without endpoints');
    return endpoint;
  }

  get clean(): boolean {
    return this.#failures === 0;
  }

  /** The last failure since a connection proved to be good. @param now monotonic milliseconds. */
  failure(now: number): ConnectionFailure | undefined {
    if (this.#last === undefined) return undefined;
    const { error, since } = this.#last;
    return { code: error.code, message: error.message, seconds: (now - since) / 1000 };
  }

  goTo(index: number): void {
    this.#index = index;
  }

  /** To be told of every failure. @param now monotonic milliseconds. @returns it with what may be wrong with the endpoint, where none has worked yet. */
  saw(failure: ForwarderError, now: number): ForwarderError {
    const error = this.#good.has(this.#index) ? failure : withQuestion(failure, this.endpoint);
    this.#last = { error, since: this.#last?.since ?? now };
    return error;
  }

  /** Goes on to the next. @returns the pause before it: none until all have been tried since one last proved to be good. */
  failed(): number {
    this.#index = (this.#index + 1) % this.#endpoints.length;
    this.#failures += 1;
    return this.#failures < this.#endpoints.length ? 0 : this.#backoff.next();
  }

  proven(): void {
    this.#good.add(this.#index);
    this.#failures = 0;
    this.#last = undefined;
    this.#backoff.reset();
  }
}
