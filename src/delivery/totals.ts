import { Histogram } from '../flow/histogram.js';
import type { DestinationTotals } from '../model/snapshot.js';

/** The counters of a destination while they are counted. */
export type Totals = {
  -readonly [Key in Exclude<keyof DestinationTotals, 'errors' | 'stages'>]: DestinationTotals[Key];
} & {
  /** Events written again while nothing was ever settled: nobody knows then whether any of them had arrived. They count once something is. */
  unprovenResends: number;
  readonly errors: Record<string, number>;
  readonly stages: Readonly<Record<keyof DestinationTotals['stages'], Histogram>>;
};

export function newTotals(): Totals {
  const stages = { written: new Histogram(), acked: new Histogram(), settled: new Histogram() };
  return {
    writtenBytes: 0,
    writtenEvents: 0,
    settledBytes: 0,
    settledEvents: 0,
    resentEvents: 0,
    unprovenResends: 0,
    connects: 0,
    errors: {},
    stages,
  };
}

/** Events were written again that were on their way before. */
export function resent(totals: Totals, events: number): void {
  if (totals.settledEvents > 0) totals.resentEvents += events;
  else totals.unprovenResends += events;
}

/** A batch is settled: its receiver does read. */
export function settled(totals: Totals, events: number, bytes: number): void {
  totals.settledEvents += events;
  totals.settledBytes += bytes;
  totals.resentEvents += totals.unprovenResends;
  totals.unprovenResends = 0;
}

export function totalsNow(totals: Totals): DestinationTotals {
  const { writtenBytes, writtenEvents, settledBytes, settledEvents, resentEvents, connects, errors } = totals;
  const { written, acked, settled } = totals.stages;
  const stages = { written: written.snapshot(), acked: acked.snapshot(), settled: settled.snapshot() };
  return {
    writtenBytes,
    writtenEvents,
    settledBytes,
    settledEvents,
    resentEvents,
    connects,
    errors: { ...errors },
    stages,
  };
}
