import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startReceiver } from '../../src/emulator/receiver-handle.js';
import type { ReceiverHandle, ReceiverOptions } from '../../src/emulator/receiver/contract.js';
import type { SequenceTracker } from '../../src/emulator/receiver/sequence.js';
import { startSlsEmulator, type SlsEmulatorHandle } from '../../src/emulator/sls-handle.js';
import { configOf, type ConfigChange } from './emulator-ends.js';
import { Fleet, type ForwarderProcess, type LogLine } from './forwarder.js';
import type { Sink, Tally } from './tally.js';

const PATIENCE_MS = 30_000;
const LOOK_MS = 20;
const QUIET_MS = 1500;
const MAX_RSS_MIB = 320;
const MIB = 1024 * 1024;
const CONNECTIONS = 2;
const REPLAY_MIB = 12;
/** Asked for in one pull, and as frames a little more. */
const BATCH_MIB = 0.5;
const EX_TEMPFAIL = 75;

/** `CHAOS_LONG=1`: faults last as long as they do in life, minutes instead of seconds. */
export const LONG = process.env['CHAOS_LONG'] === '1';

export interface ChaosOptions {
  /** Events that are there at the start. Default 20,000. */
  readonly preload?: number;
  /** Events per second while it runs. Default 4000. */
  readonly rate?: number;
  readonly shards?: number;
}

/** The receiver on a thread of the test, with its modes. */
export class ModeSink implements Sink {
  readonly receiver: ReceiverHandle;

  private constructor(receiver: ReceiverHandle) {
    this.receiver = receiver;
  }

  static async start(options: ReceiverOptions = {}): Promise<ModeSink> {
    return new ModeSink(await startReceiver({ tracking: 'strict', ...options }));
  }

  get url(): string {
    return this.receiver.url;
  }

  async tally(): Promise<Tally> {
    const { sequence, bytes, shards } = await this.receiver.stats();
    return { ...sequence, bytes, shards };
  }

  stop(): Promise<void> {
    return this.receiver.stop();
  }
}

/** One scenario under way: a Log Service that gets new events all the time, receivers, forwarders, and what went wrong so far. */
export class Chaos {
  readonly emulator: SlsEmulatorHandle;
  readonly fleet = new Fleet();
  readonly t: TestContext;
  readonly #sinks: Sink[] = [];
  #all: SequenceTracker | undefined;
  #faults = 0;
  #recoveries: number[] = [];
  #peakRss = 0;

  static async start(t: TestContext, options: ChaosOptions): Promise<Chaos> {
    const { preload = 20_000, rate = 4000, shards = 4 } = options;
    const logstore = { name: 'audit', profile: 'vpcflow', shards, preload, ratePerSecond: rate } as const;
    return new Chaos(t, await startSlsEmulator({ project: 'demo', logstores: [logstore] }));
  }

  private constructor(t: TestContext, emulator: SlsEmulatorHandle) {
    this.t = t;
    this.emulator = emulator;
  }

  /** @param all what several receivers count together; one alone counts for itself. */
  receivesAt(sinks: readonly Sink[], all?: SequenceTracker): void {
    this.#sinks.push(...sinks);
    this.#all = all;
  }

  /** The config of a forwarder that sends to the receivers: quick to notice, the declared windows as users have them. */
  config(change: ConfigChange = {}): object {
    const endpoints = this.#sinks.map(({ url }) => url);
    const receiver = { url: endpoints[0] ?? '' };
    return configOf(
      { emulator: this.emulator, receiver: receiver as ReceiverHandle },
      {
        ...change,
        pipeline: { pull: { maxBytes: '512KiB' }, ...change.pipeline },
        destination: {
          endpoints,
          connections: CONNECTIONS,
          stallTimeout: '2s',
          connectTimeout: '1s',
          settle: { time: '5s', bytes: '8MiB', probation: '1s' },
          replayBytes: `${REPLAY_MIB}MiB`,
          ...change.destination,
        },
        // So that it is seen which connections break.
        top: { log: { format: 'json', level: 'debug' }, ...change.top },
      },
    );
  }

  forward(change: ConfigChange = {}): ForwarderProcess {
    return this.fleet.start(this.config(change));
  }

  /** Something bad, from its beginning to its end; then resolves when the first new event has come through. */
  async fault(what: () => Promise<unknown>): Promise<void> {
    this.#faults += 1;
    await what();
    const [ended, { unique }] = [performance.now(), await this.tally()];
    await this.reach(unique + 1);
    this.#recoveries.push(performance.now() - ended);
  }

