import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Far more than any key, certificate or letter of a config needs. */
const MAX_BYTES = 16 * 1024 * 1024;

export interface ReadLimits {
  readonly maxBytes?: number;
  /** False: a symbolic link is refused, not followed. */
  readonly follow?: boolean;
}

/**
 * The content of a regular file. What is none (a pipe, a device, a directory) is refused at once instead of being waited for, and what is too large
 * is not read, whatever its size claims.
 *
 * @throws an Error with a `code`: Node's own, `ENOTREG` or `E2BIG`
 */
export function readRegularFile(path: string, { maxBytes = MAX_BYTES, follow = true }: ReadLimits = {}): Buffer {
  // Where a flag is not known (Windows) it counts as 0.
  const handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | (follow ? 0 : constants.O_NOFOLLOW));
  try {
    const found = fstatSync(handle);
    if (found.isDirectory()) throw fault('EISDIR');
    if (!found.isFile()) throw fault('ENOTREG');
    if (found.size > maxBytes) throw fault('E2BIG');
    const chunks: Buffer[] = [];
    let length = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(found.size - length, 0) + 1));
      const got = readSync(handle, chunk, 0, chunk.length, null);
      if (got === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, got));
      length += got;
      if (length > maxBytes) throw fault('E2BIG');
    }
  } finally {
    closeSync(handle);
  }
}

const CHUNK_BYTES = 1024 * 1024;

const fault = (code: string): Error => Object.assign(new Error(code), { code });
