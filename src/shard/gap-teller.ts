import type { Clock } from '../flow/clock.js';
import type { BatchRef, FrameBatch } from '../model/batch.js';
import type { Log } from '../model/log.js';
import type { Formatter, Gap } from '../model/ports.js';
import type { ShardStats } from './shard-stats.js';

/** A gap event is smaller. */
export const GAP_BYTES = 1024;

export interface GapTellerDeps {
  readonly formatter: Formatter;
  readonly clock: Clock;
  readonly log: Log;
  readonly stats: ShardStats;
}

const WORDS: Readonly<Record<Gap['reason'], string>> = {
  retention: 'EVENTS LOST TO RETENTION before they were read',
  oversize: 'EVENTS PUT ASIDE as a dead letter: they are larger than the receiver takes',
  refused: 'AN EVENT PUT ASIDE as a dead letter: the receiver refuses it',
  undecodable: 'EVENTS PUT ASIDE as a dead letter: they could not be decoded',
};

/** Says everywhere that a range will not be delivered: the log, the metrics, and the event for the receiver that stands in its place. */
export class GapTeller {
  readonly #deps: GapTellerDeps;
  readonly #gaps = new WeakSet<FrameBatch>();

  constructor(deps: GapTellerDeps) {
    this.#deps = deps;
  }

  /**
   * @param events how many are meant, where it is not all of the range.
   * @param said why the receiver does not take it.
   * @returns the event, to be delivered where the range would have been.
   */
  tell(ref: BatchRef, reason: Gap['reason'], deadLetter?: string, events?: number, said?: string): FrameBatch {
    const { formatter, clock, log, stats } = this.#deps;
    const { shard, seq, cursor, nextCursor } = ref;
    stats.gaps += 1;
    if (deadLetter !== undefined) stats.deadLetters += 1;
    log.error(
      { shard, reason, said, cursor, nextCursor, deadLetter, events },
      `${WORDS[reason]}; the receiver is told`,
    );
    const gap = formatter.gap({ shard, seq, cursor, nextCursor, reason, deadLetter, events, at: clock.now() });
    this.#gaps.add(gap);
    return gap;
  }

  /** These frames are an event of {@link tell}. */
  isGap(frames: FrameBatch): boolean {
    return this.#gaps.has(frames);
  }
}
