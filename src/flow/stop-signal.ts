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

/** Reads a signal after an await: the compiler believes that what was false before a wait still is. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
