import { constants, openSync, writeSync } from 'node:fs';
import { printable } from '../errors/printable.js';
import { writeFault } from '../errors/file-fault.js';
import { sleep, type Clock } from '../flow/clock.js';
import type { Snapshot } from '../model/snapshot.js';
import type { TextStream } from './screen.js';

/** Where lines go in the end. */
export interface Outlet extends Omit<TextStream, 'write'> {
  /** Takes some of the bytes, at once. @returns how many. @throws Node's own error, EAGAIN where nobody reads. */
  put(bytes: Uint8Array): number;
}

/** So much waits for a reader that is slow; what comes then is lost. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** How often a reader that is slow is asked again. */
const AGAIN_MS = 50;
/** How long the end of the program waits for it. */
const FLUSH_MS = 1000;
const LINE_FEED = 10;
const NEW_LINE = Buffer.from('\n');

/**
 * The log's way out of the process. It takes every line at once and never throws: whatever the disk, the pipe or the terminal does, delivery goes
 * on and the process can end. A line that can't be written is lost and counted, and the next one that can is preceded by how many were.
 */
export class LogOutput implements TextStream {
  readonly #outlet: Outlet;
  readonly #clock: Clock;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #isEmpty = new AbortController();
  #lost = 0;
  #untold = 0;
  #fault: string | undefined;
  #why = '';
  /** The last byte that went out was not the end of a line. */
  #isMidLine = false;
  /** … and the rest of that line is lost. */
  #isCut = false;
  #cancel: (() => void) | undefined;
  /** Told when lines can be written again, after some were lost. */
  onLost: (lines: number, why: string) => void = () => undefined;

  constructor(outlet: Outlet, clock: Clock) {
    this.#outlet = outlet;
    this.#clock = clock;
  }

  get isTTY(): boolean {
    return this.#outlet.isTTY === true;
  }

  get columns(): number {
    return this.#outlet.columns ?? 0;
  }

  hasColors(): boolean {
    return this.#outlet.hasColors?.() === true;
  }

  snapshot(): Snapshot['log'] {
    return { lostLines: this.#lost, fault: this.#fault };
  }

  /** @param text whole lines, or a status line, which may be lost without being counted. */
  write(text: string): boolean {
    const bytes = Buffer.from(text);
    if (this.#waitingBytes + bytes.length > MAX_WAITING_BYTES) this.#lose(bytes, 'nobody reads it');
    else {
      this.#waiting.push(bytes);
      this.#waitingBytes += bytes.length;
      if (this.#cancel === undefined) this.#empty();
    }
    return this.#waiting.length === 0;
  }

  /** Resolves when everything is handed over, or after a second, or when the signal aborts; what is left then is lost. */
  async flush(signal?: AbortSignal): Promise<void> {
    if (this.#waiting.length > 0) {
      this.#isEmpty = new AbortController();
      await sleep(
        this.#clock,
        FLUSH_MS,
        AbortSignal.any([this.#isEmpty.signal, ...(signal === undefined ? [] : [signal])]),
      );
    }
    this.#cancel?.();
    for (const bytes of this.#waiting.splice(0)) this.#lose(bytes, 'nobody reads it');
    this.#waitingBytes = 0;
  }

  #empty(): void {
    this.#cancel = undefined;
    for (let bytes = this.#waiting[0]; bytes !== undefined; bytes = this.#waiting[0]) {
      const taken = this.#put(bytes);
      if (taken === undefined) {
        this.#cancel = this.#clock.timer(AGAIN_MS, () => this.#empty());
        return;
      }
      this.#waitingBytes -= taken;
      if (taken < bytes.length) this.#waiting[0] = bytes.subarray(taken);
      else this.#waiting.shift();
    }
    this.#isEmpty.abort();
    this.#tell();
  }

  /** @returns bytes that are done with, undefined while nobody reads. */
  #put(bytes: Buffer): number | undefined {
    try {
      if (this.#isCut && this.#outlet.put(NEW_LINE) > 0) this.#isCut = false;
      const taken = this.#outlet.put(bytes);
      if (taken > 0) this.#isMidLine = bytes[taken - 1] !== LINE_FEED;
      this.#fault = undefined;
      return taken > 0 ? taken : undefined;
    } catch (thrown) {
      if (isBusy(thrown)) return undefined;
      // What follows half a line begins on a line of its own.
      this.#isCut = this.#isMidLine;
      this.#lose(bytes, writeFault(thrown));
      return bytes.length;
    }
  }

  #lose(bytes: Buffer, why: string): void {
    const lines = bytes.reduce((count, byte) => count + (byte === LINE_FEED ? 1 : 0), 0);
    this.#lost += lines;
    this.#untold += lines;
    this.#fault = why;
    this.#why = why;
  }

  #tell(): void {
    if (this.#untold === 0 || this.#fault !== undefined) return;
    const lines = this.#untold;
    this.#untold = 0;
    this.onLost(lines, this.#why);
  }
}

function isBusy(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && (thrown.code === 'EAGAIN' || thrown.code === 'EINTR');
}

/**
 * Standard output. Node makes a pipe non-blocking as soon as its stream is asked for, so that one nobody reads answers EAGAIN; a terminal, which can be
 * stopped with Ctrl-S, is opened a second time for that.
 */
export function standardOutput(): Outlet {
  const { stdout } = process;
  const fd = stdout.isTTY ? terminal() : STDOUT;
  return {
    isTTY: stdout.isTTY,
    get columns() {
      return stdout.columns;
    },
    hasColors: () => stdout.isTTY && stdout.hasColors(),
    put: (bytes) => writeSync(fd, bytes),
  };
}

const STDOUT = 1;

/** One line on standard error, or none where that can't be written. It never throws, and never waits: asking for the stream has made a pipe non-blocking. */
export function sayError(line: string): void {
  try {
    writeSync(process.stderr.fd, `forwarder: ${printable(line)}\n`);
  } catch {
    // There is nobody left to tell.
  }
}

function terminal(): number {
  try {
    return openSync('/proc/self/fd/1', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return STDOUT;
  }
}
