/**
 * Three words instead of flags: *soft stop* (take no new work, finish what is in flight), *hard stop* (abandon it), and the signals
 * that everything which waits listens to. Hard implies soft; neither can be taken back.
 */
export class StopSignal {
  readonly #soft = new AbortController();
  readonly #hard = new AbortController();

  get soft(): AbortSignal {
    return this.#soft.signal;
  }

  get hard(): AbortSignal {
    return this.#hard.signal;
  }

  stopSoft(): void {
    this.#soft.abort();
  }

  stopHard(): void {
    this.#soft.abort();
    this.#hard.abort();
  }
}

/** What `work` comes to, or undefined once the signal aborts, whatever becomes of the work. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve(undefined);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

/** Reads a signal after an await: the compiler believes that what was false before a wait still is. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
