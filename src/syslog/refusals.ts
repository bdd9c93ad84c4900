import { asForwarderError, type ForwarderError } from '../errors/forwarder-error.js';
import type { FrameBatch } from '../model/batch.js';
import type { Link, Refusal } from './link.js';
import type { Outbox } from './outbox.js';

/** So often an event is refused before it is put aside: what is full or restarting takes it by then. */
const REFUSALS = 5;

/** What the receivers of one connection would not take, and how often. */
export class Refusals {
  readonly #outbox: Outbox;
  readonly #counts = new WeakMap<FrameBatch, Map<number, number>>();

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** To be called with the socket closed. @returns why the link was lost; undefined when it was asked to go, or the event is out of the way. */
  async overcome({ error, refusal }: Link): Promise<ForwarderError | undefined> {
    try {
      return refusal !== undefined && (await this.#note(refusal)) ? undefined : error;
    } catch (thrown) {
      return asForwarderError(thrown);
    }
  }

  /**
   * Puts the event aside when it was refused often enough and its sender wants that.
   * @returns whether it did.
   * @throws ForwarderError DEAD_LETTER_REFUSED
   */
  async #note({ frame, said }: Refusal): Promise<boolean> {
    const found = this.#outbox.find(frame);
    if (found?.lease.putAside === undefined) return false;
    const { frames, index } = found;
    const counts = this.#counts.get(frames) ?? new Map<number, number>();
    this.#counts.set(frames, counts);
    const times = (counts.get(index) ?? 0) + 1;
    counts.set(index, times);
    if (times < REFUSALS) return false;
    this.#outbox.replace(frames, await found.lease.putAside(frames, index, said));
    return true;
  }
}
