import type { ForwarderError } from '../errors/forwarder-error.js';
import { ErrorReporter } from '../flow/error-reporter.js';
import type { Attempts } from './attempts.js';
import type { ConnectionDeps } from './connection-deps.js';

/** What goes wrong on one connection: counted, said, and answered with a pause. */
export class Failures {
  readonly #deps: Pick<ConnectionDeps, 'clock' | 'totals'>;
  readonly #attempts: Attempts;
  readonly #reporter: ErrorReporter;

  constructor(deps: Pick<ConnectionDeps, 'clock' | 'log' | 'totals'>, attempts: Attempts) {
    this.#deps = deps;
    this.#attempts = attempts;
    this.#reporter = new ErrorReporter(deps.clock, deps.log);
  }

  /**
   * @param isReplaced another link is up already.
   * @param fields of the line in the log.
   * @returns milliseconds to pause: none until all endpoints have been tried since one last proved to be good.
   */
  failed(error: ForwarderError, isReplaced: boolean, fields: object): number {
    const { clock, totals } = this.#deps;
    totals.errors[error.code] = (totals.errors[error.code] ?? 0) + 1;
    const explained = this.#attempts.saw(error, clock.monotonic());
    const pauseMs = isReplaced ? 0 : this.#attempts.failed();
    this.#reporter.failed(explained, pauseMs, fields);
    return pauseMs;
  }

  /** The connection in use proved to be good. */
  proven(fields: object): void {
    this.#attempts.proven();
    this.#reporter.succeeded(fields);
  }
}
