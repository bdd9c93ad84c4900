import type { Wakeup } from '../../flow/wakeup.js';
import type { Link } from './link.js';
import type { Begun } from '../outbox.js';
import type { Pace } from '../pace.js';
import { sliceEnd } from './slices.js';

/**
 * Writes the rest of a batch in slices of whole frames, each when there is room and the rate allows it.
 * @param wakeup is told whenever there may be room.
 * @param hasRoom whether another slice may be written now; if not, somebody is asked to find out soon.
 * @returns false when the link was lost first.
 */
export async function writePaced(
  link: Link,
  begun: Begun,
  pace: Pace,
  wakeup: Wakeup,
  hasRoom: () => boolean,
): Promise<boolean> {
  const { bytes, ends } = begun.frames;
  let start = begun.from === 0 ? 0 : (ends[begun.from - 1] ?? 0);
  for (let from = begun.from; from < ends.length;) {
    while (link.open && !hasRoom()) await wakeup.wait();
    const maxBytes = Math.min(link.sliceBytes, pace.sliceBytes);
    const to = sliceEnd(ends, from, start, Math.min(link.sliceEvents, pace.sliceEvents), maxBytes);
    const end = ends[to - 1] ?? bytes.length;
    await granted(link, pace, to - from, end - start, wakeup);
    if (!link.open) return false;
    begun.sent = to;
    if (!(await link.write(bytes.subarray(start, end), ends.subarray(from, to), start))) return false;
    [from, start] = [to, end];
  }
  return true;
}

async function granted(link: Link, pace: Pace, events: number, bytes: number, wakeup: Wakeup): Promise<void> {
  const ticket = pace.ask(events, bytes, wakeup.notify);
  while (link.open && !ticket.granted) await wakeup.wait();
  pace.giveUp(ticket);
}
