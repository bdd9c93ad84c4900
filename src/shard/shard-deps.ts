import type { BudgetShare } from '../flow/byte-budget.js';
import type { Clock } from '../flow/clock.js';
import type { Lease } from '../group/lease.js';
import type { Log } from '../model/log.js';
import type { ConsumerGroup, DeadLetters, Destination, Formatter, LogSource } from '../model/ports.js';
import type { EventTeller } from './event-teller.js';
import type { ShardSettings } from './shard-settings.js';

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
  /** Of the whole pipeline. */
  readonly events: EventTeller;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: ShardSettings;
  /** The list of shards can be read, so that {@link ShardConsumer.close} will be called when it is time. */
  readonly endIsTold: () => boolean;
}
