import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from './temporary.js';

/** The built command line, started as users start it. */
const CLI = fileURLToPath(new URL('../../src/cli.js', import.meta.url));

/** A test file that is ended before its test is over must not leave them behind. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
process.once('SIGTERM', () => process.exit(143));

export interface LogLine {
  readonly level: string | number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One forwarder process with what it wrote. */
export class ForwarderProcess {
  readonly lines: LogLine[] = [];
  /** What was written that is not a log line. */
  readonly output: string[] = [];
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  #exit: Exit | undefined;

  constructor(args: readonly string[], env: Readonly<Record<string, string>>, prefix: readonly string[]) {
    const [program = '', ...rest] = [...prefix, process.execPath, CLI, ...args];
    this.#child = spawn(program, rest, {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this.#child);
    this.#child.once('exit', () => running.delete(this.#child));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input: stream! }).on('line', (line) => this.#take(line));
    }
    this.exited = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        this.#exit = { code, signal };
        this.#wake();
        resolve(this.#exit);
      });
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The first log line that satisfies `wanted`, now or later. Rejects when the process ends without it. */
  line(wanted: (line: LogLine) => boolean): Promise<LogLine> {
    return this.#until(() => this.lines.find(wanted));
  }

  /** The same for a line that is no log line. */
  lineOfText(part: string): Promise<string> {
    return this.#until(() => this.output.find((line) => line.includes(part)));
  }

  async #until<Line>(look: () => Line | undefined): Promise<Line> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (this.#exit !== undefined) throw new Error(`ended (${this.#exit.code}) before the line came:\n${this.text()}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  said(text: string): Promise<LogLine> {
    return this.line(({ msg }) => msg.includes(text));
  }

  /** Everything it wrote, for a failed assertion. */
  text(): string {
    return [...this.lines.map((line) => JSON.stringify(line)), ...this.output].join('\n');
  }

  #take(line: string): void {
    if (line.startsWith('{"')) this.lines.push(JSON.parse(line) as LogLine);
    else this.output.push(line);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

/** Starts and ends the processes of one test, whatever the test's outcome. */
export class Fleet {
  readonly #dir = temporaryDirectory();
  readonly processes: ForwarderProcess[] = [];
  #configs = 0;

  /**
   * @param config a config file as an object (JSON is YAML) or as text.
   * @param prefix what stands before the command and becomes it.
   */
  start(
    config: object | string,
    env: Readonly<Record<string, string>> = {},
    prefix: readonly string[] = [],
  ): ForwarderProcess {
    return this.run(['--config', this.writeConfig(config)], env, prefix);
  }

  run(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    prefix: readonly string[] = [],
  ): ForwarderProcess {
    const started = new ForwarderProcess(args, env, prefix);
    this.processes.push(started);
    return started;
  }

  /** @returns the path of the written file. */
  writeConfig(config: object | string): string {
    const file = join(this.#dir, `config-${this.#configs++}.yaml`);
    writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config, undefined, 2));
    return file;
  }

  async end(): Promise<void> {
    for (const each of this.processes) each.kill('SIGKILL');
    await Promise.all(this.processes.map(({ exited }) => exited));
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
