import { Piscina } from 'piscina';
import { ForwarderError } from '../errors/forwarder-error.js';
import type { FrameBatch, RawBatch } from '../model/batch.js';
import type { FormatPlan } from '../model/format-plan.js';
import type { FormatFault, FormatResult, FormatTask, FormatterData, Region } from '../model/format-task.js';
import type { Formatter } from '../model/ports.js';
import type { Snapshot } from '../model/snapshot.js';
import { Arena } from './arena.js';
import { BufferPool } from './buffer-pool.js';
import { unframed } from './frame.js';
import { gapFrame, type GapOrigin } from './gap-frame.js';
import { Turns } from '../flow/turns.js';

export interface FormatterPoolSettings {
  readonly threads: number;
  /** Known at the start; {@link FormatterPool.add} takes more. */
  readonly plans: readonly FormatPlan[];
  /** A batch that claims more decompressed bytes than this is refused as corrupt. */
  readonly maxRawSize: number;
  /** Memory for frames in flight. What does not fit gets memory of its own, which costs collections; 0: all of it. */
  readonly arenaBytes: number;
  /** Used body buffers kept for the next batch. */
  readonly maxIdleBytes: number;
}

/** One at work and one that lies ready. A batch further back holds its body, not yet the larger memory that its frames need. */
const TASKS_PER_THREAD = 2;

/**
 * The pool of formatter threads. A task is a whole pull (a round trip costs 75 µs, so never a log). Its body is transferred there and back,
 * into a buffer that earlier batches used; its frames are written into a region of the {@link Arena} and stay there until the batch is over.
 */
export class FormatterPool {
  readonly #pool: Piscina<FormatTask, FormatResult>;
  readonly #arena: Arena;
  /** Where the frames of a batch lie; those that are not here have memory of their own. */
  readonly #regions = new WeakMap<FrameBatch, Region>();
  readonly #buffers: BufferPool;
  readonly #turns: Turns;
  readonly #threads: number;
  readonly #maxRawSize: number;
  readonly #plans: FormatPlan[];
  #tasks = 0;

