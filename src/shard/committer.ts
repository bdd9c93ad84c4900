import { asForwarderError, type ForwarderError } from '../errors/forwarder-error.js';
import { deadline, sleep, Sleeper, type Clock } from '../flow/clock.js';
import { isAborted } from '../flow/stop-signal.js';
import type { ConsumerGroup } from '../model/ports.js';

/** Shards commit at common moments, so many an interval, so that those without news wake the process together: 64 one by one took 0.1 % of a core. */
const MOMENTS = 10;

/** How long the last commit may take after a hard stop. */
const LAST_COMMIT_MS = 1000;

export interface CommitterDeps {
  readonly shard: number;
  readonly group: ConsumerGroup;
  readonly clock: Clock;
  readonly intervalMs: number;
  /** When checkpoints could not be stored for this long, nothing more should be pulled; 0: never. */
  readonly maxAgeMs: number;
  /** Pause after a failure at the end. */
  readonly retryMs: number;
  readonly refreshMs: number;
  /** Whether an unchanged checkpoint is worth another write. */
  readonly mayRefresh: () => boolean;
  /** Called at each turn, whether or not there is something to store. */
  readonly onTurn: () => void;
  /** The highest cursor with everything before it settled. */
  readonly watermark: () => string;
  /** Told of what is about to be stored: everything before it is settled. */
  readonly note: (cursor: string) => void;
  /** False once the lease is gone: then nothing may be committed. */
  readonly mayCommit: () => boolean;
  /** @param tookMs the request. */
  readonly onCommitted: (tookMs: number) => void;
  /** The shard waits now until a checkpoint can be stored. */
  readonly onHeldBack: () => void;
  readonly onNotOwner: () => void;
  readonly onError: (error: ForwarderError) => void;
}

/**
 * Writes a shard's watermark into the consumer group. It never decides *what* to commit, only *when*: at the interval, and at the end.
 * It also commits at the refresh interval if nothing moved and the shard may be read-only: the service ends a read-only shard on the write
 * of a checkpoint, not on a read.
 */
export class Committer {
  readonly #deps: CommitterDeps;
  #stored: string | undefined;
  #storedAt: number | undefined;
  /** When the first of the commits that have failed since the last success was begun. */
  #failingSince: number | undefined;
  #wake: () => void = () => undefined;

  /** @param stored the checkpoint the shard started from, if it had one. */
  constructor(deps: CommitterDeps, stored: string | undefined) {
    this.#deps = deps;
    this.#stored = stored;
  }

  /** Milliseconds since the last accepted commit, undefined before the first. */
  get ageMs(): number | undefined {
    return this.#storedAt === undefined ? undefined : this.#deps.clock.monotonic() - this.#storedAt;
  }

  /** Checkpoints could not be stored for so long that a crash would send too much twice: nothing more is to be pulled. */
  get holdsBack(): boolean {
    const { clock, maxAgeMs } = this.#deps;
    return maxAgeMs > 0 && this.#failingSince !== undefined && clock.monotonic() - this.#failingSince >= maxAgeMs;
  }

  /** Resolves when the shard may be read on, or when the signal aborts. */
  whenFresh(signal: AbortSignal): Promise<void> {
    if (!this.holdsBack || signal.aborted) return Promise.resolve();
    this.#deps.onHeldBack();
    return new Promise((resolve) => {
      this.#wake = () => {
        signal.removeEventListener('abort', this.#wake);
        resolve();
      };
      signal.addEventListener('abort', this.#wake, { once: true });
    });
  }

  /** The checkpoint as we know it. */
  get stored(): string | undefined {
    return this.#stored;
  }

  /** Everything settled so far is stored. */
  get upToDate(): boolean {
    return this.#deps.watermark() === this.#stored;
  }

  /** Makes the next commit a write even if nothing has moved: the service compares a read-only shard's end with what is written, when it is. */
  forget(): void {
    this.#stored = undefined;
  }

  /**
   * Commits at the interval until the signal aborts. Failures are reported and tried again at the next turn. A shard without a checkpoint
   * gets its start position stored at once: with `start: end` a crash before the first commit would else skip what came meanwhile.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, refreshMs, mayRefresh, onTurn } = this.#deps;
    if (this.#stored === undefined) await this.commit(signal);
    let refreshAt = clock.monotonic() + refreshMs;
    const sleeper = new Sleeper(clock, signal);
    while (!signal.aborted) {
      await sleeper.sleep(this.#pauseMs);
      onTurn();
      const refreshDue = clock.monotonic() >= refreshAt && mayRefresh();
      if (isAborted(signal) || (this.upToDate && !refreshDue)) continue;
      await this.commit(signal);
      refreshAt = clock.monotonic() + refreshMs;
    }
  }

  get #pauseMs(): number {
    const { clock, intervalMs } = this.#deps;
    const now = clock.monotonic();
    const moment = intervalMs / MOMENTS;
    return Math.round((now + intervalMs) / moment) * moment - now;
  }

  /** One try. Returns whether everything settled is stored now. */
  async commit(signal: AbortSignal): Promise<boolean> {
    const { shard, group, clock, watermark, note, mayCommit, onCommitted, onNotOwner, onError } = this.#deps;
    if (!mayCommit()) return false;
    const cursor = watermark();
    note(cursor);
    const startedAt = clock.monotonic();
    try {
      if ((await group.commit(shard, cursor, signal)) === 'not-owner') {
        onNotOwner();
        return false;
      }
    } catch (thrown) {
      const error = asForwarderError(thrown);
      if (!signal.aborted) onError(error);
      // A shard that is gone took its checkpoint with it: nothing is left to be stored.
      if (error.code === 'SLS_SHARD_GONE') this.#stored = cursor;
      else this.#failingSince ??= startedAt;
      return this.upToDate;
    }
    this.#stored = cursor;
    this.#storedAt = clock.monotonic();
    this.#failingSince = undefined;
    this.#wake();
    onCommitted(this.#storedAt - startedAt);
    return this.upToDate;
  }

  /** Tries until everything settled is stored. A hard stop leaves time for one more try: the watermark is always safe to commit. */
  async finish(hard: AbortSignal): Promise<void> {
    const { clock, retryMs } = this.#deps;
    while (!hard.aborted && !this.upToDate && !(await this.commit(hard))) await sleep(clock, retryMs, hard);
    if (this.upToDate) return;
    const last = deadline(clock, LAST_COMMIT_MS);
    await this.commit(last.signal);
    last.clear();
  }
}
