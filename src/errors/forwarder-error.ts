import { readFault as fileFault } from './file-fault.js';
import { CODES, type ErrorClass, type ErrorCode } from './codes.js';

export interface ErrorExtra {
  /** The foreign error this was translated from. */
  readonly cause?: unknown;
  /** The server's own wish for how long to wait, milliseconds. */
  readonly retryAfterMs?: number;
  /** Facts for the log line: request id, endpoint, HTTP status … never a secret. */
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * The only error class behind the adapters' doors. The message is one line that says what happened and, where a person can
 * help, what to do.
 */
export class ForwarderError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly details: Readonly<Record<string, string | number | boolean>>;

  constructor(code: ErrorCode, message: string, extra: ErrorExtra = {}) {
    super(message, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.name = 'ForwarderError';
    this.code = code;
    this.retryAfterMs = extra.retryAfterMs;
    this.details = extra.details ?? {};
  }

  get class(): ErrorClass {
    return CODES[this.code].class;
  }

  get exitCode(): number {
    return CODES[this.code].exit;
  }
}

/** Anything thrown, as a ForwarderError: what is not one already is a bug of ours and says so. */
export function asForwarderError(thrown: unknown): ForwarderError {
  if (thrown instanceof ForwarderError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'EMFILE' || code === 'ENFILE')
    return new ForwarderError('TOO_MANY_FILES', fileFault(thrown), { cause: thrown });
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ForwarderError('INTERNAL', `unexpected: ${message}`, { cause: thrown });
}
