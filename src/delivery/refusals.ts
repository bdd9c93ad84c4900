import { asForwarderError, type ForwarderError } from '../errors/forwarder-error.js';
import type { FrameBatch } from '../model/batch.js';
import type { LostLink, Refusal } from './links/link.js';
import type { Outbox } from './outbox.js';

/** What the receivers of one connection would not take, and how often. */
export class Refusals {
  readonly #outbox: Outbox;
  readonly #counts = new WeakMap<FrameBatch, Map<number, number>>();

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /**
   * To be called with the socket closed. Puts an event aside that was refused often enough, where its sender wants that.
   * @returns why the link was lost; undefined when the event is out of the way.
   */
  async overcome({ error, refusal }: LostLink): Promise<ForwarderError | undefined> {
    try {
      return refusal === undefined ? error : await this.#note(refusal, error);
    } catch (thrown) {
      return asForwarderError(thrown);
    }
  }

  /** @throws ForwarderError DEAD_LETTER_REFUSED */
  async #note({ frame, said, limit, error }: Refusal, lost: ForwarderError) {
    const found = this.#outbox.find(frame);
    if (found === undefined) return lost;
    const { frames, index, claim } = found;
    const counts = this.#counts.get(frames) ?? new Map<number, number>();
    this.#counts.set(frames, counts);
    const times = (counts.get(index) ?? 0) + 1;
    counts.set(index, times);
    if (times < limit) return lost;
    if (claim.putAside === undefined) return error;
    this.#outbox.replace(frames, await claim.putAside(frames, index, said));
    return undefined;
  }
}
