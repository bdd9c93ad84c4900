import { printable } from '../errors/printable.js';

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

  /** The longest status line: a longer one could wrap, and could then not be erased. */
  get columns(): number {
    // Some pseudo terminals say 0.
    const columns = this.#stream.columns ?? 0;
    return (columns === 0 ? 80 : columns) - 1;
  }

  /** Replaces the status line; an empty one removes it, a longer one than {@link columns} is cut. */
  status(line: string): void {
    this.#status = printable(line).slice(0, this.columns);
    this.#stream.write(ERASE + this.#status);
  }
}
