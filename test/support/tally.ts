import type { SequenceTotals, ShardStats } from '../../src/emulator/receiver/contract.js';

/** What one receiver, or all of a test together, processed. */
export interface Tally extends SequenceTotals {
  readonly bytes: number;
  readonly shards: readonly ShardStats[];
}

/** A receiver as a scenario sees it. */
export interface Sink {
  readonly url: string;
  tally(): Promise<Tally>;
  stop(): Promise<void>;
}
