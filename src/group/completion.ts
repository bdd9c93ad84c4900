import { asForwarderError } from '../errors/forwarder-error.js';
import { deadline, type Clock } from '../flow/clock.js';
import type { Log } from '../model/log.js';
import type { ConsumerGroup, LogSource, StartPosition } from '../model/ports.js';

export interface CompletionDeps {
  readonly source: LogSource;
  readonly group: ConsumerGroup;
  readonly clock: Clock;
  readonly log: Log;
  /** Where every shard ends. */
  readonly end: StartPosition;
  /** After so long without a shard of our own, those that are left are somebody else's. */
  readonly patienceMs: () => number;
  /** All shards there are; undefined while unknown. */
  readonly shards: () => readonly number[] | undefined;
}

const LOOK_MS = 10_000;

/**
 * Knows when a bounded run is over: every shard's checkpoint is at its end, whoever brought it there; or this consumer has had no shard for
 * a whole heartbeat timeout while others have some.
 */
export class Completion {
  readonly done: Promise<void>;
  readonly #deps: CompletionDeps;
  readonly #ended = new Set<number>();
  #finish: () => void = () => undefined;
  #quietSince: number | undefined;
  #looking = false;

  constructor(deps: CompletionDeps) {
    this.#deps = deps;
    this.done = new Promise((resolve) => (this.#finish = resolve));
  }

  /** We have read this shard to its end and committed that. */
  ended(shard: number): void {
    this.#ended.add(shard);
  }

  /** To be called after every accepted heartbeat. @param busy we have shards to read. */
  async look(busy: boolean): Promise<void> {
    if (busy) this.#quietSince = undefined;
    if (busy || this.#looking) return;
    const { clock, log, patienceMs } = this.#deps;
    this.#quietSince ??= clock.monotonic();
    this.#looking = true;
    const left = await this.#left();
    this.#looking = false;
    if (left?.length === 0) this.#finish();
    else if (clock.monotonic() - this.#quietSince >= patienceMs()) {
      log.warn({ shards: left }, 'other consumers of the group have the shards that are left; this run is over');
      this.#finish();
    }
  }

  /** The shards that are not at their end; undefined if that can't be told now. */
  async #left(): Promise<readonly number[] | undefined> {
    const { shards, clock, log } = this.#deps;
    const limit = deadline(clock, LOOK_MS);
    try {
      for (const shard of shards() ?? []) {
        if (!this.#ended.has(shard) && (await this.#isAtEnd(shard, limit.signal))) this.#ended.add(shard);
      }
      return shards()?.filter((shard) => !this.#ended.has(shard));
    } catch (thrown) {
      const { code, message } = asForwarderError(thrown);
      log.debug({ code }, message);
      return undefined;
    } finally {
      limit.clear();
    }
  }

  async #isAtEnd(shard: number, signal: AbortSignal): Promise<boolean> {
    const { source, group, end } = this.#deps;
    return (await group.getCheckpoint(shard, signal)) === (await source.getCursor(shard, end, signal));
  }
}
