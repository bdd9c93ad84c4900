import { asForwarderError } from '../errors/forwarder-error.js';
import type { Reservation } from '../flow/byte-budget.js';
import { Fifo } from '../flow/fifo.js';
import { unlessAborted } from '../flow/stop-signal.js';
import type { BatchRef, FrameBatch } from '../model/batch.js';
import type { Route } from '../model/ports.js';
import type { EventTeller } from './event-teller.js';
import { keepRejected } from './keep-rejected.js';
import { mendBatch, type MendDeps } from './mend.js';
import type { ShardStats } from './shard-stats.js';

export interface DelivererDeps extends MendDeps {
  readonly route: Route;
  readonly stats: ShardStats;
  readonly events: EventTeller;
  /** Asked before each batch; false once the lease is gone. */
  readonly maySend: () => boolean;
}

/** A batch between pull and settled, with everything it holds. */
export interface InFlight {
  readonly ref: BatchRef;
  readonly frames: Promise<FrameBatch>;
  readonly reservation: Reservation;
  /** Called once when every frame of the batch is settled; never when it was abandoned. */
  readonly settle: () => void;
}

/**
 * The second half of a shard's line: shift the FIFO, await that batch's frames (its siblings format meanwhile), enqueue them on the route.
 * The enqueue is synchronous, so order within the shard is call order. What a batch holds is given back on every path: settled,
 * abandoned, or never sent.
 */
export class Deliverer {
  readonly #deps: DelivererDeps;
  readonly #fifo = new Fifo<InFlight>();
  #inFlightBytes = 0;

  constructor(deps: DelivererDeps) {
    this.#deps = deps;
  }

  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  push(item: InFlight): void {
    // Awaited in order, maybe much later: an early failure must not count as unhandled until then.
    item.frames.catch(() => undefined);
    this.#inFlightBytes += item.reservation.bytes;
    this.#fifo.push(item);
  }

  close(): void {
    this.#fifo.close();
  }

  /** Resolves when the FIFO is closed and everything in it was sent or dropped; what was sent may not be settled yet. */
  async run(): Promise<void> {
    for (let item = await this.#fifo.shift(); item !== undefined; item = await this.#fifo.shift()) {
      const making = this.#partsOf(item);
      const parts = await unlessAborted(making, this.#deps.signal);
      if (parts !== undefined && this.#deps.maySend()) this.#send(item, parts);
      // What is abandoned is not waited for; what it holds is given back when whoever works on it lets go.
      else
        making.then(
          (made) => this.#forget(item, made),
          () => this.#forget(item, []),
        );
    }
  }

  /** What is to be sent for a batch: its frames, and the events that tell of what is not among them. Not all of it once the signal aborts. */
  async #partsOf(item: InFlight): Promise<readonly FrameBatch[]> {
    const parts: FrameBatch[] = [];
    for (const part of (await this.#framesOf(item)) ?? []) {
      const gap = await keepRejected(this.#deps, part);
      if (gap === undefined) parts.push(part);
      else parts.push(part, gap);
    }
    return parts;
  }

  /** The frames of a batch, pulled again for as long as it can't be formatted; undefined after a hard stop. */
  async #framesOf(item: InFlight): Promise<readonly FrameBatch[] | undefined> {
    try {
      return [await item.frames];
    } catch (thrown) {
      return mendBatch(this.#deps, item.ref, asForwarderError(thrown));
    }
  }

  #send(item: InFlight, parts: readonly FrameBatch[]): void {
    const { formatter } = this.#deps;
    this.#hold(
      item,
      parts.reduce((sum, part) => sum + formatter.heldBytes(part), 0),
    );
    // All of them: while one is still being written, none of the memory is free.
    void Promise.allSettled(parts.map((part) => this.#sendPart(part))).then((results) => {
      // Abandoned: the batch stays unsettled, so the watermark never passes it and its next reader gets it again.
      if (results.every(({ status }) => status === 'fulfilled')) item.settle();
      this.#forget(item, parts);
    });
  }

  async #sendPart(part: FrameBatch): Promise<void> {
    // The filters may leave nothing to send.
    if (part.ends.length > 0) await this.#deps.route.send(part);
    const { stats, events } = this.#deps;
    stats.settledEvents += part.ends.length;
    stats.settledBytes += part.bytes.length;
    stats.filteredEvents += part.filtered;
    stats.sampledEvents += part.sampled;
    stats.droppedEvents += part.dropped;
    stats.truncatedEvents += part.truncated;
    stats.emptyEvents += part.empty;
    stats.untimedEvents += part.untimed;
    events.settled(part);
  }

  #hold(item: InFlight, bytes: number): void {
    this.#inFlightBytes += bytes - item.reservation.bytes;
    item.reservation.correct(bytes);
  }

  #forget(item: InFlight, parts: readonly FrameBatch[]): void {
    for (const part of parts) this.#deps.formatter.recycle(part);
    this.#inFlightBytes -= item.reservation.bytes;
    item.reservation.release();
  }
}