  constructor(settings: FormatterPoolSettings) {
    const { threads, plans, maxRawSize } = settings;
    this.#threads = threads;
    this.#maxRawSize = maxRawSize;
    this.#plans = [...plans];
    this.#arena = new Arena(settings.arenaBytes);
    this.#buffers = new BufferPool(settings.maxIdleBytes);
    this.#turns = new Turns(TASKS_PER_THREAD * threads);
    this.#pool = new Piscina<FormatTask, FormatResult>({
      filename: new URL('../../workers/format.js', import.meta.url).href,
      minThreads: threads,
      maxThreads: threads,
      workerData: { plans, maxRawSize, arena: this.#arena.buffer } satisfies FormatterData,
    });
  }

  /**
   * One more plan, for as long as the pool lives. Nothing is sent to the threads: one that does not know the plan of a task says so, and is given it.
   * @returns its number
   */
  add(plan: FormatPlan): number {
    return this.#plans.push(plan) - 1;
  }

  /** The pool as the pipeline with this plan sees it. */
  formatter(plan: number, origin: GapOrigin): Formatter {
    /** Bytes of frames per raw byte, as last seen: what size of region the next batch needs. */
    let expansion = 1.25;
    return {
      bodyBuffer: (size) => this.#buffers.take(size),
      message: (frame) => unframed(frame, this.#planOf(plan).framing),
      gap: (gap) => gapFrame(this.#planOf(plan), origin, gap),
      heldBytes: (frames) => this.#regions.get(frames)?.size ?? frames.bytes.buffer.byteLength,
      recycle: (frames) => this.#recycle(frames),
      format: (batch) =>
        this.#turns.run(async () => {
          // A claim above the bound is refused by the thread; nothing is lent for it.
          const region = this.#arena.take(Math.min(batch.rawSize, this.#maxRawSize) * expansion);
          const frames = await this.#format(plan, batch, region);
          if (batch.rawSize > 0) expansion = ((frames.bytes.length + frames.ends.byteLength) / batch.rawSize) * 1.05;
          return frames;
        }),
    };
  }

  /**
   * Formats nothing once on every thread: a kernel that can't be loaded is known at the start, and the first batch finds warm threads.
   * @throws ForwarderError INTERNAL
   */
  async start(): Promise<void> {
    const nothing = {
      plan: 0,
      news: undefined,
      bodyLength: 0,
      encoding: 'none',
      rawSize: 0,
      shard: 0,
      cursor: '',
      region: undefined,
    } as const;
    try {
      await Promise.all(
        Array.from({ length: this.#threads }, () => this.#pool.run({ ...nothing, body: new ArrayBuffer(0) })),
      );
    } catch (cause) {
      const what = cause instanceof Error ? cause.message : String(cause);
      throw new ForwarderError('INTERNAL', `the formatter threads can't start: ${what}`, { cause });
    }
  }

  #planOf(index: number): FormatPlan {
    const plan = this.#plans[index];
    if (plan === undefined) throw new ForwarderError('INTERNAL', `no format plan ${index}`);
    return plan;
  }

  snapshot(): Snapshot['formatter'] {
    return { threads: this.#threads, queued: this.#pool.queueSize + this.#turns.waiting, tasks: this.#tasks };
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  #recycle(frames: FrameBatch): void {
    const region = this.#regions.get(frames);
    if (region === undefined) return;
    this.#regions.delete(frames);
    this.#arena.give(region);
  }

  async #format(plan: number, batch: RawBatch, region: Region | undefined): Promise<FrameBatch> {
    try {
      const frames = await this.#framesOf(plan, batch, region);
      const fits = frames.bytes.buffer === this.#arena.buffer;
      if (fits && region !== undefined) this.#regions.set(frames, region);
      else if (region !== undefined) this.#arena.give(region);
      return frames;
    } catch (thrown) {
      if (region !== undefined) this.#arena.give(region);
      throw thrown;
    }
  }

  async #framesOf(plan: number, batch: RawBatch, region: Region | undefined): Promise<FrameBatch> {
    const { body, bodyLength, encoding, rawSize, shard, seq, cursor, nextCursor } = batch;
    this.#tasks += 1;
    const task = { plan, news: undefined, body, bodyLength, encoding, rawSize, shard, cursor, region };
    const first = await this.#run(task);
    const isNews = !first.ok && first.fault === undefined;
    const result = isNews ? await this.#run({ ...task, body: first.body, news: this.#planOf(plan) }) : first;
    this.#buffers.give(result.body);
    if (!result.ok) throw corrupt(batch, result.fault);
    const { filtered, sampled, dropped, empty, bare, truncated, untimed, rejected } = result;
    const counts = { filtered, sampled, dropped, empty, bare, truncated, untimed };
    const memory = result.grown ?? this.#arena.buffer;
    const bytes = new Uint8Array(memory, result.at, result.length);
    const ends = new Uint32Array(memory, result.endsAt, result.events);
    return { shard, seq, cursor, nextCursor, bytes, ends, ...counts, rejected };
  }

  async #run(task: FormatTask): Promise<FormatResult> {
    try {
      return await this.#pool.run(task, { transferList: [task.body] });
    } catch (cause) {
      const what = cause instanceof Error ? cause.message : String(cause);
      throw new ForwarderError('FORMATTER_CRASHED', `a formatter thread failed (${what}); the batch is pulled again`, {
        cause,
      });
    }
  }
}

function corrupt({ shard, cursor }: RawBatch, fault: FormatFault | undefined): ForwarderError {
  if (fault === undefined) return new ForwarderError('INTERNAL', 'a formatter thread did not take its plan');
  const { reason, offset } = fault;
  return new ForwarderError(
    'FORMAT_CORRUPT',
    `the service sent a batch that can't be decoded (${reason}); it is pulled again`,
    {
      details: { shard, cursor, reason, offset },
    },
  );
}
