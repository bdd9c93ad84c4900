import type { Clock } from '../flow/clock.js';
import type { InFlightWindow } from '../flow/in-flight-window.js';
import type { Puller } from './puller.js';

type OfPuller = Pick<Puller, 'tipAt' | 'waitsForRoom'>;

/** How long a shard has not moved, and whether it says why. */
export class Progress {
  readonly #clock: Clock;
  readonly #window: InFlightWindow<unknown>;
  readonly #reading: () => OfPuller | undefined;
  #movedAt: number;
  #reportedAt = Number.NEGATIVE_INFINITY;

  /** @param reading undefined before the shard is read */
  constructor(clock: Clock, window: InFlightWindow<unknown>, reading: () => OfPuller | undefined) {
    this.#clock = clock;
    this.#window = window;
    this.#reading = reading;
    this.#movedAt = clock.monotonic();
  }

  /** Something was pulled or settled. */
  moved(): void {
    this.#movedAt = this.#clock.monotonic();
  }

  /** A failure was told that will be tried again. */
  reported(): void {
    this.#reportedAt = this.#clock.monotonic();
  }

  /** Milliseconds since something was pulled or settled, or the shard was found at its tip with nothing in flight. */
  get stalledMs(): number {
    return this.#clock.monotonic() - Math.max(this.#movedAt, this.#doneAt ?? 0);
  }

  /** … or since a failure was told. */
  get silentMs(): number {
    return Math.min(this.stalledMs, this.#clock.monotonic() - this.#reportedAt);
  }

  /** Something was settled since the beginning, or there was nothing to settle. */
  get hasMoved(): boolean {
    return this.#window.watermark !== undefined || this.#doneAt !== undefined;
  }

  /** It waits for memory that others hold. */
  get waitsForRoom(): boolean {
    return this.#reading()?.waitsForRoom === true;
  }

  /** It has handed over something that is not settled, or waits for memory that others hold. */
  get waitsForReceiver(): boolean {
    return this.#window.size > 0 || this.waitsForRoom;
  }

  /** The tip alone proves nothing: a batch that never settles would hide behind an idle shard. */
  get #doneAt(): number | undefined {
    return this.#window.size === 0 ? this.#reading()?.tipAt : undefined;
  }
}
