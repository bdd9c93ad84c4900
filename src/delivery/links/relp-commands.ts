import { txnrOf } from './relp-frames.js';

/** Commands without an answer at one time, at most. Throughput is this divided by the round trip. */
const WINDOW = 4096;

interface Slice {
  /** Its first event is the `first`-th command of the session. */
  readonly first: number;
  /** Bytes of the session before it. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** Where each event ends, counted from `start` bytes before the first. */
  readonly ends: Uint32Array;
  readonly start: number;
}

/**
 * The commands of one RELP session: how many were sent, how many are answered, and what those without an answer hold. Answers come in the order of
 * the commands.
 */
export class RelpCommands {
  /** What has commands without an answer. */
  readonly #slices: Slice[] = [];
  #sent = 0;
  #answers = 0;
  #answeredBytes = 0;
  /** Commands that may be without an answer now. A session begins with one at a time: the one at which the receiver hangs up is known then. */
  #window = 1;

  /** Answers so far. */
  get answers(): number {
    return this.#answers;
  }

  /** Commands without an answer. */
  get outstanding(): number {
    return this.#sent - this.#answers;
  }

  /** Bytes of messages answered, from the first of the session on. */
  get answeredBytes(): number {
    return this.#answeredBytes;
  }

  /** Another slice of {@link sliceEvents} may be sent. */
  get hasRoom(): boolean {
    return this.outstanding + this.sliceEvents <= this.#window;
  }

  get sliceEvents(): number {
    return Math.ceil(this.#window / 4);
  }

  /** Number of the next answer. */
  get nextAnswer(): number {
    return txnrOf(this.#answers + 1);
  }

  /** A command of the session itself is sent. @returns its number. */
  send(): number {
    this.#sent += 1;
    return txnrOf(this.#sent);
  }

  /**
   * Messages are sent.
   * @param offset bytes of messages before them.
   * @returns number of the first.
   */
  sendSlice(offset: number, bytes: Uint8Array, ends: Uint32Array, start: number): number {
    const first = this.#sent + 1;
    // A copy: answers may come when the batch was given up and its memory is another's.
    this.#slices.push({ first, offset, bytes, ends: ends.slice(), start });
    this.#sent += ends.length;
    return txnrOf(first);
  }

  /** The session is open. */
  opened(): void {
    this.#answers += 1;
  }

  /** So many more messages are answered. */
  answered(count: number): void {
    this.#answers += count;
    this.#window = Math.min(WINDOW, this.#window + count);
    for (let slice = this.#slices[0]; slice !== undefined; slice = this.#slices[0]) {
      const { first, offset, ends, start } = slice;
      const answered = this.#answers - first + 1;
      if (answered > 0) this.#answeredBytes = offset + (ends[Math.min(answered, ends.length) - 1] ?? 0) - start;
      if (answered < ends.length) return;
      this.#slices.shift();
    }
  }

  /** The frame of the oldest message without an answer. */
  get unanswered(): Uint8Array | undefined {
    const [slice] = this.#slices;
    if (slice === undefined) return undefined;
    const { first, bytes, ends, start } = slice;
    const index = this.#answers + 1 - first;
    return index < 0
      ? undefined
      : bytes.subarray(index === 0 ? 0 : (ends[index - 1] ?? 0) - start, (ends[index] ?? 0) - start);
  }
}
