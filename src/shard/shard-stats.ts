import type { PipelineTotals } from '../model/snapshot.js';

type Counters = Omit<PipelineTotals, 'shardsAcquired' | 'shardsReleased' | 'consumerCollisions'>;

/** Counters of one shard consumer. */
export class ShardStats implements Counters {
  pulls = 0;
  pulledBytes = 0;
  rawBytes = 0;
  logGroups = 0;
  settledEvents = 0;
  settledBytes = 0;
  checkpoints = 0;
  filteredEvents = 0;
  droppedEvents = 0;
  truncatedEvents = 0;
  gaps = 0;
  deadLetters = 0;
  /** Failed requests by error code. */
  readonly errors: Record<string, number> = {};

  countError(code: string, times = 1): void {
    this.errors[code] = (this.errors[code] ?? 0) + times;
  }

  add(other: ShardStats): void {
    this.pulls += other.pulls;
    this.pulledBytes += other.pulledBytes;
    this.rawBytes += other.rawBytes;
    this.logGroups += other.logGroups;
    this.settledEvents += other.settledEvents;
    this.settledBytes += other.settledBytes;
    this.checkpoints += other.checkpoints;
    this.filteredEvents += other.filteredEvents;
    this.droppedEvents += other.droppedEvents;
    this.truncatedEvents += other.truncatedEvents;
    this.gaps += other.gaps;
    this.deadLetters += other.deadLetters;
    for (const [code, times] of Object.entries(other.errors)) this.countError(code, times);
  }

  counters(): Counters {
    const { pulls, pulledBytes, rawBytes, logGroups, settledEvents, settledBytes } = this;
    const { checkpoints, gaps, deadLetters, errors, filteredEvents, droppedEvents, truncatedEvents } = this;
    return {
      ...{ pulls, pulledBytes, rawBytes, logGroups, settledEvents, settledBytes, checkpoints },
      ...{ gaps, deadLetters, filteredEvents, droppedEvents, truncatedEvents },
      errors: { ...errors },
    };
  }
}
