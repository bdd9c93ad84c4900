import type { ForwarderError } from '../errors/forwarder-error.js';
import type { Log } from '../model/log.js';
import type { Clock } from './clock.js';

/** A failure that lasts is said once, then with a count at this interval, and once more when it is over. */
const REPEAT_MS = 30_000;

/** Folds a stream of equal failures into few log lines. One per thing that can fail. */
export class ErrorReporter {
  readonly #clock: Clock;
  readonly #log: Log;
  #code: string | undefined;
  #saidAt = 0;
  #folded = 0;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** @param fields what it concerns, for the log line. */
  failed(error: ForwarderError, pauseMs: number, fields: object): void {
    const now = this.#clock.monotonic();
    if (error.code === this.#code && now - this.#saidAt < REPEAT_MS) {
      this.#folded += 1;
      return;
    }
    const line = { ...fields, code: error.code, retryInMs: Math.round(pauseMs), ...error.details };
    const repeated = this.#folded > 0 ? { repeated: this.#folded } : {};
    if (error.class === 'fatal') this.#log.error({ ...line, ...repeated }, error.message);
    else this.#log.warn({ ...line, ...repeated }, error.message);
    this.#code = error.code;
    this.#saidAt = now;
    this.#folded = 0;
  }

  /** To be called on every success; says so once after failures. */
  succeeded(fields: object): void {
    if (this.#code === undefined) return;
    this.#log.info({ ...fields, was: this.#code }, 'works again');
    this.#code = undefined;
    this.#folded = 0;
  }
}
