import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The version of this package. */
export function version(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** Digits of the kernel's SHA-256 that tell two builds apart. */
const KERNEL_DIGITS = 12;

/** What `--version` says: the version alone on a line, then what a report of a fault needs. */
export function versions(): string {
  const kernel = readFileSync(new URL('../../workers/kernel/kernel.wasm', import.meta.url));
  const digest = createHash('sha256').update(kernel).digest('hex').slice(0, KERNEL_DIGITS);
  const { node, openssl } = process.versions;
  return `${version()}\nNode ${node}, OpenSSL ${openssl}, kernel ${digest}, ${process.platform} ${process.arch}`;
}