  /** What the receivers processed, all together. */
  async tally(): Promise<Tally> {
    const tallies = await Promise.all(this.#sinks.map((sink) => sink.tally()));
    const sum = (key: 'received' | 'unique' | 'lost' | 'reordered' | 'duplicates' | 'bytes'): number =>
      tallies.reduce((total, tally) => total + tally[key], 0);
    const received = sum('received');
    const unique = this.#all?.sum('unique') ?? sum('unique');
    const shards = tallies.flatMap((tally) => tally.shards);
    return {
      received,
      unique,
      lost: sum('lost'),
      duplicates: received - unique,
      reordered: sum('reordered'),
      bytes: sum('bytes'),
      shards,
    };
  }

  /** Resolves when so many different events were processed. */
  async reach(unique: number, timeoutMs = PATIENCE_MS): Promise<Tally> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const tally = await this.tally();
      if (tally.unique >= unique) return tally;
      if (performance.now() > deadline)
        throw new Error(`${tally.unique} of ${unique} events: ${JSON.stringify(tally)}`);
      await delay(LOOK_MS);
    }
  }

  /** Resolves when `more` events have come. */
  async flow(more: number): Promise<void> {
    await this.reach((await this.tally()).unique + more);
  }

  /** Resolves when nothing has come for a while. */
  async quiet(): Promise<Tally> {
    for (let before = await this.tally(); ;) {
      await delay(QUIET_MS);
      const now = await this.tally();
      if (now.received === before.received) return now;
      before = now;
    }
  }

  /** No new events. @returns how many there are. */
  async still(): Promise<number> {
    await this.emulator.control('rate', { logstore: 'audit', ratePerSecond: 0 });
    const { logstores } = (await this.emulator.control('stats')) as Stats;
    return Object.values(logstores.audit.shards).reduce((sum, { appended }) => sum + appended, 0);
  }

  /** Everything comes, the forwarder ends well, and nothing is lost, out of order, twice without a fault or beyond the window. */
  settle(...forwarders: readonly ForwarderProcess[]): Promise<void> {
    return this.#conclude(forwarders, [0]);
  }

  /** The same where connections were ended early by the other side: then the forwarder may say that not all is proven, and that it is sent again at the next start. */
  settleUnproven(...forwarders: readonly ForwarderProcess[]): Promise<void> {
    return this.#conclude(forwarders, [0, EX_TEMPFAIL]);
  }

  /** Whatever happened to these, which still run, their memory is bounded. */
  checkMemory(...forwarders: readonly ForwarderProcess[]): void {
    for (const { pid } of forwarders) {
      const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
      assert.ok(peak < MAX_RSS_MIB, `peak of memory ${peak} MiB`);
      this.#peakRss = Math.max(this.#peakRss, peak);
    }
  }

  /** Prints what came of it, with the slowest recovery and the highest memory. */
  tell(facts: string): void {
    const slowest = Math.max(0, ...this.#recoveries);
    this.t.diagnostic(
      `${facts}, ${this.#faults} faults, recovery ${slowest.toFixed(0)} ms, peak ${this.#peakRss.toFixed(0)} MiB`,
    );
  }

  async end(): Promise<void> {
    await this.fleet.end();
    await Promise.all(this.#sinks.map((sink) => sink.stop()));
    await this.emulator.stop();
  }

  async #conclude(forwarders: readonly ForwarderProcess[], codes: readonly number[]): Promise<void> {
    const events = await this.still();
    await this.reach(events);
    this.checkMemory(...forwarders);
    for (const forwarder of forwarders) {
      forwarder.kill('SIGTERM');
      const { code, signal } = await forwarder.exited;
      assert.equal(signal, null, forwarder.text());
      assert.ok(code !== null && codes.includes(code), `exit code ${code}: ${forwarder.text()}`);
    }
    this.#judge(await this.tally(), events);
  }

  #judge(tally: Tally, events: number): void {
    const { unique, duplicates, reordered, received, bytes } = tally;
    const broken = this.fleet.processes.reduce((sum, { lines }) => sum + brokenConnections(lines), 0);
    const window = (broken * (REPLAY_MIB + BATCH_MIB) * MIB * received) / bytes;
    this.tell(
      `${events} events, ${events - unique} lost, ${duplicates} duplicates (window ${Math.floor(window)}), ${broken} connections broken`,
    );
    assert.equal(unique, events, 'every event arrived');
    assert.equal(reordered, 0, 'order per shard');
    assert.ok(duplicates <= window, `${duplicates} duplicates, at most ${window} are in the window`);
  }
}

/** Connections of one process that did not end well, those open when it was killed among them. */
export function brokenConnections(lines: readonly LogLine[]): number {
  const phases = new Map<unknown, unknown>();
  let broken = 0;
  for (const { msg, connection, from, to } of lines) {
    if (msg !== 'connection changes state') continue;
    phases.set(connection, to);
    if (from === 'connected' && to !== 'ending') broken += 1;
    if (from === 'ending' && to !== 'closed' && to !== 'connected') broken += 1;
  }
  return broken + [...phases.values()].filter((phase) => phase === 'connected' || phase === 'ending').length;
}

interface Stats {
  readonly logstores: { readonly audit: { readonly shards: Record<string, { readonly appended: number }> } };
}

/** A test between an emulator and receivers of its own making; everything is ended, whatever happens. */
export function scenario(name: string, options: ChaosOptions, body: (chaos: Chaos) => Promise<void>): void {
  test(name, async (t) => {
    const chaos = await Chaos.start(t, options);
    try {
      await body(chaos);
    } finally {
      await chaos.end();
    }
  });
}
