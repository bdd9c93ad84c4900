import type { StartPosition } from '../model/ports.js';

/** What the last answer said of what stands behind our cursor. */
export type Ahead =
  | { readonly is: 'much' }
  | { readonly is: 'little' }
  /** `at` (monotonic ms) the service said for the last time that there is nothing. */
  | { readonly is: 'nothing'; readonly at: number; readonly repliesInARow: number };

/** Where reading ends. */
export type End =
  | { readonly is: 'open' }
  | { readonly is: 'asked'; readonly position: StartPosition }
  | { readonly is: 'known'; readonly cursor: string }
  | { readonly is: 'reached'; readonly cursor: string };

/** How far a shard is read. */
export interface Reading {
  /** Where the next pull begins. */
  readonly cursor: string;
  readonly ahead: Ahead;
  readonly end: End;
}

/** What can happen to a {@link Reading}; times are monotonic milliseconds. */
export type ReadingStep =
  | { readonly to: 'replied'; readonly nextCursor: string; readonly ahead: 'much' | 'little' }
  | { readonly to: 'foundEmpty'; readonly at: number }
  /** A watch found nothing: no pull, so nothing is counted. */
  | { readonly to: 'stillEmpty'; readonly at: number }
  /** What failed is tried again by a pull, and without others behind it. */
  | { readonly to: 'failed' }
  | { readonly to: 'jumped'; readonly cursor: string }
  /** An end that was asked for before comes first. */
  | { readonly to: 'askedToEnd'; readonly position: StartPosition }
  | { readonly to: 'endFound'; readonly cursor: string };

/** The one door: what a reading is after a step. */
export function stepped(reading: Reading, step: ReadingStep): Reading {
  const { ahead, end } = reading;
  switch (step.to) {
    case 'replied':
      return { cursor: step.nextCursor, ahead: { is: step.ahead }, end: endAt(end, step.nextCursor) };
    case 'foundEmpty': {
      const repliesInARow = repliesWithout(ahead) + 1;
      const over: End = end.is === 'known' ? { is: 'reached', cursor: end.cursor } : end;
      return { ...reading, ahead: { is: 'nothing', at: step.at, repliesInARow }, end: over };
    }
    case 'stillEmpty':
      return { ...reading, ahead: { is: 'nothing', at: step.at, repliesInARow: repliesWithout(ahead) } };
    case 'failed':
      return { ...reading, ahead: ahead.is === 'nothing' ? { ...ahead, repliesInARow: 0 } : { is: 'much' } };
    case 'jumped':
      return { ...reading, cursor: step.cursor };
    case 'askedToEnd':
      return end.is === 'open' ? { ...reading, end: { is: 'asked', position: step.position } } : reading;
    case 'endFound':
      return { ...reading, end: { is: 'known', cursor: step.cursor } };
  }
}

/** Replies in a row that brought nothing. */
export function repliesWithout(ahead: Ahead): number {
  return ahead.is === 'nothing' ? ahead.repliesInARow : 0;
}

/** The next reply will hardly bring more than a little. */
export function expectsLittle(ahead: Ahead): boolean {
  return ahead.is === 'little' || repliesWithout(ahead) > 0;
}

/** The cursor at which reading ends; undefined if it does not, or as long as that cursor is not known. */
export function endCursor(end: End): string | undefined {
  return end.is === 'known' || end.is === 'reached' ? end.cursor : undefined;
}

function endAt(end: End, cursor: string): End {
  return end.is === 'known' && end.cursor === cursor ? { is: 'reached', cursor } : end;
}
