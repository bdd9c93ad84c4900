import { Histogram } from '../flow/histogram.js';
import type { PipelineTotals } from '../model/snapshot.js';

type Counters = Omit<PipelineTotals, 'shardsAcquired' | 'shardsReleased' | 'consumerCollisions'>;

/** Counters of one shard consumer. */
export class ShardStats {
  pulls = 0;
  pulledBytes = 0;
  rawBytes = 0;
  logGroups = 0;
  /** Log groups the service went through for what was pulled, and for what is settled of it. */
  scannedGroups = 0;
  settledGroups = 0;
  settledEvents = 0;
  settledBytes = 0;
  checkpoints = 0;
  filteredEvents = 0;
  sampledEvents = 0;
  droppedEvents = 0;
  truncatedEvents = 0;
  emptyEvents = 0;
  bareEvents = 0;
  untimedEvents = 0;
  gaps = 0;
  deadLetters = 0;
  /** Failed requests by error code. */
  readonly errors: Record<string, number> = {};
  readonly stages = { pull: new Histogram(), format: new Histogram(), commit: new Histogram() };

  /** Events that come of a log group, on average; undefined before anything is settled. */
  get eventsPerGroup(): number | undefined {
    const events =
      this.settledEvents + this.filteredEvents + this.sampledEvents + this.droppedEvents + this.emptyEvents;
    return this.settledGroups === 0 ? undefined : events / this.settledGroups;
  }

  /** Bytes that come of a log group, decompressed, on average; undefined before anything is pulled. */
  get bytesPerGroup(): number | undefined {
    return this.scannedGroups === 0 ? undefined : this.rawBytes / this.scannedGroups;
  }

  countError(code: string, times = 1): void {
    this.errors[code] = (this.errors[code] ?? 0) + times;
  }

  /** A checkpoint was stored. */
  committed(tookMs: number): void {
    this.checkpoints += 1;
    this.stages.commit.observe(tookMs);
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
    this.sampledEvents += other.sampledEvents;
    this.droppedEvents += other.droppedEvents;
    this.truncatedEvents += other.truncatedEvents;
    this.emptyEvents += other.emptyEvents;
    this.bareEvents += other.bareEvents;
    this.untimedEvents += other.untimedEvents;
    this.gaps += other.gaps;
    this.deadLetters += other.deadLetters;
    for (const [code, times] of Object.entries(other.errors)) this.countError(code, times);
    this.stages.pull.add(other.stages.pull);
    this.stages.format.add(other.stages.format);
    this.stages.commit.add(other.stages.commit);
  }

  counters(): Counters {
    const { pulls, pulledBytes, rawBytes, logGroups, settledEvents, settledBytes } = this;
    const { pull, format, commit } = this.stages;
    const { checkpoints, gaps, deadLetters, errors, filteredEvents, sampledEvents, droppedEvents, truncatedEvents } =
      this;
    const { emptyEvents, bareEvents, untimedEvents } = this;
    return {
      ...{ pulls, pulledBytes, rawBytes, logGroups, settledEvents, settledBytes, checkpoints },
      ...{
        gaps,
        deadLetters,
        filteredEvents,
        sampledEvents,
        droppedEvents,
        truncatedEvents,
        emptyEvents,
        bareEvents,
        untimedEvents,
      },
      errors: { ...errors },
      stages: { pull: pull.snapshot(), format: format.snapshot(), commit: commit.snapshot() },
    };
  }
}
