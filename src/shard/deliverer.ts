import { asForwarderError } from '../errors/forwarder-error.js';
import type { Reservation } from '../flow/byte-budget.js';
import { Fifo } from '../flow/fifo.js';
import { unlessAborted } from '../flow/stop-signal.js';
import type { BatchRef, FrameBatch } from '../model/batch.js';
import type { Route } from '../model/ports.js';
import { keepRejected } from './keep-rejected.js';
import { mendBatch, type MendDeps } from './mend.js';
import type { ShardStats } from './shard-stats.js';

export interface DelivererDeps extends MendDeps {
  readonly route: Route;
  readonly stats: ShardStats;
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
      // What is abandoned is not waited for; what it holds is given back when whoever works on it lets go.
      const forget = (): void => this.#forget(item);
      if (parts === undefined || !this.#deps.maySend()) making.then(forget, forget);
      else this.#send(item, parts);
    }
  }

  /** What is to be sent for a batch: its frames, and the events that tell of what is not among them. */
  async #partsOf(item: InFlight): Promise<readonly FrameBatch[] | undefined> {
    const parts: FrameBatch[] = [];
    for (const part of (await this.#framesOf(item)) ?? []) {
      const gap = await keepRejected(this.#deps, part);
      if (gap === undefined) parts.push(part);
      else parts.push(part, gap);
    }
    return this.#deps.signal.aborted ? undefined : parts;
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
    this.#hold(
      item,
      parts.reduce((sum, part) => sum + part.bytes.buffer.byteLength, 0),
    );
    Promise.all(parts.map((part) => this.#sendPart(part))).then(
      () => {
        item.settle();
        this.#forget(item);
      },
      // Abandoned: the batch stays unsettled, so the watermark never passes it and its next reader gets it again.
      () => this.#forget(item),
    );
  }

  async #sendPart(part: FrameBatch): Promise<void> {
    // The filters may leave nothing to send.
    if (part.ends.length > 0) await this.#deps.route.send(part);
    const { stats, gaps } = this.#deps;
    stats.settledEvents += part.ends.length;
    stats.settledBytes += part.bytes.length;
    stats.filteredEvents += part.filtered;
    stats.sampledEvents += part.sampled;
    stats.droppedEvents += part.dropped;
    gaps.drops.dropped(part.shard, part.dropped);
    stats.truncatedEvents += part.truncated;
    this.#deps.formatter.recycle(part);
  }

  #hold(item: InFlight, bytes: number): void {
    this.#inFlightBytes += bytes - item.reservation.bytes;
    item.reservation.correct(bytes);
  }

  #forget(item: InFlight): void {
    this.#inFlightBytes -= item.reservation.bytes;
    item.reservation.release();
  }
}
