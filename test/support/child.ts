import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const STOP_MS = 10_000;
const LISTEN_MS = 15_000;
const RETRY_MS = 25;
const KEPT_OUTPUT = 8_192;

/** A test that fails before it stops its child must not leave it behind. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
process.once('SIGTERM', () => process.exit(143));

/** A program that a test starts and ends. */
export class Child {
  readonly #process: ChildProcess;
  readonly #name: string;
  #output = '';

  /** Rejects with what `absent` says if there is no such program. */
  static async start(command: string, args: readonly string[], absent: string): Promise<Child> {
    const started = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    try {
      await once(started, 'spawn');
    } catch (cause) {
      throw new Error(absent, { cause });
    }
    return new Child(command, started);
  }

  private constructor(name: string, started: ChildProcess) {
    this.#name = name;
    this.#process = started;
    const keep = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-KEPT_OUTPUT);
    };
    started.stdout?.on('data', keep);
    started.stderr?.on('data', keep);
    running.add(started);
    started.once('exit', () => running.delete(started));
  }

  get over(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** Resolves as soon as the port of this child takes connections. */
  async listening(port: number): Promise<void> {
    const deadline = Date.now() + LISTEN_MS;
    while (!(await takesConnections(port))) {
      if (this.over) throw new Error(`${this.#name} ended instead of listening: ${this.#output}`);
      if (Date.now() > deadline) throw new Error(`${this.#name} does not listen on port ${port}: ${this.#output}`);
      await delay(RETRY_MS);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Ends it; by force if it does not end by itself. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.over) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill(signal);
    const force = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS);
    await exit;
    clearTimeout(force);
  }
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** A port of 127.0.0.1 that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
