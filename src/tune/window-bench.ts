import { ForwarderError } from '../errors/forwarder-error.js';
import { sleep, type Clock } from '../flow/clock.js';
import { Candidate } from './candidate.js';
import { Stopped, type Bench, type Sample } from './compare.js';
import type { Point } from './point.js';
import type { RunReading } from './reading.js';

export interface WindowSettings {
  /** Writes the config for a point. @returns its file */
  readonly configFor: (point: Point) => string;
  readonly clock: Clock;
  /** The length of the measured window in milliseconds. */
  readonly windowMs: number;
  /** When the whole run is over, on the monotonic clock. */
  readonly endsAt: number;
  /** Aborts when the user has had enough. */
  readonly signal: AbortSignal;
}

/** Code compiled, buffers grown. */
const WARM_UP_MS = 1_500;
/** The first time so much is pulled at once the emulator makes the replies that it then repeats. */
const FIRST_WARM_UP_MS = 3_500;
const LOOK_MS = 50;
const FIRST_EVENT_MS = 30_000;
/** Start, stop, and a slow machine, beside the window. */
const FIRST_GUESS_MS = 2_500;

/** Runs a process of its own for every window: so the differences between two runs of one program are part of the noise, as they must be. */
export class WindowBench implements Bench {
  readonly #settings: WindowSettings;
  readonly #pulled = new Set<number>();
  /** The longest window so far, everything included. */
  #windowCost: number;

  constructor(settings: WindowSettings) {
    this.#settings = settings;
    this.#windowCost = settings.windowMs + WARM_UP_MS + FIRST_GUESS_MS;
  }

  hasTimeFor(windows: number): boolean {
    const { clock, endsAt } = this.#settings;
    return clock.monotonic() + windows * this.#windowCost <= endsAt;
  }

  async measure(point: Point): Promise<Sample> {
    const { clock, configFor } = this.#settings;
    this.#goOn();
    const startedAt = clock.monotonic();
    const isFirst = !this.#pulled.has(point.pullBytes);
    const candidate = new Candidate(configFor(point), clock);
    try {
      const sample = await this.#window(candidate, isFirst ? FIRST_WARM_UP_MS : WARM_UP_MS);
      this.#pulled.add(point.pullBytes);
      return sample;
    } catch (thrown) {
      // A child that Ctrl-C has ended too says nothing of its config.
      this.#goOn();
      throw thrown;
    } finally {
      await candidate.stop();
      if (!isFirst) this.#windowCost = Math.max(this.#windowCost, clock.monotonic() - startedAt);
    }
  }

  async #window(candidate: Candidate, warmUpMs: number): Promise<Sample> {
    const { clock, windowMs } = this.#settings;
    await this.#firstEvent(candidate);
    await this.#pause(warmUpMs);
    const before = await candidate.read();
    const beganAt = clock.monotonic();
    await this.#pause(windowMs);
    const after = await candidate.read();
    const seconds = (clock.monotonic() - beganAt) / 1000;
    if (after.shards > 0 && after.caughtUp >= after.shards)
      throw new Stopped('every shard was read to its end: no backlog is left to measure with');
    return sampleOf(before, after, seconds);
  }

  async #firstEvent(candidate: Candidate): Promise<void> {
    const { clock } = this.#settings;
    const until = clock.monotonic() + FIRST_EVENT_MS;
    while ((await candidate.read()).writtenBytes === 0) {
      if (clock.monotonic() > until) throw candidate.failed(`no event was sent within ${FIRST_EVENT_MS / 1000} s`);
      await this.#pause(LOOK_MS);
    }
  }

  async #pause(ms: number): Promise<void> {
    const { clock, signal } = this.#settings;
    await sleep(clock, ms, signal);
    this.#goOn();
  }

  #goOn(): void {
    const { signal, clock, endsAt } = this.#settings;
    if (signal.aborted) throw new Stopped('stopped by you');
    if (clock.monotonic() > endsAt) throw new Stopped('the time was over');
  }
}

/**
 * Events are counted when they are written, which grows evenly; what is settled comes later and in leaps.
 * @throws ForwarderError ABANDONED when nothing moved, or connections broke
 */
export function sampleOf(before: RunReading, after: RunReading, seconds: number): Sample {
  const cpu = after.cpuSeconds - before.cpuSeconds;
  if (after.resentEvents > before.resentEvents)
    throw new ForwarderError('ABANDONED', 'a connection broke and events were sent again');
  const events = after.writtenEvents - before.writtenEvents;
  if (!(events > 0)) throw new ForwarderError('ABANDONED', 'no event was sent in the window');
  return {
    eventsPerSecond: events / seconds,
    eventsPerCpuSecond: events / cpu,
    peakRssBytes: after.peakRssBytes,
  };
}
