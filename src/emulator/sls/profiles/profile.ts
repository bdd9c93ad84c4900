import type { Pair } from '../log-group-writer.js';
import type { Random } from '../random.js';

/** A kind of log as it looks in a real logstore. All that varies comes from the given generator, so equal seeds give equal logs. */
export interface Profile {
  /** No reply goes beyond a segment. A multiple of a step at which replies end (segment.ts), so that none is a rest; 3 to 6 MB. */
  readonly groupsPerSegment: number;
  readonly topic: string;
  readonly source: (random: Random) => string;
  /** Tags of a group received at this time (unix seconds). */
  readonly tags: (random: Random, receivedAt: number) => readonly Pair[];
  /** The fields of one log written at this time (unix milliseconds). */
  readonly contents: (random: Random, time: number) => Pair[];
}

/** What Logtail adds to each group it sends (SLS "Reserved fields"). */
export function logtailTags(random: Random, receivedAt: number, path: string): readonly Pair[] {
  return [
    ['__client_ip__', random.publicAddress()],
    ['__receive_time__', String(receivedAt)],
    ['__hostname__', `node-${random.below(64)}`],
    ['__path__', path],
    ['__pack_id__', `${random.hex(16).toUpperCase()}-${random.below(4096).toString(16).toUpperCase()}`],
  ];
}
