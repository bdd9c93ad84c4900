import { asForwarderError } from '../errors/forwarder-error.js';
import type { Log } from '../model/log.js';
import type { ConsumerGroup, LogSource, ShardInfo, StartPosition } from '../model/ports.js';

export interface PositionsDeps {
  readonly source: LogSource;
  readonly group: ConsumerGroup;
  readonly log: Log;
  /** The list of shards, fresh. */
  readonly listShards: (signal: AbortSignal) => Promise<readonly ShardInfo[]>;
  /** Where a shard that nobody has read begins. */
  readonly start: StartPosition;
}

/**
 * How far the group has read each shard, as far as this process knows: by what it settled itself, and by everybody's checkpoints when it last looked.
 * The service's own record goes with a consumer group that somebody deletes, and with its logstore. Then shards go on from here: at a position everything
 * before which was delivered, or else at the oldest log.
 */
export class Positions {
  readonly #deps: PositionsDeps;
  readonly #known = new Map<number, string>();
  /** Shards of a logstore that is made again have the old ids. Their time of creation is another. */
  #createdAt = new Map<number, number>();
  /** The shards there were when we first looked. */
  #first: ReadonlySet<number> | undefined;

  constructor(deps: PositionsDeps) {
    this.#deps = deps;
  }

  /** Everything of a shard before this cursor was delivered. */
  note(shard: number, cursor: string): void {
    this.#known.set(shard, cursor);
  }

  /** To be told of every list of the shards. */
  listed(shards: readonly ShardInfo[]): void {
    this.#first ??= new Set(shards.map(({ shard }) => shard));
    for (const { shard, createdAt } of shards)
      if (createdAt !== undefined && !this.#createdAt.has(shard)) this.#createdAt.set(shard, createdAt);
  }

  /** Where a shard that has no checkpoint begins: a cursor. */
  async startOf(shard: number, signal: AbortSignal): Promise<string> {
    const { source, start } = this.#deps;
    if (this.#known.has(shard)) {
      const info = (await this.#list(signal))?.find((one) => one.shard === shard);
      return this.#goOn(shard, info?.createdAt, signal);
    }
    // What came between its creation and now was written while the group was read.
    const isNew = this.#first !== undefined && !this.#first.has(shard);
    return source.getCursor(shard, start === 'end' && isNew ? 'begin' : start, signal);
  }

  /**
   * Stores a checkpoint for every shard that has lost its own, whoever holds the shard, and says so in one line.
   * @param created the whole group was gone
   * @throws ForwarderError; then it is to be called again
   */
  async restore(created: boolean, signal: AbortSignal): Promise<void> {
    const { group, log } = this.#deps;
    const [shards, stored] = await Promise.all([this.#list(signal), group.checkpoints(signal)]);
    const all = shards ?? [...stored.keys()].map((shard) => ({ shard, createdAt: undefined }));
    const lost = all.filter(({ shard }) => stored.get(shard) === undefined && (created || this.#known.has(shard)));
    const starts = await Promise.all(
      lost.map(async ({ shard, createdAt }) => {
        const before = this.#known.get(shard);
        const cursor = await this.#goOn(shard, createdAt, signal);
        await this.#store(shard, cursor, signal);
        return { shard, goesOn: cursor === before, cursor };
      }),
    );
    const isNew = all.some(({ shard, createdAt }) => this.#isOther(shard, createdAt));
    this.#createdAt = new Map();
    this.#first = undefined;
    this.listed(shards ?? []);
    for (const { shard, cursor } of starts) this.note(shard, cursor);
    if (!created && starts.length === 0) return;
    const goOn = starts.filter(({ goesOn }) => goesOn).map(({ shard }) => shard);
    const begin = starts.filter(({ goesOn }) => !goesOn).map(({ shard }) => shard);
    log.warn({ goOn, begin }, wordsFor(created, isNew, begin.length));
  }

  /** The last position of a shard if it is still the same shard; else where nothing can be missed. */
  async #goOn(shard: number, createdAt: number | undefined, signal: AbortSignal): Promise<string> {
    const known = this.#known.get(shard);
    if (known !== undefined && (await this.#isGood(shard, known, createdAt, signal))) return known;
    const { source, start } = this.#deps;
    return source.getCursor(shard, known !== undefined || start === 'end' ? 'begin' : start, signal);
  }

  async #isGood(shard: number, cursor: string, createdAt: number | undefined, signal: AbortSignal): Promise<boolean> {
    if (this.#isOther(shard, createdAt)) return false;
    if (createdAt !== undefined && this.#createdAt.has(shard)) return true;
    try {
      await this.#deps.source.getCursorTime(shard, cursor, signal);
      return true;
    } catch (thrown) {
      if (asForwarderError(thrown).code === 'SLS_CURSOR_INVALID') return false;
      throw thrown;
    }
  }

  #isOther(shard: number, createdAt: number | undefined): boolean {
    const before = this.#createdAt.get(shard);
    return before !== undefined && createdAt !== undefined && before !== createdAt;
  }

  async #store(shard: number, cursor: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#deps.group.restore(shard, cursor, signal);
    } catch (thrown) {
      if (asForwarderError(thrown).code !== 'SLS_SHARD_GONE') throw thrown;
    }
  }

  /** Undefined without the right to list shards, which no second attempt changes. */
  async #list(signal: AbortSignal): Promise<readonly ShardInfo[] | undefined> {
    try {
      return await this.#deps.listShards(signal);
    } catch (thrown) {
      if (asForwarderError(thrown).code === 'SLS_UNAUTHORIZED') return undefined;
      throw thrown;
    }
  }
}

function wordsFor(created: boolean, isNew: boolean, begin: number): string {
  if (isNew) return 'the logstore was deleted and made again: its shards begin at their oldest log';
  const what = created ? 'the consumer group was gone and is made again' : 'the consumer group had lost checkpoints';
  const rest = begin === 0 ? '' : '; those whose position is not known begin at their oldest log, or at `start`';
  return `${what}: shards go on where they were${rest}`;
}
