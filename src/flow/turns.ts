/** Lets at most so many jobs run at once; the others wait their turn, first come, first served. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /** @param atOnce at least 1. */
  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** Jobs that have not begun. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Settles as the job does. */
  async run<Result>(job: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((begin) => this.#waiting.push(begin));
    try {
      return await job();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
