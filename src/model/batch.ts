/**
 * What travels through a pipeline. A batch only ever moves right:
 *
 *     pull → RawBatch → format → FrameBatch → send → settled → watermark → commit
 *
 * The acknowledgement belongs to the batch, never to a single event: the batch is the unit SLS can give us again
 * (a cursor addresses log groups, not logs), so it is the unit of retry, of settlement and of the checkpoint.
 */

/** How a pull reply's body is compressed (`x-log-compresstype`). */
export type BodyEncoding = 'none' | 'lz4' | 'zstd';

/** Enough to pull a batch again. */
export interface BatchRef {
  readonly shard: number;
  /** Counts the non-empty pulls of one lease of the shard, from 0. */
  readonly seq: number;
  /** Opaque SLS cursor of the first log group of the batch. */
  readonly cursor: string;
  /** Opaque SLS cursor after the last log group: the checkpoint once this batch and all before it are settled. */
  readonly nextCursor: string;
}

/** One pull reply, still compressed. */
export interface RawBatch extends BatchRef {
  /** Owned by whoever holds the batch; handing the batch to the formatter transfers (detaches) it. May be larger than the body. */
  readonly body: ArrayBuffer;
  /** Bytes of {@link body} that are the reply's body. */
  readonly bodyLength: number;
  readonly encoding: BodyEncoding;
  /** Size of the decompressed LogGroupList in bytes, as the service claims it. */
  readonly rawSize: number;
}

/** A log that has no frame and never will, and why: `oversize` is a message of more bytes than the receiver takes. */
export interface RejectedLog {
  readonly reason: 'oversize';
  /** Of its log group, and which log of the group it is: what its event id says too. */
  readonly cursor: string;
  readonly index: number;
  /** Bytes its message would have. */
  readonly messageBytes: number;
  /** A decompressed LogGroupList with this log alone, and the topic, source and tags of its group. */
  readonly raw: Uint8Array;
}

/** The syslog frames of one raw batch in one contiguous buffer, in the order of its logs. */
export interface FrameBatch extends BatchRef {
  /** All frames, back to back, framing included: what a stream connection writes as it is. */
  readonly bytes: Uint8Array;
  /** End offset in {@link bytes} of each frame; `ends.length` is the number of events. */
  readonly ends: Uint32Array;
  /** Logs that are not among the frames: left out by the filters, too large and dropped; and frames that were cut to size. */
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
  /** Logs that are to be kept as dead letters. */
  readonly rejected: readonly RejectedLog[];
}

/** What is said of frames beside their bytes, where every log has one and none was changed. */
export const EVERY_LOG_WHOLE = {
  filtered: 0,
  sampled: 0,
  dropped: 0,
  empty: 0,
  bare: 0,
  truncated: 0,
  untimed: 0,
  rejected: [],
} as const satisfies Partial<FrameBatch>;
