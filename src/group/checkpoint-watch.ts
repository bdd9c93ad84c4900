import { asForwarderError } from '../errors/forwarder-error.js';
import { deadline, type Clock } from '../flow/clock.js';
import { Repeat } from '../flow/repeat.js';
import type { Log } from '../model/log.js';
import type { ConsumerGroup } from '../model/ports.js';

/** A shard we hold, and what we last stored for it. */
export interface Held {
  readonly shard: number;
  readonly stored: string | undefined;
}

export interface CheckpointWatchDeps {
  readonly group: ConsumerGroup;
  readonly consumer: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly held: () => readonly Held[];
  /** Told of every checkpoint of the group. */
  readonly onStored: (shard: number, cursor: string) => void;
  readonly onCollision: () => void;
}

const INTERVAL_MS = 15_000;
const PATIENCE_MS = 10_000;

/**
 * Looks at the checkpoints of the group again and again. Two living processes under one consumer name are one to the service: both are given the same
 * shards, both send all events. Neither is ever refused, so the only trace is a checkpoint that changes though we hold the shard and did not write it.
 */
export class CheckpointWatch {
  readonly #deps: CheckpointWatchDeps;
  readonly #repeat: Repeat;

  constructor(deps: CheckpointWatchDeps) {
    this.#deps = deps;
    this.#repeat = new Repeat({ clock: deps.clock, intervalMs: INTERVAL_MS, first: 'now' }, (signal) =>
      this.#look(signal),
    );
  }

  start(): void {
    this.#repeat.start();
  }

  stop(): Promise<void> {
    return this.#repeat.stop();
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { group, clock, log, held, onStored } = this.#deps;
    const before = held();
    const limit = deadline(clock, PATIENCE_MS, signal);
    try {
      const found = await group.checkpoints(limit.signal);
      const after = new Map(held().map(({ shard, stored }) => [shard, stored]));
      for (const { shard, stored } of before) {
        // A commit of our own may have come in between; then this look proves nothing.
        if (stored !== undefined && after.get(shard) === stored) this.#compare(shard, stored, found.get(shard));
      }
      for (const [shard, cursor] of found) if (cursor !== undefined && !after.has(shard)) onStored(shard, cursor);
    } catch (thrown) {
      const { code, message } = asForwarderError(thrown);
      if (!signal.aborted) log.debug({ code }, message);
    } finally {
      limit.clear();
    }
  }

  #compare(shard: number, stored: string, found: string | undefined): void {
    const { log, consumer, onCollision } = this.#deps;
    if (found === undefined || found === stored) return;
    onCollision();
    log.error(
      { shard, consumer },
      `somebody else stored a checkpoint of a shard we hold: is another process running as consumer ${consumer}? Then every event is sent twice; give each its own name`,
    );
  }
}
