import type { FrameBatch } from '../model/batch.js';
import { unlessAborted } from '../flow/stop-signal.js';
import { Wakeup } from '../flow/wakeup.js';

export interface HeadroomDeps {
  /** How many events one pull should bring; undefined: any. */
  readonly pullEvents: () => number | undefined;
  /** Batches pulled that were not wholly written yet. */
  readonly unwritten: () => number;
}

/** One that is written, and one that comes next. */
const BATCHES = 2;

/**
 * Keeps a shard from being pulled far ahead of a rate. A shard is given back only when all that was pulled is sent, and at a rate the byte budget
 * holds more than can be sent in time.
 */
export class Headroom {
  readonly #deps: HeadroomDeps;
  readonly #wakeup = new Wakeup();
  /** Of the last batch that was formatted. */
  #eventsPerGroup: number | undefined;

  constructor(deps: HeadroomDeps) {
    this.#deps = deps;
  }

  /** Most log groups to ask for. With a rate the first pull is one log group: it tells how many events there are in one. */
  get groups(): number {
    const events = this.#deps.pullEvents();
    if (events === undefined) return Infinity;
    return this.#eventsPerGroup === undefined ? 1 : Math.max(1, Math.floor(events / this.#eventsPerGroup));
  }

  /** A batch is being formatted. @param groups that the service went through for it. */
  follow(groups: number, formatting: Promise<FrameBatch>): void {
    const note = ({ ends }: FrameBatch): void => void (this.#eventsPerGroup = ends.length / Math.max(1, groups));
    formatting.then(note, () => undefined);
  }

  /** Resolves when another batch may be pulled, or when the signal aborts. */
  async whenShort(signal: AbortSignal): Promise<void> {
    const { pullEvents, unwritten } = this.#deps;
    while (!signal.aborted && pullEvents() !== undefined && unwritten() >= BATCHES)
      await unlessAborted(this.#wakeup.wait(), signal);
  }

  /** A batch was written, or given up. */
  readonly notify = this.#wakeup.notify;
}
