import type { Framing } from './contract.js';

export interface FrameSink {
  /** One message is `bytes[start, end)`. The bytes never change afterwards. */
  frame(bytes: Buffer, start: number, end: number, framing: Framing): void;
  flaw(kind: FramingFlaw): void;
}

export type FramingFlaw = 'framing' | 'framingChanges' | 'oversize' | 'incomplete';

type State =
  /** Between two frames; `held` is the beginning of a length, or empty. */
  | { readonly kind: 'boundary' }
  | { readonly kind: 'line' }
  | { readonly kind: 'counted'; readonly missing: number }
  /** In a line that is too long. */
  | { readonly kind: 'skipping' }
  /** After a length that can't be right. */
  | { readonly kind: 'lost' };

const LF = 10;
const NUL = 0;
const SPACE = 32;
const MAX_DIGITS = 10;
const BOUNDARY: State = { kind: 'boundary' };
const LINE: State = { kind: 'line' };
const SKIPPING: State = { kind: 'skipping' };
const LOST: State = { kind: 'lost' };

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;

/**
 * Cuts one byte stream into messages. Every frame is octet-counted if it begins with a number 1-9… and a space, else it ends at
 * the next LF (RFC 6587 §3.4), or at the next NUL where the stream's first line ended with one. Frames inside one chunk are not copied.
 */
export class Framer {
  readonly #sink: FrameSink;
  readonly #maxFrameBytes: number;
  #state: State = BOUNDARY;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #framing: Framing | undefined;
  /** What ends a line; undefined before the first one. */
  #trailer: typeof LF | typeof NUL | undefined;

  constructor(sink: FrameSink, maxFrameBytes: number) {
    this.#sink = sink;
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** @returns false when the stream has become meaningless: nothing more will come of it. */
  push(chunk: Buffer): boolean {
    let bytes = chunk;
    let at = 0;
    if (this.#state.kind === 'boundary') bytes = this.#heldBytes === 0 ? chunk : this.#release(chunk, chunk.length);
    else at = this.#resume(chunk);
    while (at < bytes.length) at = this.#next(bytes, at);
    return this.#state !== LOST;
  }

  /** The stream is over. */
  end(): void {
    const inside = this.#heldBytes > 0 || this.#state.kind === 'counted';
    if (inside && this.#state !== LOST) this.#sink.flaw('incomplete');
    this.#state = LOST;
    this.#held = [];
    this.#heldBytes = 0;
  }

  /** Begins a frame at `at`. Returns where the next one begins. */
  #next(bytes: Buffer, at: number): number {
    const first = bytes[at] ?? 0;
    if (first >= 49 && first <= 57) {
      let length = 0;
      let p = at;
      for (; p - at < MAX_DIGITS && isDigit(bytes[p]); p++) length = length * 10 + (bytes[p] ?? 0) - 48;
      if (p === bytes.length && p - at < MAX_DIGITS) return this.#hold(bytes, at, BOUNDARY);
      if (bytes[p] === SPACE) return this.#counted(bytes, p + 1, length);
    }
    return this.#line(bytes, at);
  }

  #line(bytes: Buffer, at: number): number {
    const end = this.#endOfLine(bytes, at);
    if (end >= 0) {
      this.#emit(bytes, at, end, this.#lineFraming);
      return end + 1;
    }
    if (bytes.length - at <= this.#maxFrameBytes) return this.#hold(bytes, at, LINE);
    return this.#skip(bytes.length);
  }

  #endOfLine(bytes: Buffer, from: number): number {
    if (this.#trailer !== undefined) return bytes.indexOf(this.#trailer, from);
    const [lf, nul] = [bytes.indexOf(LF, from), bytes.indexOf(NUL, from)];
    if (lf < 0 && nul < 0) return -1;
    this.#trailer = nul < 0 || (lf >= 0 && lf < nul) ? LF : NUL;
    return this.#trailer === LF ? lf : nul;
  }

  get #lineFraming(): Framing {
    return this.#trailer === NUL ? 'nul' : 'lf';
  }

  #counted(bytes: Buffer, at: number, length: number): number {
    if (length > this.#maxFrameBytes) {
      this.#sink.flaw('framing');
      this.#state = LOST;
      return bytes.length;
    }
    const end = at + length;
    if (end > bytes.length) return this.#hold(bytes, at, { kind: 'counted', missing: end - bytes.length });
    this.#emit(bytes, at, end, 'octet-counting');
    return end;
  }

  /** Goes on with what an earlier chunk began. Returns where the next frame begins. */
  #resume(chunk: Buffer): number {
    const state = this.#state;
    if (state.kind === 'counted') return this.#resumeCounted(chunk, state.missing);
    if (state.kind === 'lost') return chunk.length;
    const end = this.#endOfLine(chunk, 0);
    if (end < 0) {
      if (state.kind === 'skipping') return chunk.length;
      if (this.#heldBytes + chunk.length > this.#maxFrameBytes) return this.#skip(chunk.length);
      return this.#hold(chunk, 0, LINE);
    }
    if (state.kind === 'line') {
      const line = this.#release(chunk, end);
      this.#emit(line, 0, line.length, this.#lineFraming);
    }
    this.#state = BOUNDARY;
    return end + 1;
  }

  #resumeCounted(chunk: Buffer, missing: number): number {
    if (chunk.length < missing) return this.#hold(chunk, 0, { kind: 'counted', missing: missing - chunk.length });
    const message = this.#release(chunk, missing);
    this.#emit(message, 0, message.length, 'octet-counting');
    return missing;
  }

  #emit(bytes: Buffer, start: number, end: number, framing: Framing): void {
    if (end - start > this.#maxFrameBytes) {
      // Nothing else is said of it, as of one that is skipped before its end is seen.
      this.#sink.flaw('oversize');
      return;
    }
    if (framing !== this.#framing) {
      if (this.#framing !== undefined) this.#sink.flaw('framingChanges');
      this.#framing = framing;
    }
    this.#sink.frame(bytes, start, end, framing);
  }

  #skip(next: number): number {
    this.#sink.flaw('oversize');
    this.#held = [];
    this.#heldBytes = 0;
    this.#state = SKIPPING;
    return next;
  }

  #hold(bytes: Buffer, from: number, state: State): number {
    this.#held.push(bytes.subarray(from));
    this.#heldBytes += bytes.length - from;
    this.#state = state;
    return bytes.length;
  }

  /** What was held and the first `count` bytes of the chunk, in one piece. */
  #release(chunk: Buffer, count: number): Buffer {
    const whole = Buffer.concat([...this.#held, chunk.subarray(0, count)]);
    this.#held = [];
    this.#heldBytes = 0;
    this.#state = BOUNDARY;
    return whole;
  }
}
