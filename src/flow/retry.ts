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
}

/**
 * Tries until it works. `permanent` failures are thrown at once: the same request would fail for ever. `fatal` ones (an operator must act)
 * are tried again at the slowest pace, because a mended key or permission heals them.
 *
 * @returns undefined when the signal ended it.
 * @throws ForwarderError of class permanent.
 */
export async function untilDone<T>(settings: RetrySettings, attempt: () => Promise<T>): Promise<T | undefined> {
  const { clock, signal, onError } = settings;
  const backoff = new Backoff(settings.backoff);
  while (!signal.aborted) {
    try {
      return await attempt();
    } catch (thrown) {
      const error = asForwarderError(thrown);
      if (error.class === 'permanent') throw error;
      if (isAborted(signal)) return undefined;
      const pauseMs = error.class === 'fatal' ? settings.backoff.maxMs : backoff.next(error.retryAfterMs);
      onError(error, pauseMs);
      await sleep(clock, pauseMs, signal);
    }
  }
  return undefined;
}
