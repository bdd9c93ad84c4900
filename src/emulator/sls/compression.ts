import { deflateSync, inflateSync } from 'node:zlib';
import { compressBlock, decompressBlock } from './lz4.js';
import { refuse } from './service-error.js';
import { compressFrame, decompressFrame } from './pack-zstd.js';

/** `x-log-compresstype`; `none` is its absence. */
export type Compression = 'lz4' | 'zstd' | 'deflate' | 'none';

/** The first encoding of an `Accept-Encoding` that pull replies can have. */
export function negotiate(acceptEncoding: string): Compression {
  const wanted = acceptEncoding.split(',').map((name) => name.split(';', 1)[0]?.trim().toLowerCase());
  return (['lz4', 'zstd', 'deflate'] as const).find((name) => wanted.includes(name)) ?? 'none';
}

export function compress(bytes: Uint8Array, compression: Compression): Uint8Array {
  switch (compression) {
    case 'lz4':
      return compressBlock(bytes);
    case 'zstd':
      return compressFrame(bytes);
    case 'deflate':
      return deflateSync(bytes);
    case 'none':
      return bytes;
  }
}

/**
 * Opens the body of a PutLogs request.
 * @param rawSize what `x-log-bodyrawsize` says
 * @throws ServiceError InvalidCompressType, PostBodyUncompressError
 */
export async function decompress(body: Uint8Array, type: string, rawSize: number): Promise<Uint8Array> {
  if (type === '') return body;
  if (type !== 'lz4' && type !== 'zstd' && type !== 'deflate') throw refuse.compressTypeInvalid(type);
  try {
    const raw = await inflate(body, type, rawSize);
    if (raw.length === rawSize) return raw;
  } catch {
    // Whatever a decoder says, to the client it is one and the same answer.
  }
  throw refuse.uncompressFailed(`the ${type} body does not hold ${rawSize} bytes`);
}

async function inflate(body: Uint8Array, type: 'lz4' | 'zstd' | 'deflate', size: number): Promise<Uint8Array> {
  if (type === 'lz4') return decompressBlock(body, size);
  return type === 'zstd' ? decompressFrame(body, size) : inflateSync(body, { maxOutputLength: size });
}
