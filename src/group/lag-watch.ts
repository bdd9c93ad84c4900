import { asForwarderError } from '../errors/forwarder-error.js';
import { deadline, type Clock } from '../flow/clock.js';
import { Repeat } from '../flow/repeat.js';
import type { Log } from '../model/log.js';

/** What the watch must know of a shard's line. */
export interface Measured {
  readonly shard: number;
  readonly lag: {
    /** The end of the shard should be asked for. */
    readonly isDue: boolean;
    look(signal: AbortSignal): Promise<void>;
  };
}

export interface LagWatchDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly runs: () => readonly Measured[];
}

const INTERVAL_MS = 2000;
/** So that a thousand shards behind cost ten requests a second and no more. */
const MOST_A_TURN = 20;
const PATIENCE_MS = 10_000;

/** Asks where the shards end that are behind, one after the other: a shard at its tip knows without asking. */
export class LagWatch {
  readonly #deps: LagWatchDeps;
  readonly #repeat: Repeat;

  constructor(deps: LagWatchDeps) {
    this.#deps = deps;
    this.#repeat = new Repeat({ clock: deps.clock, intervalMs: INTERVAL_MS, first: 'later' }, (signal) =>
      this.#lookAtSome(signal),
    );
  }

  start(): void {
    this.#repeat.start();
  }

  stop(): Promise<void> {
    return this.#repeat.stop();
  }

  async #lookAtSome(signal: AbortSignal): Promise<void> {
    const due = this.#deps.runs().filter(({ lag }) => lag.isDue);
    for (const run of due.slice(0, MOST_A_TURN)) await this.#look(run, signal);
  }

  /** A failure is no news: whatever hinders this hinders the pulls, too, and is said there. */
  async #look({ shard, lag }: Measured, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    const limit = deadline(clock, PATIENCE_MS, signal);
    try {
      await lag.look(limit.signal);
    } catch (thrown) {
      const { code, message } = asForwarderError(thrown);
      if (!signal.aborted) log.debug({ code, shard }, message);
    } finally {
      limit.clear();
    }
  }
}
