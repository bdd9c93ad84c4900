import type { ForwarderError } from './errors/forwarder-error.js';

/** Why the program stops: somebody asked, or it can't go on. */
export type StopCause =
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'finished' }
  | { readonly kind: 'failure'; readonly error: ForwarderError };

/** The first wish to stop drains, the second one stops now. */
export class StopRequests {
  readonly #soft = new AbortController();
  readonly #hard = new AbortController();
  readonly #onSignal = (signal: NodeJS.Signals): void => this.#ask({ kind: 'signal', signal });
  #cause: StopCause | undefined;

  /** Aborts at the first request. */
  get soft(): AbortSignal {
    return this.#soft.signal;
  }

  /** Aborts at the second signal. */
  get hard(): AbortSignal {
    return this.#hard.signal;
  }

  /** Of the first request; undefined while there was none. */
  get cause(): StopCause | undefined {
    return this.#cause;
  }

  /** Listens for SIGINT and SIGTERM until {@link close}. */
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

  #ask(cause: StopCause): void {
    if (this.#cause !== undefined) this.#hard.abort();
    this.#cause ??= cause;
    this.#soft.abort();
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
