import { asForwarderError, type ForwarderError } from '../errors/forwarder-error.js';
import { Backoff, type BackoffSettings } from './backoff.js';
import { sleep, type Clock } from './clock.js';
import { isAborted } from './stop-signal.js';

export interface RetrySettings {
  readonly clock: Clock;
  readonly backoff: BackoffSettings;
  /** Ends the trying. */
  readonly signal: AbortSignal;
  /** Called after every failure that will be tried again, before the pause. */
  readonly onError: (error: ForwarderError, pauseMs: number) => void;
  /** How long to wait after a failure, milliseconds, where the caller knows better than the back-off. */
  readonly pauseMs?: (error: ForwarderError) => number | undefined;
  /** Failures to be thrown at once; if not given, those of class permanent. */
  readonly isFinal?: (error: ForwarderError) => boolean;
}

const isPermanent = (error: ForwarderError): boolean => error.class === 'permanent';

/**
 * Tries until it works. `permanent` failures are thrown at once: the same request would always fail. `fatal` ones (an operator must act)
 * are tried again at the slowest pace, because a corrected key or permission ends them.
 *
 * @returns undefined when the signal ended it.
 * @throws ForwarderError that is final.
 */
export async function untilDone<T>(settings: RetrySettings, attempt: () => Promise<T>): Promise<T | undefined> {
  const { clock, signal, onError, isFinal = isPermanent } = settings;
  const usual = (error: ForwarderError): number =>
    error.class === 'retry' ? backoff.next(error.retryAfterMs) : settings.backoff.maxMs;
  const backoff = new Backoff(settings.backoff);
  while (!signal.aborted) {
    try {
      return await attempt();
    } catch (thrown) {
      const error = asForwarderError(thrown);
      if (isFinal(error)) throw error;
      if (isAborted(signal)) return undefined;
      const pauseMs = settings.pauseMs?.(error) ?? usual(error);
      onError(error, pauseMs);
      await sleep(clock, pauseMs, signal);
    }
  }
  return undefined;
}
