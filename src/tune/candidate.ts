import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ForwarderError } from '../errors/forwarder-error.js';
import { deadline, type Clock } from '../flow/clock.js';
import { readingOf, type RunReading } from './reading.js';

interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly url?: string;
}

/** A stop that takes longer than the forwarder's own limit is not one. */
const STOP_MS = 40_000;
const SCRAPE_MS = 5_000;

/** One forwarder with one config: a child process of the built program, started as users start it. */
export class Candidate {
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #admin: Promise<string>;
  readonly #ended: Promise<void>;
  /** The last thing it complained of. */
  #complaint = '';

  constructor(configFile: string, clock: Clock) {
    this.#clock = clock;
    this.#child = fork(new URL('../cli/candidate-process.js', import.meta.url), ['--config', configFile], {
      execArgv: [],
      // A session of its own: Ctrl-C in a terminal would reach it too, and our SIGTERM then be a second signal, which abandons what is in flight.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#ended = once(this.#child, 'close').then(() => undefined);
    this.#admin = this.#readOutput();
    // Whoever waits for it learns of it.
    this.#admin.catch(() => undefined);
  }

  /** @throws ForwarderError when the process has ended or does not answer */
  async read(): Promise<RunReading> {
    const url = await this.#admin;
    try {
      const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(SCRAPE_MS) });
      return readingOf(await response.text());
    } catch (cause) {
      throw this.failed('the forwarder under test does not answer', cause);
    }
  }

  /** Lets it deliver and commit what is in flight, unless it has ended already. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM');
    const limit = deadline(this.#clock, STOP_MS);
    limit.signal.addEventListener('abort', () => this.#child.kill('SIGKILL'), { once: true });
    await this.#ended;
    limit.clear();
  }

  #readOutput(): Promise<string> {
    return new Promise((resolve, reject) => {
      for (const stream of [this.#child.stdout, this.#child.stderr]) {
        if (stream === null) continue;
        createInterface({ input: stream }).on('line', (text) => {
          const { level, msg, url } = lineOf(text);
          if (level === 'error' || level === 'warn') this.#complaint = msg;
          if (url !== undefined) resolve(url);
        });
      }
      void this.#ended.then(() => reject(this.failed('the forwarder under test ended')));
    });
  }

  /** @param what is wrong with it; what it complained of last may be why. */
  failed(what: string, cause?: unknown): ForwarderError {
    const last = this.#complaint === '' ? '' : `; it last said: ${this.#complaint}`;
    return new ForwarderError('ABANDONED', `${what}${last}`, { cause });
  }
}

/** Before its log is open it complains in plain text. */
function lineOf(text: string): LogLine {
  if (!text.startsWith('{')) return { level: 'error', msg: text.replace(/^forwarder: /, '') };
  return JSON.parse(text) as LogLine;
}
