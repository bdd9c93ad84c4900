/**
 * The messages that cross the boundary between the coordinator and a formatter thread. No batch is copied on the way: its body is transferred
 * there and back, and its frames are written into memory that all threads share (ADR 0016).
 */
import type { BodyEncoding, RejectedLog } from './batch.js';
import type { FormatPlan } from './format-plan.js';

/** What every formatter thread is started with. */
export interface FormatterData {
  /** What is known at the start; more come with tasks. */
  readonly plans: readonly FormatPlan[];
  /** A batch that claims more decompressed bytes than this is refused as corrupt before anything is allocated. */
  readonly maxRawSize: number;
  /** Where frames are written; who writes into which part of it is decided by the coordinator. */
  readonly arena: SharedArrayBuffer;
}

/** A part of {@link FormatterData.arena}: `size` bytes from `at`. */
export interface Region {
  readonly at: number;
  readonly size: number;
}

export interface FormatTask {
  /** Number of the plan: those of {@link FormatterData.plans} count from 0. */
  readonly plan: number;
  /** The plan itself, for a thread that does not know it. */
  readonly news: FormatPlan | undefined;
  readonly body: ArrayBuffer;
  readonly bodyLength: number;
  readonly encoding: BodyEncoding;
  readonly rawSize: number;
  /** Where the batch comes from, for the ids of its events. */
  readonly shard: number;
  readonly cursor: string;
  /** Where to write the frames, if it is large enough; until the result comes it belongs to the formatter thread. */
  readonly region: Region | undefined;
}

/** Why a batch can't be decoded. Data, because class instances lose their prototype in structured clone. */
export interface FormatFault {
  readonly reason:
    | 'lz4-corrupt' // offset or length outside its parent
    | 'size-mismatch' // the body inflates to another size than claimed
    | 'size-limit' // claims more than maxRawSize, or its frames would not fit the kernel's memory
    | 'protobuf-corrupt' // a length or wire type the LogGroupList grammar does not allow
    | 'zstd-corrupt';
  /** Byte offset of the fault in the (de)compressed input, as the reason suggests; -1 if unknown. */
  readonly offset: number;
}

/** What became of the logs of a batch. */
export interface FormatCounts {
  /** Logs without a frame: because of the filters, because of their size; and frames that were cut. */
  readonly filtered: number;
  /** … and those that only their sampling left out. */
  readonly sampled: number;
  readonly dropped: number;
  readonly truncated: number;
  /** Messages that came out empty, which are not sent; and logs sent with their own time because their `eventTime` could not be read. */
  readonly empty: number;
  /** Frames whose body shows nothing of the log: none of the fields it is made of has a value. */
  readonly bare: number;
  readonly untimed: number;
  readonly rejected: readonly RejectedLog[];
}

export type FormatResult =
  | (FormatCounts & {
      readonly ok: true;
      /** The task's body buffer, given back. */
      readonly body: ArrayBuffer;
      /** Memory of its own, transferred: the frames did not fit the task's region, which is free again. */
      readonly grown: ArrayBuffer | undefined;
      /** Frames in `[at, at + length)` of the arena or of `grown`; their ends (Uint32, native endian) in `[endsAt, endsAt + 4 × events)`. */
      readonly at: number;
      readonly length: number;
      readonly endsAt: number;
      readonly events: number;
    })
  /** Without a fault: the thread does not know the plan. */
  | { readonly ok: false; readonly body: ArrayBuffer; readonly fault: FormatFault | undefined };
