import zlib from 'node:zlib';
import type { ZSTDDecoder } from 'zstddec';

/** Node has zstd from 22.15 on; the declarations of the oldest Node we support don't. */
const { zstdDecompressSync } = zlib as {
  readonly zstdDecompressSync?: (data: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;
};

let decoder: Promise<ZSTDDecoder> | undefined;

/** @returns the decompressed bytes, at most `rawSize`; undefined if it is not zstd or would be longer. */
export async function inflateZstd(packed: Uint8Array, rawSize: number): Promise<Uint8Array | undefined> {
  // The fallback takes a size of 0 for "as large as the frame says".
  if (rawSize === 0) return packed.length === 0 ? packed : undefined;
  try {
    if (zstdDecompressSync !== undefined) return zstdDecompressSync(packed, { maxOutputLength: rawSize });
    const raw = (await (decoder ??= loadDecoder())).decode(packed, rawSize);
    return raw.length === 0 ? undefined : raw;
  } catch {
    return undefined;
  }
}

async function loadDecoder(): Promise<ZSTDDecoder> {
  const { ZSTDDecoder } = await import('zstddec');
  const loaded = new ZSTDDecoder();
  await loaded.init();
  return loaded;
}
