import { readRegularFile } from '../flow/read-file.js';
import { readFault } from '../errors/file-fault.js';
import { quoted } from './problem.js';

interface HashKeyConfig {
  readonly key?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** With fewer, whoever has a few hashes finds the key, and with it all values, by trying. */
const LEAST_BYTES = 16;

/** The secret; a line break at the end of a file is not part of it. @throws what readRegularFile throws */
export function readHashKey({ key, keyFile }: HashKeyConfig): Uint8Array {
  if (keyFile === undefined) return new TextEncoder().encode(key);
  const bytes = readRegularFile(keyFile);
  const [lineBreak = ''] = /\r?\n$/.exec(bytes.toString('latin1')) ?? [];
  return Uint8Array.from(bytes.subarray(0, bytes.length - lineBreak.length));
}

/** Why it can't be the secret, in words that do not tell it. */
export function hashKeyFault(config: HashKeyConfig): string | undefined {
  const what = config.keyFile === undefined ? 'the secret' : quoted(config.keyFile);
  try {
    const { length } = readHashKey(config);
    if (length >= LEAST_BYTES) return undefined;
    return `${what} has ${length} bytes, at least ${LEAST_BYTES} are needed; make one with: openssl rand -hex 32`;
  } catch (thrown) {
    return `can't read ${what}: ${readFault(thrown)}`;
  }
}
