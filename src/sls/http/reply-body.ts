/** What is gathered is joined in the end: then it is there twice. */
const COPIES = 2;

/** The body of one reply on its way in: straight into its final buffer when its length is known, gathered and joined when not. */
export class ReplyBody {
  readonly #allocate: (size: number) => ArrayBuffer;
  readonly #limit: number;
  readonly #held: (bytes: number) => void;
  #target: Uint8Array | undefined;
  #chunks: Uint8Array[] = [];
  #length = 0;

  /**
   * @param expected bytes to come (Content-Length), undefined if the reply does not say; at most `limit`.
   * @param limit most bytes to accept.
   * @param allocate gives a buffer of at least the size asked for; called once, and not at all for an empty body.
   * @param held told how much memory the body takes.
   */
  constructor(
    expected: number | undefined,
    limit: number,
    allocate: (size: number) => ArrayBuffer,
    held: (bytes: number) => void = () => undefined,
  ) {
    this.#allocate = allocate;
    this.#limit = expected ?? limit;
    this.#held = held;
    if (expected === undefined || expected === 0) return;
    held(expected);
    this.#target = new Uint8Array(allocate(expected));
  }

  get length(): number {
    return this.#length;
  }

  /** @returns false when there is more than the limit; then the chunk was not taken. */
  add(chunk: Uint8Array): boolean {
    if (this.#length + chunk.length > this.#limit) return false;
    if (this.#target !== undefined) this.#target.set(chunk, this.#length);
    else {
      this.#chunks.push(chunk);
      this.#held(COPIES * (this.#length + chunk.length));
    }
    this.#length += chunk.length;
    return true;
  }

  /** The buffer that holds the body in its first {@link length} bytes. */
  finish(): ArrayBuffer {
    if (this.#target === undefined) this.#join();
    return (this.#target?.buffer ?? new ArrayBuffer(0)) as ArrayBuffer;
  }

  #join(): void {
    if (this.#length === 0) return;
    this.#target = new Uint8Array(this.#allocate(this.#length));
    let at = 0;
    for (const chunk of this.#chunks) {
      this.#target.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [];
  }
}
