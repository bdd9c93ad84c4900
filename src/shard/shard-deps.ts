import type { BudgetShare } from '../flow/byte-budget.js';
import type { Clock } from '../flow/clock.js';
import type { Lease } from './lease.js';
import type { Log } from '../model/log.js';
import type { ConsumerGroup, DeadLetters, Destination, Formatter, LogSource } from '../model/ports.js';
import type { EventTeller } from './event-teller.js';
import type { ShardSettings } from './shard-settings.js';

/** What is known of how far shards were read, beside the group's own record. */
export interface KnownPositions {
  /** Where a shard that has no checkpoint begins: a cursor. Rejects with a ForwarderError. */
  startOf(shard: number, signal: AbortSignal): Promise<string>;
  /** Everything before this cursor was delivered. */
  note(shard: number, cursor: string): void;
}

/** What a shard's line works with. */
export interface ShardDeps {
  readonly shard: number;
  readonly source: LogSource;
  readonly group: ConsumerGroup;
  readonly formatter: Formatter;
  readonly destination: Destination;
  readonly budget: BudgetShare;
  readonly deadLetters: DeadLetters | undefined;
  readonly lease: Lease;
  readonly positions: KnownPositions;
  /** Asks the service whether we are still its consumer: resolves once it says so, or when the signal aborts, as a lost lease makes it. */
  readonly confirm: (signal: AbortSignal) => Promise<void>;
  /** Reports, for the whole pipeline, what happens to single events. */
  readonly events: EventTeller;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: ShardSettings;
  /** The list of shards can be read, so that {@link ShardConsumer.close} will be called when it is time. */
  readonly endIsTold: () => boolean;
}
