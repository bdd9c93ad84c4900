import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** `["init", shard]`, `["logs", shard, emu_seq[]]` or `["gone", shard]`. */
export type ConsumerEvent = readonly ['init' | 'gone', number] | readonly ['logs', number, readonly string[]];

export type Command = readonly [program: string, ...args: string[]];

/** A consumer of an official SDK in a process of its own, reading from an emulator. */
export class SdkConsumer {
  readonly events: ConsumerEvent[] = [];
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  #complaints = '';

  /** @param command the program with its arguments; what it says and does is described in `test/peers/python/consume.py`. */
  constructor([program, ...args]: Command, port: number, env: Readonly<Record<string, string>>) {
    this.#child = spawn(program, args, {
      env: { PATH: process.env['PATH'], HTTP_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: '', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.exited = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        resolve(code);
        this.#wake();
      });
    });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.events.push(JSON.parse(line) as ConsumerEvent);
      this.#wake();
    });
    this.#child.stderr!.on('data', (chunk: Buffer) => (this.#complaints += chunk.toString()));
  }

  /** Every emu_seq it has processed, as it came. */
  get sequences(): string[] {
    return this.events.flatMap((event) => (event[0] === 'logs' ? event[2] : []));
  }

  /** Shards it has begun and not given up. */
  get shards(): number[] {
    const held = new Set<number>();
    for (const [kind, shard] of this.events) {
      if (kind === 'init') held.add(shard);
      if (kind === 'gone') held.delete(shard);
    }
    return [...held].sort((a, b) => a - b);
  }

  /** Resolves when the events so far satisfy this; rejects when the process ends first. */
  async until(satisfied: () => boolean): Promise<void> {
    while (!satisfied()) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(`the consumer ended: ${this.#complaints.slice(-2000)}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Orderly: it gives its shards back first. */
  stop(): Promise<number | null> {
    this.#child.stdin!.end();
    return this.exited;
  }

  kill(): Promise<number | null> {
    this.#child.kill('SIGKILL');
    return this.exited;
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
