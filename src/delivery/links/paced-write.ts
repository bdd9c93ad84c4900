import type { Link } from './link.js';
import type { Begun } from '../outbox.js';
import type { Pace } from '../pace.js';
import { sliceEnd } from './slices.js';

/** How a writer waits: for whatever may have changed. */
export interface Waiting {
  /** Whether another slice may be written now; if not, somebody is asked to find out soon. */
  readonly hasRoom: (link: Link) => boolean;
  readonly poked: () => Promise<void>;
  readonly poke: () => void;
}

/**
 * Writes the rest of a batch in slices of whole frames, each when there is room and the rate allows it.
 * @returns false when the link was lost first.
 */
export async function writePaced(link: Link, begun: Begun, pace: Pace, waiting: Waiting): Promise<boolean> {
  const { bytes, ends } = begun.frames;
  const maxBytes = Math.min(link.sliceBytes, pace.sliceBytes);
  let start = begun.from === 0 ? 0 : (ends[begun.from - 1] ?? 0);
  for (let from = begun.from; from < ends.length;) {
    while (link.open && !waiting.hasRoom(link)) await waiting.poked();
    const to = sliceEnd(ends, from, start, Math.min(link.sliceEvents, pace.sliceEvents), maxBytes);
    const end = ends[to - 1] ?? bytes.length;
    await granted(link, pace, to - from, end - start, waiting);
    if (!link.open) return false;
    begun.sent = to;
    if (!(await link.write(bytes.subarray(start, end), ends.subarray(from, to), start))) return false;
    [from, start] = [to, end];
  }
  return true;
}

async function granted(link: Link, pace: Pace, events: number, bytes: number, { poke, poked }: Waiting): Promise<void> {
  const ticket = pace.ask(events, bytes, poke);
  while (link.open && !ticket.granted) await poked();
  pace.giveUp(ticket);
}
