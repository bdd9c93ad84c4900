/** A stream of text; standard output is one. */
export interface TextStream {
  write(text: string, done?: () => void): boolean;
  readonly isTTY?: boolean;
  readonly columns?: number;
  hasColors?(): boolean;
}

const ERASE = '\r\u001b[K';

/** A terminal whose last line is redrawn in place while ordinary lines scroll above it. */
export class Screen {
  readonly #stream: TextStream;
  #status = '';

  constructor(stream: TextStream) {
    this.#stream = stream;
  }

  /** @param lines whole lines, line end included */
  print(lines: string): void {
    this.#stream.write(this.#status === '' ? lines : `${ERASE}${lines}${this.#status}`);
  }

  /** Replaces the status line; an empty one removes it. A line that would wrap could not be erased, so it is cut. */
  status(line: string): void {
    // Some pseudo terminals say 0.
    const columns = this.#stream.columns ?? 0;
    this.#status = line.slice(0, (columns === 0 ? 80 : columns) - 1);
    this.#stream.write(ERASE + this.#status);
  }
}
