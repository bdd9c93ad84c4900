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

export interface CollisionWatchDeps {
  readonly group: ConsumerGroup;
  readonly consumer: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly held: () => readonly Held[];
  readonly onCollision: () => void;
}

const INTERVAL_MS = 15_000;
const PATIENCE_MS = 10_000;

/**
 * Two living processes under one consumer name are one to the service: both are given the same shards, both send all events. Neither
 * is ever refused, so the only trace is a checkpoint that changes though we hold the shard and did not write it. One shard is looked at
 * a time, in turn.
 */
export class CollisionWatch {
  readonly #deps: CollisionWatchDeps;
  readonly #repeat: Repeat;
  #turn = 0;

  constructor(deps: CollisionWatchDeps) {
    this.#deps = deps;
    this.#repeat = new Repeat({ clock: deps.clock, intervalMs: INTERVAL_MS, first: 'later' }, (signal) =>
      this.#next(signal),
    );
  }

  start(): void {
    this.#repeat.start();
  }

  stop(): Promise<void> {
    return this.#repeat.stop();
  }

  async #next(signal: AbortSignal): Promise<void> {
    const held = this.#deps.held();
    const before = held[this.#turn++ % Math.max(1, held.length)];
    if (before?.stored !== undefined) await this.#look(before.shard, before.stored, signal);
  }

  async #look(shard: number, stored: string, signal: AbortSignal): Promise<void> {
    const { group, clock, log, held, consumer, onCollision } = this.#deps;
    const limit = deadline(clock, PATIENCE_MS, signal);
    try {
      const found = await group.getCheckpoint(shard, limit.signal);
      const after = held().find((one) => one.shard === shard)?.stored;
      // A commit of our own may have come in between; then this look proves nothing.
      if (after !== stored || found === undefined || found === stored) return;
      onCollision();
      log.error(
        { shard, consumer },
        `somebody else stored a checkpoint of a shard we hold: is another process running as consumer ${consumer}? Then every event is sent twice; give each its own name`,
      );
    } catch (thrown) {
      const { code, message } = asForwarderError(thrown);
      if (!signal.aborted) log.debug({ code, shard }, message);
    } finally {
      limit.clear();
    }
  }
}
