import * as zlib from 'node:zlib';
import { ZSTDDecoder } from 'zstddec';

/** zlib got zstd with Node 22.15; the types here are those of Node 20. */
const native = zlib as { zstdCompressSync?: (data: Uint8Array) => Buffer };

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** Single segment, content size in four bytes, no checksum, no dictionary (RFC 8878 §3.1.1.1). */
const DESCRIPTOR = 0xa0;
const HEADER_SIZE = MAGIC.length + 1 + 4;
/** RFC 8878 §3.1.1.2: no block is larger. */
const MAX_BLOCK = 128 * 1024;

/** One zstd frame; where Node can't compress, of raw blocks only, which every decoder must take. */
export function compressFrame(data: Uint8Array): Uint8Array {
  return native.zstdCompressSync?.(data) ?? storeFrame(data);
}

/** A zstd frame that holds the data uncompressed (RFC 8878 §3.1.1.2.2, Raw_Block). */
export function storeFrame(data: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(data.length / MAX_BLOCK));
  const frame = Buffer.allocUnsafeSlow(HEADER_SIZE + 3 * blocks + data.length);
  frame.set([...MAGIC, DESCRIPTOR]);
  let at = frame.writeUInt32LE(data.length, MAGIC.length + 1);
  for (let block = 0; block < blocks; block++) {
    const part = data.subarray(block * MAX_BLOCK, (block + 1) * MAX_BLOCK);
    const last = block === blocks - 1 ? 1 : 0;
    at = frame.writeUIntLE((part.length << 3) | last, at, 3);
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

/** @throws when the frame is corrupt or inflates to more than `size` */
export async function decompressFrame(frame: Uint8Array, size: number): Promise<Uint8Array> {
  const decoder = new ZSTDDecoder();
  await decoder.init();
  return decoder.decode(frame, size);
}
