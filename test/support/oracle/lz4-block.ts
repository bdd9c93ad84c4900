import { compressSync } from 'lz4-napi';

/** lz4-napi puts the size before the block; the service does not. */
const SIZE_PREFIX = 4;

export function lz4Compress(raw: Uint8Array): Uint8Array {
  return new Uint8Array(compressSync(Buffer.from(raw)).subarray(SIZE_PREFIX));
}

/** Decodes a raw block known to be valid, a byte at a time. */
export function lz4Decompress(block: Uint8Array): Uint8Array {
  const out: number[] = [];
  let at = 0;
  const byte = (): number => block[at++]!;
  const length = (nibble: number): number => {
    let sum = nibble;
    for (let more = nibble === 15 ? 255 : 0; more === 255; sum += more) more = byte();
    return sum;
  };
  for (;;) {
    const token = byte();
    for (let n = length(token >> 4); n > 0; n--) out.push(byte());
    if (at >= block.length) return Uint8Array.from(out);
    const offset = byte() + 256 * byte();
    for (let n = length(token & 15) + 4; n > 0; n--) out.push(out[out.length - offset]!);
  }
}

/** The size at which the block's last literals end, if it is a block at all, of no more than `most`: gets damage past the size check. */
export function inflatedSize(body: Uint8Array, most: number): number | undefined {
  let size = 0;
  for (let at = 0; at < body.length;) {
    const token = body[at++] ?? 0;
    const [literals, next] = length(body, token >> 4, at);
    size += literals;
    at = next + literals + 2;
    if (at - 2 === body.length) return size <= most ? size : undefined;
    const [match, after] = length(body, token & 15, at);
    size += match + 4;
    at = after;
  }
  return undefined;
}

function length(body: Uint8Array, nibble: number, at: number): [number, number] {
  let sum = nibble;
  let next = at;
  for (let more = nibble === 15 ? 255 : 0; more === 255; sum += more) more = body[next++] ?? 0;
  return [sum, next];
}
