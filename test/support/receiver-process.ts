import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SequenceTracker, sumUp } from '../../src/emulator/receiver/sequence.js';
import { Arrivals } from './arrivals.js';
import type { KeyPair } from './certs.js';
import { temporaryDirectory } from './temporary.js';
import type { Sink, Tally } from './tally.js';

const SCRIPT = fileURLToPath(new URL('./receiver-child.js', import.meta.url));
const RECORD_BYTES = 12;

/** What the child is told. */
export interface ReceiverSettings {
  readonly host: string;
  readonly port: number;
  /** Shard, number and size of every message it processed, as three unsigned 32-bit numbers. */
  readonly file: string;
  /** Of each connection; as fast as it can when left out. */
  readonly bytesPerSecond?: number;
  readonly tls?: KeyPair;
}

/**
 * `stall`: reads nothing · `read`: reads on · `reset`: RST on all connections · `close`: closes them as they are, which with unread data is a RST too ·
 * `end`: FIN on all of them; it goes on to read, unless it is stalled.
 */
export type ReceiverCommand = 'stall' | 'read' | 'reset' | 'close' | 'end';

export interface ReceiverStart extends Omit<ReceiverSettings, 'host' | 'port' | 'file'> {
  readonly host?: string;
  /** Network namespace to listen in. */
  readonly namespace?: string;
}

/** A receiver in processes of its own, one after the other on the same port; what they processed is kept in a file. */
export class ReceiverProcess implements Sink {
  readonly arrivals = new Arrivals();
  readonly #start: ReceiverStart;
  readonly #file = join(temporaryDirectory('chaos'), 'processed');
  readonly #sequence = new SequenceTracker();
  readonly #all: SequenceTracker | undefined;
  #life = new SequenceTracker();
  #reorderedBefore = 0;
  #child: ChildProcess | undefined;
  #port = 0;
  #read = 0;
  #bytes = 0;

  /** @param all counts what this one and others processed together. */
  constructor(start: ReceiverStart = {}, all?: SequenceTracker) {
    this.#start = start;
    this.#all = all;
    writeFileSync(this.#file, '');
  }

  get url(): string {
    const { tls, host = '127.0.0.1' } = this.#start;
    return `${tls === undefined ? 'tcp' : 'tls'}://${host}:${this.#port}`;
  }

  /** The same for all of its processes; 0 before the first. */
  get port(): number {
    return this.#port;
  }

  /** @param change what is different from the process before. */
  async start(change: Partial<ReceiverStart> = {}): Promise<void> {
    const { namespace, host = '127.0.0.1', ...rest } = { ...this.#start, ...change };
    const settings: ReceiverSettings = { ...rest, host, port: this.#port, file: this.#file };
    const command = [process.execPath, SCRIPT, JSON.stringify(settings)];
    const [program = '', ...args] = namespace === undefined ? command : ['ip', 'netns', 'exec', namespace, ...command];
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child = child;
    const [port] = (await once(child, 'message')) as [number];
    this.#port = port;
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Resolves when it is done. */
  async tell(command: ReceiverCommand): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const done = once(child, 'message');
    child.send(command);
    await done;
  }

  stop(): Promise<void> {
    return this.kill();
  }

  /** What comes from now on has an order of its own: its sender begins anew, and what it sends again may have gone elsewhere before. */
  beginLife(): void {
    this.#reorderedBefore += sumUp(this.#life.shards()).reordered;
    this.#life = new SequenceTracker();
  }

  tally(): Promise<Tally> {
    const file = openSync(this.#file, 'r');
    const buffer = Buffer.alloc(RECORD_BYTES * 65_536);
    for (;;) {
      const length = readSync(file, buffer, 0, buffer.length, this.#read);
      const whole = length - (length % RECORD_BYTES);
      for (let at = 0; at < whole; at += RECORD_BYTES) {
        const [shard, n] = [buffer.readUInt32LE(at), buffer.readUInt32LE(at + 4)];
        this.#sequence.add(shard, n);
        this.#life.add(shard, n);
        this.#all?.add(shard, n);
        this.arrivals.add(shard, n);
        this.#bytes += buffer.readUInt32LE(at + 8);
      }
      this.#read += whole;
      if (whole === 0) break;
    }
    closeSync(file);
    const shards = this.#sequence.shards();
    const reordered = this.#reorderedBefore + sumUp(this.#life.shards()).reordered;
    return Promise.resolve({ ...sumUp(shards), reordered, bytes: this.#bytes, shards });
  }
}
