import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ConfigChange, Ends } from './ends.js';
import { parseMetrics, type Metrics } from './metrics.js';
import { formatterThreads, readCoordinatorProbe, type CoordinatorProbe } from './probe-file.js';
import { memoryOf, minus, processCpu, threadsCpu, total, type Cpu, type Memory } from './proc.js';

const CLI = fileURLToPath(new URL('../../src/cli.js', import.meta.url));
const PROBE = new URL('../probe.js', import.meta.url);
const KEPT_OUTPUT = 20_000;
const LOOK_MS = 20;

/** Where the process's CPU time has gone, at one moment. */
export interface CpuSample {
  readonly process: Cpu;
  readonly threads: ReadonlyMap<number, Cpu>;
  readonly probe: CoordinatorProbe;
}

/** CPU seconds between two moments, by thread. */
export interface CpuUse {
  readonly user: number;
  readonly system: number;
  readonly coordinator: number;
  /** Of {@link coordinator}: its own garbage collections. They are known by the wall clock; of that the share in which the busy thread really ran. */
  readonly coordinatorGc: number;
  readonly formatters: number;
  /** The same by thread, the busiest first. */
  readonly eachFormatter: readonly number[];
  /** Node's and V8's helpers: concurrent garbage collection, compilation, file reads. */
  readonly rest: number;
}

/** The built command line as a child process, started as users start it. */
export class Forwarder {
  readonly consumerGroup: string;
  readonly #child: ChildProcess;
  readonly #probeDir: string;
  #output = '';
  #admin: string | undefined;

  /**
   * @param probed false for start-up times: the probe takes its own share of them.
   * @param change of the config.
   */
  constructor(ends: Ends, probed = true, change: ConfigChange = {}) {
    const { file, consumerGroup } = ends.config(change);
    this.consumerGroup = consumerGroup;
    this.#probeDir = mkdtempSync(join(ends.dir, 'probe-'));
    const probe = probed ? ['--import', PROBE.href] : [];
    this.#child = spawn(process.execPath, [...probe, CLI, '--config', file], {
      env: { ...process.env, BENCH_PROBE_DIR: this.#probeDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => this.#hear(chunk.toString()));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get memory(): Memory {
    return memoryOf(this.pid);
  }

  /** What it says about itself at /metrics, as soon as it has said where that is. */
  async metrics(): Promise<Metrics> {
    while (this.#admin === undefined) await this.during(pause(LOOK_MS));
    const response = await fetch(`${this.#admin}/metrics`);
    return parseMetrics(await response.text());
  }

  sample(): CpuSample {
    return {
      process: processCpu(this.pid),
      threads: threadsCpu(this.pid),
      probe: readCoordinatorProbe(this.#probeDir),
    };
  }

  use(before: CpuSample, after: CpuSample): CpuUse {
    const { user, system } = minus(after.process, before.process);
    const none = { user: 0, system: 0 };
    const ofThread = (id: number): number =>
      total(minus(after.threads.get(id) ?? none, before.threads.get(id) ?? none));
    const coordinator = ofThread(this.pid);
    const eachFormatter = formatterThreads(this.#probeDir)
      .map(ofThread)
      .sort((one, other) => other - one);
    const formatters = eachFormatter.reduce((sum, each) => sum + each, 0);
    const [gcMs, busyMs] = [after.probe.gcMs - before.probe.gcMs, after.probe.busyMs - before.probe.busyMs];
    const coordinatorGc = Math.min(gcMs / 1000, (gcMs / busyMs) * coordinator);
    const rest = user + system - coordinator - formatters;
    return { user, system, coordinator, coordinatorGc, formatters, eachFormatter, rest };
  }

  /** Waits for something that can't happen any more once the process has ended. @throws Error with the process's output then. */
  async during<Result>(awaited: Promise<Result>): Promise<Result> {
    const over = new AbortController();
    const ended = once(this.#child, 'close', { signal: over.signal }).then(
      () => {
        throw new Error(`the forwarder ended too early:\n${this.#output}`);
      },
      () => awaited,
    );
    try {
      return await Promise.race([awaited, ended]);
    } finally {
      over.abort();
    }
  }

  /** SIGTERM, and then until everything in flight is delivered and committed. @throws Error with its output unless it exits with 0. */
  async stop(): Promise<void> {
    const gone = once(this.#child, 'close') as Promise<[number | null]>;
    if (this.#child.exitCode === null) this.#child.kill('SIGTERM');
    const [code] = await gone;
    if (code !== 0) throw new Error(`the forwarder exited with ${code}:\n${this.#output}`);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #hear(text: string): void {
    this.#output = (this.#output + text).slice(-KEPT_OUTPUT);
    this.#admin ??= /metrics and health at (http:[^\s"]+)/.exec(this.#output)?.[1];
  }
}

const PRIMING_LOOK_MS = 250;

/**
 * Lets a forwarder read every shard once and a little further. The replies it asks for on its way, also the short ones of its beginning, are made
 * by the emulator at the first request and kept; the next forwarder asks for the same.
 */
export async function primeReplies(ends: Ends): Promise<void> {
  const forwarder = new Forwarder(ends, false);
  const allRead = async (): Promise<void> => {
    for (let least = 0; least <= ends.preparedPerShard;) {
      await pause(PRIMING_LOOK_MS);
      const { shards } = await ends.stats();
      least = shards.length < ends.shards ? 0 : Math.min(...shards.map(({ received }) => received));
    }
  };
  try {
    await forwarder.during(allRead());
    await forwarder.stop();
  } finally {
    forwarder.kill();
  }
}
