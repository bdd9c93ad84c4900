import type { DestinationTotals } from '../model/snapshot.js';

/** The counters of a destination while they are counted. */
export type Totals = { -readonly [Key in Exclude<keyof DestinationTotals, 'errors'>]: DestinationTotals[Key] } & {
  readonly errors: Record<string, number>;
};

export function newTotals(): Totals {
  return { writtenBytes: 0, settledBytes: 0, settledEvents: 0, resentEvents: 0, connects: 0, errors: {} };
}
