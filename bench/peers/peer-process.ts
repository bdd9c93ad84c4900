import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { LOGSTORE, PROJECT, type Ends } from '../whole/ends.js';
import type { Running } from './running.js';

const KEPT_OUTPUT = 4_000;
/** Longer than an SDK takes to give up its shards one after the other: Python's waits half a second for each. */
const STOP_MS = 30_000;

let groups = 0;

/** Somebody else's consumer at work, with a consumer group that nobody has used. It reads its environment, and ends when its standard input does. */
export class PeerProcess implements Running {
  readonly consumerGroup = `peer-${groups++}`;
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #output = '';

  /**
   * @param command the program and its arguments
   * @param url of the receiver
   */
  constructor([program, ...args]: readonly [string, ...string[]], ends: Ends, url: string) {
    const { hostname, port } = new URL(url);
    this.#child = spawn(program, args, {
      env: {
        ...{ PATH: process.env['PATH'], HTTP_PROXY: ends.source.ready, NO_PROXY: '' },
        ...{ PROJECT, LOGSTORE, GROUP: this.consumerGroup, SYSLOG_HOST: hostname, SYSLOG_PORT: port },
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-KEPT_OUTPUT)));
    this.#closed = once(this.#child, 'close');
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  during<Result>(awaited: Promise<Result>): Promise<Result> {
    const early = this.#closed.then(() => {
      throw new Error(`the consumer ended too early:\n${this.#output}`);
    });
    return Promise.race([awaited, early]);
  }

  async stop(): Promise<void> {
    const force = setTimeout(() => this.kill(), STOP_MS);
    this.#child.stdin?.end();
    await this.#closed;
    clearTimeout(force);
    if (this.#child.exitCode !== 0) throw new Error(`the consumer did not end by itself:\n${this.#output}`);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
