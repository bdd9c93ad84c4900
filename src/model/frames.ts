import type { FrameBatch } from './batch.js';

/** Where the frame at `index` lies in its batch. */
export function frameAt({ bytes, ends }: FrameBatch, index: number): Uint8Array {
  return bytes.subarray(index === 0 ? 0 : ends[index - 1], ends[index]);
}

/** The batch with another frame at `index`, or with none there; in memory of its own. */
export function withFrame(batch: FrameBatch, index: number, frame: Uint8Array | undefined): FrameBatch {
  const { bytes, ends } = batch;
  const old = frameAt(batch, index);
  const by = (frame?.length ?? 0) - old.length;
  const from = old.byteOffset - bytes.byteOffset;
  const parts = [bytes.subarray(0, from), frame ?? EMPTY, bytes.subarray(from + old.length)];
  const moved = ends.map((end, at) => (at < index ? end : end + by));
  return {
    ...batch,
    bytes: new Uint8Array(Buffer.concat(parts)),
    ends: frame === undefined ? moved.filter((_, at) => at !== index) : moved,
  };
}

const EMPTY = new Uint8Array(0);
