import { asForwarderError } from '../errors/forwarder-error.js';
import { deadline, type Clock } from '../flow/clock.js';
import { Repeat } from '../flow/repeat.js';
import type { Log } from '../model/log.js';
import type { LogSource, ShardInfo } from '../model/ports.js';

export interface ShardWatchDeps {
  readonly source: LogSource;
  readonly clock: Clock;
  readonly log: Log;
  readonly intervalMs: number;
  /** Told of every list. */
  readonly onListed: (shards: readonly ShardInfo[]) => void;
  /** Told of shards that take no writes any more, with every list. */
  readonly onClosed: (shard: number) => void;
  readonly onError: (code: string) => void;
}

/** Longest time one list may take. */
const PATIENCE_MS = 30_000;

/**
 * Reads the list of shards again and again: the one way to learn that a split or merge has closed a shard. With `inOrder` its children
 * wait until we have written its end, and without, it would be asked for events for as long as it exists.
 */
export class ShardWatch {
  readonly #deps: ShardWatchDeps;
  readonly #repeat: Repeat;
  #closed: ReadonlySet<number> = new Set();
  readonly #ended = new AbortController();
  #looking: Promise<void> | undefined;
  #known: readonly number[] | undefined;
  /** Code of the last failure, until it works again. */
  #failure: string | undefined;

  constructor(deps: ShardWatchDeps) {
    this.#deps = deps;
    this.#repeat = new Repeat({ clock: deps.clock, intervalMs: deps.intervalMs, first: 'now' }, () => this.look());
  }

  /** The shards of the last list; undefined while the list can't be read. */
  get known(): readonly number[] | undefined {
    return this.#known;
  }

  isClosed(shard: number): boolean {
    return this.#closed.has(shard);
  }

  start(): void {
    this.#repeat.start();
  }

  stop(): Promise<void> {
    this.#ended.abort();
    return this.#repeat.stop();
  }

  /** Reads the list. @throws ForwarderError */
  async list(signal: AbortSignal): Promise<readonly ShardInfo[]> {
    const { source, onClosed, onListed } = this.#deps;
    const shards = await source.listShards(signal);
    const closed = shards.filter(({ readOnly }) => readOnly).map(({ shard }) => shard);
    this.#known = shards.map(({ shard }) => shard);
    this.#closed = new Set(closed);
    this.#failure = undefined;
    onListed(shards);
    for (const shard of closed) onClosed(shard);
    return shards;
  }

  /** Reads the list now, once for all who ask for it. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look(this.#ended.signal).finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const limit = deadline(clock, PATIENCE_MS, signal);
    try {
      await this.list(limit.signal);
    } catch (thrown) {
      if (!signal.aborted) this.#failed(thrown);
    } finally {
      limit.clear();
    }
  }

  /** Said once: without the list everything still works, only the end of a closed shard is noticed later. */
  #failed(thrown: unknown): void {
    const { log, onError } = this.#deps;
    const { code, details, message } = asForwarderError(thrown);
    this.#known = undefined;
    onError(code);
    if (this.#failure === code) return;
    this.#failure = code;
    log.warn(
      { code, ...details },
      `${message}; until then checkpoints are stored again and again to end closed shards`,
    );
  }
}
