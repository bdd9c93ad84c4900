import type { FrameBatch } from '../model/batch.js';
import { frameAt, withFrame } from '../model/frames.js';
import type { Log } from '../model/log.js';
import type { DeadLetters, Formatter, PutAside } from '../model/ports.js';
import type { GapTeller } from './gap-teller.js';

export interface PutAsideDeps {
  readonly deadLetters: DeadLetters | undefined;
  readonly formatter: Formatter;
  readonly gaps: GapTeller;
  readonly log: Log;
}

/**
 * What happens to an event that its receiver refuses for good: it is kept on disk, and a gap event stands in its place. A receiver that refuses that
 * one too is told nothing.
 * @returns undefined without a place for dead letters.
 */
export function putAsideInto({ deadLetters, formatter, gaps, log }: PutAsideDeps): PutAside | undefined {
  if (deadLetters === undefined) return undefined;
  /** The frames of a batch that are gap events already. */
  const told = new WeakMap<FrameBatch, ReadonlySet<number>>();
  return async (frames, index, said) => {
    const before = told.get(frames) ?? new Set<number>();
    if (before.has(index)) {
      log.error({ shard: frames.shard, said }, 'the receiver refuses the event that tells of a gap, too');
      return withFrame(frames, index, undefined);
    }
    const { shard, cursor, nextCursor } = frames;
    const body = formatter.message(frameAt(frames, index));
    const reason = `the receiver refuses it: ${said}`;
    const facts = { shard, cursor, nextCursor, reason, encoding: 'none', rawSize: body.length } as const;
    const name = await deadLetters.keep({ ...facts, kind: 'event', body: new Uint8Array(body) });
    const next = withFrame(frames, index, gaps.tell(frames, 'refused', name, 1, said).bytes);
    told.set(next, new Set([...before, index]));
    return next;
  };
}
