/**
 * The messages that cross the boundary between the coordinator and a formatter thread. Buffers are transferred, never
 * copied: a task gives its buffers away and the result brings them back, so that both sides can use them again.
 */
import type { BodyEncoding, RejectedLog } from './batch.js';
import type { FormatPlan } from './format-plan.js';

/** What every formatter thread is started with. */
export interface FormatterData {
  readonly plans: readonly FormatPlan[];
  /** A batch that claims more decompressed bytes than this is refused as corrupt before anything is allocated. */
  readonly maxRawSize: number;
}

export interface FormatTask {
  /** Index into {@link FormatterData.plans}. */
  readonly plan: number;
  readonly body: ArrayBuffer;
  readonly bodyLength: number;
  readonly encoding: BodyEncoding;
  readonly rawSize: number;
  /** Where the batch comes from, for the ids of its events. */
  readonly shard: number;
  readonly cursor: string;
  /** A used buffer to write the frames into, if it is large enough. */
  readonly out: ArrayBuffer | undefined;
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

export type FormatResult =
  | {
      readonly ok: true;
      /** The task's body buffer, given back. */
      readonly body: ArrayBuffer;
      /** Frames in `[0, length)`; the frame ends (Uint32, native endian) in `[endsAt, endsAt + 4 × events)`. */
      readonly out: ArrayBuffer;
      readonly length: number;
      readonly endsAt: number;
      readonly events: number;
      /** Logs without a frame: because of the filters, because of their size; and frames that were cut. */
      readonly filtered: number;
      /** … and those that only their sampling left out. */
      readonly sampled: number;
      readonly dropped: number;
      readonly truncated: number;
      readonly rejected: readonly RejectedLog[];
    }
  | {
      readonly ok: false;
      readonly body: ArrayBuffer;
      readonly out: ArrayBuffer | undefined;
      readonly fault: FormatFault;
    };
