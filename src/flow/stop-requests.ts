import type { ForwarderError } from '../errors/forwarder-error.js';
import { systemClock, type Clock } from './clock.js';

/** Why the program stops: somebody asked, or it can't go on. */
export type StopCause =
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'finished' }
  | { readonly kind: 'failure'; readonly error: ForwarderError };

/** Signals that come this close are one wish: npm hands Ctrl-C on to a process that the terminal has sent it already. */
const ONE_WISH_MS = 200;

/** The first wish to stop drains, the second one stops now. */
export class StopRequests {
  readonly #clock: Clock;
  readonly #soft = new AbortController();
  readonly #hard = new AbortController();
  readonly #onSignal = (signal: NodeJS.Signals): void => this.#signalled(signal);
  #cause: StopCause | undefined;
  #signalledAt = -Infinity;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Aborts at the first request. */
  get soft(): AbortSignal {
    return this.#soft.signal;
  }

  /** Aborts at the second signal, if it is not the first one's echo. */
  get hard(): AbortSignal {
    return this.#hard.signal;
  }

  /** The cause of the first request; undefined while there was none. */
  get cause(): StopCause | undefined {
    return this.#cause;
  }

  /** Listens for {@link SIGNALS} until {@link close}. */
  listen(): void {
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  close(): void {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }

  fail(error: ForwarderError): void {
    if (this.#cause === undefined) this.#ask({ kind: 'failure', error });
  }

  /** A bounded run has done what it was asked for. */
  finish(): void {
    if (this.#cause === undefined) this.#ask({ kind: 'finished' });
  }

  requested(): Promise<void> {
    if (this.soft.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.soft.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  #signalled(signal: NodeJS.Signals): void {
    const now = this.#clock.monotonic();
    if (now - this.#signalledAt < ONE_WISH_MS) return;
    this.#signalledAt = now;
    this.#ask({ kind: 'signal', signal });
  }

  #ask(cause: StopCause): void {
    if (this.#cause !== undefined) this.#hard.abort();
    this.#cause ??= cause;
    this.#soft.abort();
  }
}

/** What asks for a stop: Ctrl-C, a service manager, a terminal that was closed. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Of the time for a stop, at most, for what follows the drain: the last commit and the last heartbeat, each of which may take a second. */
const LAST_REQUESTS_MS = 2000;

/** How long what is in flight may take of a stop of `shutdownTimeoutMs`. */
export function drainMs(shutdownTimeoutMs: number): number {
  return shutdownTimeoutMs - Math.min(LAST_REQUESTS_MS, shutdownTimeoutMs / 4);
}
