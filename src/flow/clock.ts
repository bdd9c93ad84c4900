/**
 * The only door to time. Everything that waits or stamps takes a Clock, so tests own it.
 */
export interface Clock {
  /** Milliseconds since the epoch (wall clock; may jump). */
  now(): number;
  /** Milliseconds on a clock that never jumps; for ages, deadlines and leases. */
  monotonic(): number;
  /** Calls back once after `ms`. The returned function cancels it. Never keeps the process alive by itself when `unref` is set. */
  timer(ms: number, callback: () => void, options?: { readonly unref?: boolean }): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer: (ms, callback, options) => {
    // Node warns of a negative delay, and takes one that is too long for none at all.
    const step = Math.min(Math.max(ms, 0), LONGEST_MS);
    const next = (): void => {
      cancel = systemClock.timer(ms - step, callback, options);
    };
    const handle = setTimeout(ms > LONGEST_MS ? next : callback, step);
    if (options?.unref === true) handle.unref();
    let cancel = (): void => clearTimeout(handle);
    return () => cancel();
  },
};

/** Node's timers count in 31 bits: almost 25 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** Resolves when everything that had come from outside by now was told of: the event loop has been round once. */
export async function heard(): Promise<void> {
  // The first one may end in the middle of a round.
  for (let turns = 0; turns < 2; turns++) await new Promise((resolve) => setImmediate(resolve));
}

/** Resolves after `ms`, or at once when the signal aborts. Never rejects: look at the signal afterwards. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const done = (): void => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.timer(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/**
 * Sleeps of one loop, one after the other. It listens to the signal once instead of at every sleep, which for a loop that wakes five times a second was
 * as dear as the sleep itself.
 */
export class Sleeper {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #wake: () => void = () => undefined;

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  /** The same as {@link sleep}. */
  sleep(ms: number): Promise<void> {
    if (this.#signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#clock.timer(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** A signal that aborts after `ms`, or when `parent` does. Call `clear` when it is no longer needed. */
export function deadline(
  clock: Clock,
  ms: number,
  parent?: AbortSignal,
): { readonly signal: AbortSignal; clear(): void } {
  const controller = new AbortController();
  const abort = (): void => {
    clear();
    controller.abort();
  };
  const cancel = clock.timer(ms, abort, { unref: true });
  const clear = (): void => {
    cancel();
    parent?.removeEventListener('abort', abort);
  };
  if (parent?.aborted === true) abort();
  else parent?.addEventListener('abort', abort, { once: true });
  return { signal: controller.signal, clear };
}
