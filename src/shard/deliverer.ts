import { asForwarderError } from '../errors/forwarder-error.js';
import type { Reservation } from '../flow/byte-budget.js';
import { Fifo } from '../flow/fifo.js';
import { unlessAborted } from '../flow/stop-signal.js';
import type { InFlightEntry } from '../flow/in-flight-window.js';
import type { BatchRef, FrameBatch } from '../model/batch.js';
import type { Keeper, Route } from '../model/ports.js';
import type { EventTeller } from './event-teller.js';
import { keepRejected } from './keep-rejected.js';
import { makeAgain, mendBatch, type MendDeps } from './mend.js';
import type { ShardStats } from './shard-stats.js';

export interface DelivererDeps extends MendDeps {
  /** Asked for when there is something to send. */
  readonly route: () => Route;
  readonly stats: ShardStats;
  readonly events: EventTeller;
  /** All that is to be sent of a batch is made. */
  readonly onMade: () => void;
  /** Every event of a batch is settled; it took so many log groups of the service. */
  readonly onSettled: (scannedGroups: number) => void;
  /** Asked before each batch; false once the lease is gone. */
  readonly maySend: () => boolean;
}

/** A batch between pull and settled, with everything it holds. */
export interface InFlight {
  readonly ref: BatchRef;
  readonly frames: Promise<FrameBatch>;
  readonly reservation: Reservation;
  /** Moved when every frame of the batch has arrived, and when every one is settled; not when it was abandoned. */
  readonly entry: InFlightEntry;
  /** Log groups the service went through for it. */
  readonly scannedGroups: number;
}

type Holding = Pick<InFlight, 'reservation'>;

/** A batch that was sent. Not the item: that has the frames, and this is kept until the batch is settled. */
interface Sent extends Pick<InFlight, 'reservation' | 'entry' | 'scannedGroups'> {
  /** Its parts that have not arrived. */
  readonly missing: FrameBatch[];
  /** Its parts whose memory is held. */
  readonly held: FrameBatch[];
  /** Parts that are neither settled nor abandoned. */
  open: number;
  /** A part was abandoned: the batch stays unsettled, so the watermark never passes it and its next reader gets it again. */
  isAbandoned: boolean;
}

/**
 * The second half of a shard's line: shift the FIFO, await that batch's frames (its siblings format meanwhile), enqueue them on the route.
 * The enqueue is synchronous, so order within the shard is call order. What a batch holds is given back on every path: arrived, settled,
 * abandoned, or never sent. What has arrived and is not settled when its connection is lost is made again.
 */
export class Deliverer implements Keeper {
  readonly #deps: DelivererDeps;
  readonly #fifo = new Fifo<InFlight>();
  /** Parts that were sent and have not arrived, and the batch that each belongs to. */
  readonly #sent = new Map<FrameBatch, Sent>();
  #inFlightBytes = 0;
  #unsent = 0;

  constructor(deps: DelivererDeps) {
    this.#deps = deps;
  }

  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /** Batches pushed and not sent yet. */
  get unsent(): number {
    return this.#unsent;
  }

  push(item: InFlight): void {
    // Awaited in order, maybe much later: an early failure must not count as unhandled until then.
    item.frames.catch(() => undefined);
    this.#inFlightBytes += item.reservation.bytes;
    this.#unsent += 1;
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
      this.#unsent -= 1;
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
    if (!this.#deps.signal.aborted) this.#deps.onMade();
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
    const { reservation, entry, scannedGroups } = item;
    const batch: Sent = {
      reservation,
      entry,
      scannedGroups,
      missing: [...parts],
      held: [...parts],
      open: parts.length,
      isAbandoned: false,
    };
    for (const part of parts) this.#sent.set(part, batch);
    for (const part of parts) this.#sendPart(part, batch);
    if (parts.length === 0) this.#ended(batch);
  }

  arrived(frames: FrameBatch): boolean {
    const { formatter, gaps } = this.#deps;
    const batch = this.#sent.get(frames);
    if (batch !== undefined && remove(batch.missing, frames) && batch.missing.length === 0) batch.entry.arrived();
    // It tells of what can't be pulled again, and is small.
    if (gaps.isGap(frames)) return false;
    if (batch !== undefined) {
      this.#giveBack(batch, formatter.heldBytes(frames));
      remove(batch.held, frames);
    }
    this.#sent.delete(frames);
    formatter.recycle(frames);
    return true;
  }

  again(ref: BatchRef): Promise<readonly FrameBatch[]> {
    return makeAgain(this.#deps, ref);
  }

  /** Not async: nothing but the counts is kept until the batch is settled. */
  #sendPart(part: FrameBatch, batch: Sent): void {
    const { shard, filtered, sampled, dropped, truncated, empty, bare, untimed } = part;
    const [count, bytes] = [part.ends.length, part.bytes.length];
    const { stats, events } = this.#deps;
    const settled = (): void => {
      stats.settledEvents += count;
      stats.settledBytes += bytes;
      stats.filteredEvents += filtered;
      stats.sampledEvents += sampled;
      stats.droppedEvents += dropped;
      stats.truncatedEvents += truncated;
      stats.emptyEvents += empty;
      stats.bareEvents += bare;
      stats.untimedEvents += untimed;
      events.settled({ shard, dropped, truncated, empty, bare, untimed });
      this.#partEnded(batch);
    };
    const abandoned = (): void => {
      batch.isAbandoned = true;
      this.#partEnded(batch);
    };
    this.#sendOrSkip(part).then(settled, abandoned);
  }

  #partEnded(batch: Sent): void {
    batch.open -= 1;
    if (batch.open === 0) this.#ended(batch);
  }

  #ended(batch: Sent): void {
    const { entry, scannedGroups, isAbandoned, held } = batch;
    if (!isAbandoned) {
      this.#deps.onSettled(scannedGroups);
      entry.settle();
    }
    for (const part of held) this.#sent.delete(part);
    this.#forget(batch, held);
  }

  /** The filters may leave nothing to send. */
  #sendOrSkip(part: FrameBatch): Promise<void> {
    if (part.ends.length > 0) return this.#deps.route().send(part);
    this.arrived(part);
    return Promise.resolve();
  }

  #hold({ reservation }: Holding, bytes: number): void {
    this.#inFlightBytes += bytes - reservation.bytes;
    reservation.correct(bytes);
  }

  #giveBack({ reservation }: Holding, bytes: number): void {
    this.#inFlightBytes -= reservation.bytes;
    reservation.giveBack(bytes);
    this.#inFlightBytes += reservation.bytes;
  }

  #forget({ reservation }: Holding, parts: Iterable<FrameBatch>): void {
    for (const part of parts) this.#deps.formatter.recycle(part);
    this.#inFlightBytes -= reservation.bytes;
    reservation.release();
  }
}

function remove<T>(list: T[], item: T): boolean {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}
