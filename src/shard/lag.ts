import type { Clock } from '../flow/clock.js';
import type { InFlightWindow } from '../flow/in-flight-window.js';
import type { LogSource } from '../model/ports.js';
import type { Lag } from '../model/snapshot.js';
import type { Puller } from './puller.js';
import type { ShardStats } from './shard-stats.js';

/** Where a shard stands behind one batch. */
export interface Position {
  readonly cursor: string;
  /** Receive time of the batch, unix seconds, where the service says it. */
  readonly time: number | undefined;
  /** Monotonic ms: the service said right before that there is nothing, so whatever came earlier is not in the batch. */
  readonly emptyAt: number | undefined;
}

export interface LagDeps {
  readonly shard: number;
  readonly source: LogSource;
  readonly clock: Clock;
  readonly window: InFlightWindow<Position>;
  readonly stats: ShardStats;
  /** Undefined before the shard is read. */
  readonly reading: () => Pick<Puller, 'cursor' | 'tipAt' | 'end'> | undefined;
}

/** An end of the shard older than this is asked for again. */
const STALE_MS = 15_000;

/**
 * How far a shard's watermark is behind the end of the shard, true also while pulls fail or nothing settles. Seconds come from facts of the form
 * "what the service got before that moment is delivered", of which the latest counts. Log groups come from the difference of two cursors; events
 * and bytes are that many times the average of what this shard brought so far: the service tells neither.
 */
export class LagMeter {
  readonly #deps: LagDeps;
  readonly #begunAt: number;
  #start: string | undefined;
  /** Receive time of what stands at the start, unix seconds. */
  #startTime: number | undefined;
  #end: string | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** Monotonic ms: the end was found where the watermark is. */
  #metAt: number | undefined;

  constructor(deps: LagDeps) {
    this.#deps = deps;
    this.#begunAt = deps.clock.monotonic();
  }

  /** Reading begins here. */
  begin(cursor: string): void {
    this.#start = cursor;
  }

  get lag(): Lag {
    const { stats } = this.#deps;
    const logGroups = this.#logGroups;
    const times = (perGroup: number | undefined): number | undefined =>
      logGroups === 0 ? 0 : logGroups && perGroup && Math.round(logGroups * perGroup);
    return {
      seconds: this.#seconds,
      logGroups,
      estimatedEvents: times(stats.eventsPerGroup),
      estimatedBytes: times(stats.bytesPerGroup),
    };
  }

  /** Log groups up to the end of a bounded run; undefined without one, or where cursors do not tell. */
  get leftGroups(): number | undefined {
    const { source, reading } = this.#deps;
    const [from, end] = [this.#from, reading()?.end];
    return from === undefined || end === undefined ? undefined : source.groupsBetween(from, end);
  }

  /** The end of the shard should be asked for. */
  get isDue(): boolean {
    const now = this.#deps.clock.monotonic();
    return this.#from !== undefined && !this.#isAtTip && now - this.#askedAt >= STALE_MS;
  }

  /** Asks the service where the shard ends and, where nothing tells it yet, how old what waits is. @throws ForwarderError */
  async look(signal: AbortSignal): Promise<void> {
    const { source, shard, clock, window } = this.#deps;
    const from = this.#from;
    const askedAt = clock.monotonic();
    this.#askedAt = askedAt;
    if (from === undefined) return;
    this.#end = await source.getCursor(shard, 'end', signal);
    if (this.#end === from) this.#metAt = askedAt;
    else if (window.arrived === undefined && this.#startTime === undefined)
      this.#startTime = await source.getCursorTime(shard, from, signal);
  }

  /** Everything before it has arrived. */
  get #from(): string | undefined {
    return this.#deps.window.arrived?.cursor ?? this.#start;
  }

  get #isAtTip(): boolean {
    const { clock, window, reading } = this.#deps;
    const tipAt = reading()?.tipAt;
    return tipAt !== undefined && window.held === 0 && clock.monotonic() - tipAt < STALE_MS;
  }

  get #seconds(): number {
    const { clock, window, reading } = this.#deps;
    const { arrived, oldest } = window;
    const since = (at: number | undefined): number[] => (at === undefined ? [] : [(clock.monotonic() - at) / 1000]);
    const age = (time: number | undefined): number[] => (time === undefined ? [] : [clock.now() / 1000 - time]);
    const delivered = [
      ...since(oldest === undefined ? reading()?.tipAt : oldest.emptyAt),
      ...since(this.#metAt),
      ...age(arrived?.time),
      ...age(this.#startTime),
    ];
    // Before anything is known to be delivered, the first batch in flight tells how old what waits is, and our own time with the shard is the least.
    const [guess = 0] = [...age(oldest?.time), ...since(this.#begunAt)];
    return Math.max(0, delivered.length === 0 ? guess : Math.min(...delivered));
  }

  get #logGroups(): number | undefined {
    if (this.#isAtTip) return 0;
    const { source, reading } = this.#deps;
    const from = this.#from;
    if (from === undefined || this.#end === undefined) return undefined;
    // What was pulled since may lie behind the end we know.
    const ends = [this.#end, reading()?.cursor ?? this.#end];
    const known = ends.flatMap((end) => source.groupsBetween(from, end) ?? []);
    return known.length === 0 ? undefined : Math.max(...known);
  }
}
