import { durationText } from '../flow/duration-text.js';
import { asForwarderError } from '../errors/forwarder-error.js';
import { deadline, type Clock } from '../flow/clock.js';
import { Repeat } from '../flow/repeat.js';
import type { Log } from '../model/log.js';
import type { LogSource } from '../model/ports.js';
import type { Retention } from '../model/snapshot.js';

export interface RetentionWatchDeps {
  readonly source: LogSource;
  readonly clock: Clock;
  readonly log: Log;
  /** The shards held. */
  readonly runs: () => readonly {
    readonly shard: number;
    readonly lag: { readonly lag: { readonly seconds: number } };
  }[];
}

const LOOK_MS = 30_000;
/** The retention is a setting of the logstore, changed by people. */
const READ_MS = 3_600_000;
const REPEAT_MS = 3_600_000;
const PATIENCE_MS = 30_000;
const DAY_S = 86_400;

/** Knows for how long the logstore keeps its logs, and warns when what is not delivered yet will soon be deleted. */
export class RetentionWatch {
  readonly #deps: RetentionWatchDeps;
  readonly #repeat: Repeat;
  #known: Retention | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #isUnreadable = false;
  #saidAt: number | undefined;

  constructor(deps: RetentionWatchDeps) {
    this.#deps = deps;
    this.#repeat = new Repeat({ clock: deps.clock, intervalMs: LOOK_MS, first: 'now' }, (signal) => this.#look(signal));
  }

  /** Undefined while unknown. */
  get known(): Retention | undefined {
    return this.#known;
  }

  start(): void {
    this.#repeat.start();
  }

  stop(): Promise<void> {
    return this.#repeat.stop();
  }

  async #look(signal: AbortSignal): Promise<void> {
    if (this.#deps.clock.monotonic() - this.#readAt >= READ_MS) await this.#read(signal);
    if (this.#known !== undefined) this.#warn(this.#known);
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { source, clock, log } = this.#deps;
    const limit = deadline(clock, PATIENCE_MS, signal);
    try {
      this.#known = await source.retention(limit.signal);
      this.#readAt = clock.monotonic();
      this.#isUnreadable = false;
    } catch (thrown) {
      const error = asForwarderError(thrown);
      // Trouble that passes is tried again soon; a missing right may be granted any time, and is said once.
      if (error.class !== 'retry') this.#readAt = clock.monotonic();
      if (signal.aborted || this.#isUnreadable) return;
      this.#isUnreadable = true;
      log.info({ code: error.code, ...error.details }, `${error.message}; until then the time to loss is not known`);
    } finally {
      limit.clear();
    }
  }

  #warn(retention: Retention): void {
    const { clock, log, runs } = this.#deps;
    const [behind] = runs()
      .map(({ shard, lag }) => ({ shard, seconds: lag.lag.seconds }))
      .sort((a, b) => b.seconds - a.seconds);
    if (behind === undefined) return;
    if (retention === 'forEver' || retention - behind.seconds >= Math.min(DAY_S, retention / 4)) {
      if (this.#saidAt !== undefined) log.info({ shard: behind.shard }, 'the logs that wait are young enough again');
      this.#saidAt = undefined;
      return;
    }
    const left = retention - behind.seconds;
    const now = clock.monotonic();
    if (this.#saidAt !== undefined && now - this.#saidAt < REPEAT_MS) return;
    this.#saidAt = now;
    const days = retention / DAY_S;
    const what =
      left > 0
        ? `LOGS WILL BE LOST in ${durationText(left)}: the logstore keeps them for ${days} d and this shard is ${durationText(behind.seconds)} behind`
        : `LOGS ARE BEING LOST: the logstore keeps them for ${days} d and this shard is further behind`;
    log.warn({ shard: behind.shard, timeToLossSeconds: Math.round(left) }, `${what}; keep them longer or send faster`);
  }
}
