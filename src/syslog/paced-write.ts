import type { FrameBatch } from '../model/batch.js';
import type { Link } from './link.js';
import type { Pace } from './pace.js';
import { sliceEnd } from './slices.js';

/** How a writer waits: for whatever may have changed. */
export interface Waiting {
  /** Whether another slice may be written now; if not, somebody is asked to find out soon. */
  readonly hasRoom: (link: Link) => boolean;
  readonly poked: () => Promise<void>;
  readonly poke: () => void;
}

/**
 * Writes a batch in slices of whole frames, each when there is room and the rate allows it.
 * @returns false when the link was lost first.
 */
export async function writePaced(
  link: Link,
  { bytes, ends }: FrameBatch,
  pace: Pace,
  waiting: Waiting,
): Promise<boolean> {
  const maxEvents = Math.min(link.sliceEvents, pace.sliceEvents);
  const maxBytes = Math.min(link.sliceBytes, pace.sliceBytes);
  let start = 0;
  for (let from = 0; from < ends.length;) {
    const to = sliceEnd(ends, from, start, maxEvents, maxBytes);
    const end = ends[to - 1] ?? bytes.length;
    while (link.open && !waiting.hasRoom(link)) await waiting.poked();
    await granted(link, pace, to - from, end - start, waiting);
    if (!link.open || !(await link.write(bytes.subarray(start, end), ends.subarray(from, to), start))) return false;
    [from, start] = [to, end];
  }
  return true;
}

async function granted(link: Link, pace: Pace, events: number, bytes: number, { poke, poked }: Waiting): Promise<void> {
  const ticket = pace.ask(events, bytes, poke);
  while (link.open && !ticket.granted) await poked();
  pace.giveUp(ticket);
}
