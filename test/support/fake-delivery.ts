import { ForwarderError } from '../../src/errors/forwarder-error.js';
import { EVERY_LOG_WHOLE, type FrameBatch, type RawBatch } from '../../src/model/batch.js';
import type {
  DeadLetter,
  DeadLetters,
  Destination,
  Formatter,
  Gap,
  Route,
  RouteHelp,
  RouteWait,
} from '../../src/model/ports.js';

/** Formats the bodies of FakeService, which it takes away: each log group becomes one frame of four bytes, its number. */
export class FakeFormatter implements Formatter {
  /** How the next batches fail, used up in order. */
  readonly faults: ('FORMAT_CORRUPT' | 'FORMATTER_CRASHED')[] = [];
  /** Groups that can't be decoded, nor any batch that holds one. */
  readonly undecodable = new Set<number>();
  /** Groups whose one log is too large. */
  readonly oversize = new Set<number>();
  /** Batches whose memory was not given back yet. */
  readonly lent = new Set<FrameBatch>();
  #hangs = 0;
  #sleeping: (() => void)[] = [];

  async format(batch: RawBatch): Promise<FrameBatch> {
    const body = structuredClone(batch.body, { transfer: [batch.body] });
    await Promise.resolve();
    if (this.#hangs > 0) {
      this.#hangs -= 1;
      await new Promise<void>((resolve) => this.#sleeping.push(resolve));
    }
    const fault = this.faults.shift();
    if (fault !== undefined) throw new ForwarderError(fault, `injected ${fault}`);
    const [from = 0, to = 0] = new Uint32Array(body, 0, 2);
    const numbers = Uint32Array.from({ length: to - from }, (_, index) => from + index);
    if (numbers.some((number) => this.undecodable.has(number))) throw new ForwarderError('FORMAT_CORRUPT', 'damaged');
    const { shard, seq, cursor, nextCursor } = batch;
    const fitting = numbers.filter((number) => !this.oversize.has(number));
    const ends = fitting.map((_, index) => 4 * (index + 1));
    const rejected = [...numbers.filter((number) => this.oversize.has(number))].map((number) => ({
      ...({ reason: 'oversize', cursor: String(number), index: 0, messageBytes: 9000 + number } as const),
      raw: new Uint8Array(Uint32Array.of(number).buffer),
    }));
    const bytes = new Uint8Array(fitting.buffer);
    const frames: FrameBatch = { ...EVERY_LOG_WHOLE, shard, seq, cursor, nextCursor, bytes, ends, rejected };
    this.lent.add(frames);
    return frames;
  }

  /** The next batches are not answered until {@link wake}. */
  hang(batches: number): void {
    this.#hangs += batches;
  }

  /** What hangs goes on hanging. */
  stopHanging(): void {
    this.#hangs = 0;
  }

  wake(): void {
    this.#hangs = 0;
    for (const wake of this.#sleeping.splice(0)) wake();
  }

  bodyBuffer(size: number): ArrayBuffer {
    return new ArrayBuffer(size);
  }

  heldBytes(frames: FrameBatch): number {
    return frames.bytes.buffer.byteLength;
  }

  /** Somebody else writes there now. */
  recycle(frames: FrameBatch): void {
    if (this.lent.delete(frames)) frames.bytes.fill(0xee);
  }

  message(frame: Uint8Array): Uint8Array {
    return frame;
  }

  gap({ shard, seq, cursor, nextCursor }: Gap): FrameBatch {
    const bytes = new Uint8Array(Uint32Array.of(GAP).buffer);
    return {
      shard,
      seq,
      cursor,
      nextCursor,
      bytes,
      ends: Uint32Array.of(4),
      ...EVERY_LOG_WHOLE,
    };
  }
}

/** What a gap event looks like among the numbers. */
export const GAP = 0xffff_ffff;

/** Keeps what it is given, once there is room. */
export class FakeDeadLetters implements DeadLetters {
  readonly retryMs: number;
  readonly kept: DeadLetter[] = [];
  /** How often it has no room. */
  full = 0;

  constructor(retryMs: number) {
    this.retryMs = retryMs;
  }

  keep(letter: DeadLetter): Promise<string> {
    if (this.full-- > 0) return Promise.reject(new ForwarderError('DEAD_LETTER_REFUSED', 'full'));
    this.kept.push(letter);
    return Promise.resolve(`letter-${this.kept.length}`);
  }
}

interface Sent {
  readonly route: FakeRoute;
  readonly frames: FrameBatch;
  readonly settle: () => void;
  readonly abandon: () => void;
}

/** A receiver that remembers what it was sent, and settles when told (or at once). */
export class FakeDestination implements Destination {
  /** Group numbers per shard, in order of arrival. */
  readonly received = new Map<number, number[]>();
  readonly pending: Sent[] = [];
  readonly routes: FakeRoute[] = [];
  /** How often proof was asked for. */
  asked = 0;
  /** Settle at once what is sent. */
  prompt = true;
  /** What a rate lets one pull bring. */
  pullEvents: number | undefined;
  /** The sender is dead: what it sends goes nowhere. */
  cut = false;
  /** Called for every batch that goes on the wire. */
  onSend: (frames: FrameBatch) => void = () => undefined;

  get isBlocked(): boolean {
    return !this.prompt || this.pending.length > 0;
  }

  openRoute(fence: () => boolean, help: RouteHelp = {}): Route {
    const route = new FakeRoute(this, fence, help);
    this.routes.push(route);
    return route;
  }

  /** Settles the first `count` batches in flight. */
  settle(count = Number.POSITIVE_INFINITY): void {
    for (const sent of this.pending.splice(0, count)) {
      sent.settle();
      sent.route.wrote();
    }
  }

  get openRoutes(): number {
    return this.routes.filter((route) => !route.closed).length;
  }
}

const WAIT: Omit<RouteWait, 'seq'> = {
  stage: 'written',
  connection: 0,
  endpoint: 'tcp://siem:514',
  phase: 'connected',
  proof: 'time',
  stall: undefined,
  failure: undefined,
};

class FakeRoute implements Route {
  closed = false;
  readonly #to: FakeDestination;
  readonly #fence: () => boolean;
  readonly #help: RouteHelp;
  #abandoned = false;

  constructor(to: FakeDestination, fence: () => boolean, help: RouteHelp) {
    this.#to = to;
    this.#fence = fence;
    this.#help = help;
  }

  get pullEvents(): number | undefined {
    return this.#to.pullEvents;
  }

  send(frames: FrameBatch): Promise<void> {
    const { pending, prompt, received, cut } = this.#to;
    if (cut) return new Promise(() => undefined);
    return new Promise((resolve, reject) => {
      const abandon = (): void => reject(new ForwarderError('ABANDONED', 'abandoned'));
      if (this.#abandoned || !this.#fence()) {
        abandon();
        return;
      }
      const numbers = new Uint32Array(frames.bytes.buffer, frames.bytes.byteOffset, frames.ends.length);
      received.set(frames.shard, [...(received.get(frames.shard) ?? []), ...numbers]);
      this.#to.onSend(frames);
      if (prompt) resolve();
      else pending.push({ route: this, frames, settle: resolve, abandon });
    });
  }

  abandon(): void {
    this.#abandoned = true;
    const { pending } = this.#to;
    for (const sent of pending.filter(({ route }) => route === this)) {
      pending.splice(pending.indexOf(sent), 1);
      sent.abandon();
    }
  }

  /** What is pending here counts as not written. */
  get unwritten(): number {
    return this.#to.pending.filter(({ route }) => route === this).length;
  }

  wrote(): void {
    this.#help.onWritten?.();
  }

  waitsFor(): RouteWait | undefined {
    const first = this.#to.pending.find(({ route }) => route === this);
    return first && { ...WAIT, seq: first.frames.seq };
  }

  prove(): void {
    this.#to.asked += 1;
  }

  close(): void {
    this.closed = true;
  }
}
