import type { FrameBatch } from '../model/batch.js';
import { spanOf, type Span } from './span.js';
import type { SpanLedger } from './span-ledger.js';

/** The frames of a batch that are made again may take so many bytes beside the byte budget, on each connection, or those of a single batch. */
const REMADE_BYTES = 8 * 1024 * 1024;
/** … and so many batches are asked for at once. */
const REMAKES = 4;

export interface RemakesDeps {
  readonly ledger: SpanLedger<Span>;
  /** Makes a reference of a batch whose frames are held. */
  readonly giveBack: (span: Span) => void;
  /** Others, with frames, now stand in the place of a reference. */
  readonly replaced: (span: Span, others: readonly Span[]) => void;
  /** Told when frames are here, or will not come. */
  readonly poke: () => void;
}

/** Makes the frames of references again (ADR 0019): those that come next, as many as there is room for. */
export class Remakes {
  /** Bytes of frames that were made again, or are being made. */
  heldBytes = 0;
  readonly #deps: RemakesDeps;
  /** Batches that are being made again. */
  #running = 0;

  constructor(deps: RemakesDeps) {
    this.#deps = deps;
  }

  /** Asks for the frames of the next references, as many as there is room for. */
  begin(): void {
    for (const span of this.#deps.ledger.waiting()) {
      if (span.held.is === 'frames' && !span.isRemade) return;
      if (span.held.is !== 'reference') continue;
      if (this.#running >= REMAKES || !this.#makeRoom(span)) return;
      void this.#remake(span);
    }
  }

  /** What was made again and waits behind this reference gives way, the last first: after another loss it may hold all the room. @returns whether there is room. */
  #makeRoom(span: Span): boolean {
    const hasRoom = (): boolean => this.heldBytes === 0 || this.heldBytes + span.bytes <= REMADE_BYTES;
    if (hasRoom()) return true;
    const waiting = [...this.#deps.ledger.waiting()];
    for (const other of waiting.slice(waiting.indexOf(span) + 1).reverse()) {
      if (other.isRemade) this.#deps.giveBack(other);
      if (hasRoom()) return true;
    }
    return false;
  }

  async #remake(span: Span): Promise<void> {
    const { ledger, replaced, poke } = this.#deps;
    const { keeper } = span.claim;
    span.held = { is: 'wanted' };
    this.heldBytes += span.bytes;
    this.#running += 1;
    const parts = (await keeper?.again(span.ref)) ?? [];
    this.heldBytes -= span.bytes;
    this.#running -= 1;
    if (parts.length > 0 && ledger.find((one) => one === span) !== undefined) replaced(span, remade(span, parts));
    else for (const part of parts) keeper?.arrived(part);
    poke();
  }
}

/** The service may cut the range in another way this time: then several batches stand in the place of one, of which the last tells the sender. */
function remade(span: Span, parts: readonly FrameBatch[]): Span[] {
  const quiet = { resolve: () => undefined, reject: () => undefined };
  const { claim, at } = span;
  return parts.map((part, i) => {
    const { resolve, reject } = i === parts.length - 1 ? span : quiet;
    return spanOf(part, { claim, resolve, reject, at, isRemade: true, sent: part.ends.length });
  });
}
