import { Histogram } from '../flow/histogram.js';
import type { DestinationTotals } from '../model/snapshot.js';

/** The counters of a destination while they are counted. */
export type Totals = {
  -readonly [Key in Exclude<keyof DestinationTotals, 'errors' | 'stages'>]: DestinationTotals[Key];
} & {
  readonly errors: Record<string, number>;
  readonly stages: Readonly<Record<keyof DestinationTotals['stages'], Histogram>>;
};

export function newTotals(): Totals {
  const stages = { written: new Histogram(), acked: new Histogram(), settled: new Histogram() };
  return { writtenBytes: 0, settledBytes: 0, settledEvents: 0, resentEvents: 0, connects: 0, errors: {}, stages };
}

export function totalsNow(totals: Totals): DestinationTotals {
  const { written, acked, settled } = totals.stages;
  const stages = { written: written.snapshot(), acked: acked.snapshot(), settled: settled.snapshot() };
  return { ...totals, errors: { ...totals.errors }, stages };
}
