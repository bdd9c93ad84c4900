import type { ErrorCode } from '../errors/codes.js';
import type { ForwarderError } from '../errors/forwarder-error.js';
import type { Log } from '../model/log.js';
import type { Clock } from './clock.js';

/** A failure that lasts is said once, then with a count at this interval, and once more when it is over. */
const REPEAT_MS = 30_000;
/** At a quota successes and refusals take turns, and a paced shard is refused rarely: it is over when none was refused for so long. */
const QUOTA_OVER_MS = 60_000;

/** Folds a stream of equal failures into few log lines. One per thing that can fail. */
export class ErrorReporter {
  readonly #clock: Clock;
  readonly #log: Log;
  #code: ErrorCode | undefined;
  #since = 0;
  #failedAt = 0;
  #saidAt = 0;
  #folded = 0;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** @param fields what it concerns, for the log line. */
  failed(error: ForwarderError, pauseMs: number, fields: object): void {
    const now = this.#clock.monotonic();
    if (this.#code === undefined) this.#since = now;
    this.#failedAt = now;
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

  /** What fails, and since when (monotonic ms); undefined while it works. */
  get trouble(): { readonly code: ErrorCode; readonly since: number } | undefined {
    return this.#code === undefined ? undefined : { code: this.#code, since: this.#since };
  }

  /** To be called on every success; says so once after failures. */
  succeeded(fields: object): void {
    if (this.#code === undefined) return;
    if (this.#code === 'SLS_QUOTA' && this.#clock.monotonic() - this.#failedAt < QUOTA_OVER_MS) return;
    const repeated = this.#folded > 0 ? { repeated: this.#folded } : {};
    this.#log.info({ ...fields, was: this.#code, ...repeated }, 'works again');
    this.#code = undefined;
    this.#folded = 0;
  }
}
