import { watch, writeFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';

const LF = 10;

/** A file that another process appends lines to. */
export class LineFile {
  readonly path: string;
  #read = 0;
  #count = 0;

  /** Makes it, empty. */
  constructor(path: string) {
    this.path = path;
    writeFileSync(path, '');
  }

  async lines(): Promise<string[]> {
    return (await readFile(this.path, 'utf8')).split('\n').slice(0, -1);
  }

  /** Resolves when the file has so many lines, or more; rejects after `timeoutMs`. */
  async untilLines(count: number, timeoutMs: number): Promise<void> {
    const { promise: late, reject } = withReject();
    const timer = setTimeout(() => reject(this.#missing(count, timeoutMs)), timeoutMs);
    let grown: () => void = () => undefined;
    const watcher = watch(this.path, () => grown());
    try {
      for (;;) {
        const more = new Promise<void>((resolve) => (grown = resolve));
        if ((await this.#countNew()) >= count) return;
        await Promise.race([more, late]);
      }
    } finally {
      clearTimeout(timer);
      watcher.close();
    }
  }

  #missing(count: number, timeoutMs: number): Error {
    return new Error(`${this.#count} lines instead of ${count} in ${this.path} after ${timeoutMs} ms`);
  }

  async #countNew(): Promise<number> {
    const file = await open(this.path);
    try {
      for await (const chunk of file.createReadStream({ start: this.#read, highWaterMark: 1 << 20 })) {
        const bytes = chunk as Buffer;
        this.#read += bytes.length;
        for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) this.#count++;
      }
    } finally {
      await file.close();
    }
    return this.#count;
  }
}

function withReject(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<never>((_, rejecting) => (reject = rejecting));
  promise.catch(() => undefined);
  return { promise, reject };
}
