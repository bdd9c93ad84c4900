import type { Clock } from '../flow/clock.js';
import type { Log } from '../model/log.js';

/** What the watch must know of a shard's line. */
export interface Watched {
  readonly shard: number;
  readonly progress: {
    /** Milliseconds since it moved, or was found at its tip with nothing in flight. */
    readonly stalledMs: number;
    /** Milliseconds since it moved or said why it does not: a failure that is being retried. */
    readonly silentMs: number;
    /** Something was settled since it began, or it was at its tip with nothing in flight. */
    readonly hasMoved: boolean;
    /** It has handed over something that is not settled, or waits for memory that others hold. */
    readonly waitsForReceiver: boolean;
  };
}

export interface ProgressWatchDeps<T extends Watched> {
  readonly clock: Clock;
  readonly log: Log;
  readonly maxStallMs: number;
  readonly runs: () => readonly T[];
  readonly receiverIsBlocked: () => boolean;
  readonly begin: (run: T) => void;
}

const LEAST_INTERVAL_MS = 1000;
/** A line that stalls repeatedly is started again less and less often: at most after this many times `maxStall`. */
const MOST_PATIENCE = 16;

/**
 * Keeps the heartbeat bound to progress (ADR 0009): it reports a shard that has data and has not moved for `maxStall`. If neither the receiver
 * nor a failure that is being retried explains that, it gives the shard up: the line is abandoned and the shard is no longer listed. The consumer
 * to which the service gives it, maybe this one, starts at the checkpoint.
 */
export class ProgressWatch<T extends Watched> {
  readonly #deps: ProgressWatchDeps<T>;
  /** Shards said to be stalled, until they move. */
  readonly #said = new Set<number>();
  readonly #patience = new Map<number, number>();
  #cancel: () => void = () => undefined;

  constructor(deps: ProgressWatchDeps<T>) {
    this.#deps = deps;
  }

  start(): void {
    const { clock, maxStallMs } = this.#deps;
    const look = (): void => {
      this.#look();
      this.start();
    };
    this.#cancel = clock.timer(Math.max(LEAST_INTERVAL_MS, maxStallMs / 10), look, { unref: true });
  }

  stop(): void {
    this.#cancel();
  }

  #look(): void {
    for (const run of this.#deps.runs()) {
      if (run.progress.stalledMs >= this.#deps.maxStallMs) this.#stalls(run);
      else if (run.progress.hasMoved) this.#moves(run.shard);
    }
  }

  #moves(shard: number): void {
    if (!this.#said.delete(shard)) return;
    this.#patience.delete(shard);
    this.#deps.log.info({ shard }, 'the shard moves again');
  }

  #stalls(run: T): void {
    const { log, maxStallMs, receiverIsBlocked, begin } = this.#deps;
    const { shard } = run;
    const { stalledMs, silentMs } = run.progress;
    const seconds = Math.round(stalledMs / 1000);
    const patience = this.#patience.get(shard) ?? 1;
    const isExplained = silentMs < maxStallMs * patience || (run.progress.waitsForReceiver && receiverIsBlocked());
    if (isExplained) {
      if (!this.#said.has(shard))
        log.warn({ shard, seconds }, `the shard has data and made no progress for ${seconds} s`);
      this.#said.add(shard);
      return;
    }
    this.#said.add(shard);
    this.#patience.set(shard, Math.min(MOST_PATIENCE, patience * 2));
    log.error(
      { shard, seconds },
      `SHARD STALLED: it has data and made no progress for ${seconds} s; given up, to be started again at its checkpoint`,
    );
    begin(run);
  }
}
