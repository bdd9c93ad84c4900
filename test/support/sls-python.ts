import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** `["init", shard]`, `["logs", shard, emu_seq[]]` or `["gone", shard]`. */
export type ConsumerEvent = readonly ['init' | 'gone', number] | readonly ['logs', number, readonly string[]];

const ROOT = packageRoot(dirname(fileURLToPath(import.meta.url)));
const SCRIPTS = join(ROOT, 'test/peers/python');

/** The nearest folder above with a package.json: compiled tests live some way below it. */
function packageRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : packageRoot(dirname(folder));
}

/**
 * A Python with the SDK: made in the ignored cache folder the first time, which needs python3 with venv, and a package index.
 * Made anew when the requirements change.
 */
function python(): string {
  const home = join(ROOT, '.cache/peers/python');
  const stamp = join(home, 'requirements.txt');
  const wanted = readFileSync(join(SCRIPTS, 'requirements.txt'), 'utf8');
  const interpreter = join(home, 'bin/python');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return interpreter;
  rmSync(home, { recursive: true, force: true });
  mkdirSync(dirname(home), { recursive: true });
  execFileSync('python3', ['-m', 'venv', home], { stdio: 'inherit' });
  const install = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '-r',
    join(SCRIPTS, 'requirements.txt'),
  ];
  execFileSync(interpreter, install, { stdio: 'inherit' });
  writeFileSync(stamp, wanted);
  return interpreter;
}

/** The SDK's consumer in a process of its own, reading from an emulator. */
export class PythonConsumer {
  readonly events: ConsumerEvent[] = [];
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  #complaints = '';

  constructor(port: number, env: Readonly<Record<string, string>>) {
    this.#child = spawn(python(), [join(SCRIPTS, 'consume.py')], {
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
