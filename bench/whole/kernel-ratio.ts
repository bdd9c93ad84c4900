import { compressSync, uncompressSync } from 'lz4-napi';
import { kernelOf, PLAN } from '../../test/support/oracle/oracle.js';
import { lz4Compress } from '../../test/support/oracle/lz4-block.js';

const PAIRS = 200;

/**
 * The kernel's speed as a share of that of lz4-napi, which inflates the same logs and does nothing else: the best of many short turns of each, so that
 * what else the machine does hardly matters (3 % up and down on two cores with twenty programs; against protobufjs and strings, which leave garbage,
 * it was 40 %).
 *
 * @param raw a decompressed LogGroupList
 */
export function kernelRatio(raw: Uint8Array): number {
  const [body, sized, kernel] = [lz4Compress(raw), compressSync(Buffer.from(raw)), kernelOf([PLAN])];
  const out = new Uint8Array(new SharedArrayBuffer(4 * raw.length));
  const format = (): void => {
    const result = kernel.format({ plan: 0, body, encoding: 'lz4', rawSize: raw.length, out });
    if (!result.ok) throw new Error(result.fault.reason);
  };
  let [ours, theirs] = [Infinity, Infinity];
  for (let pair = 0; pair < PAIRS; pair++) {
    ours = Math.min(ours, took(format));
    theirs = Math.min(
      theirs,
      took(() => uncompressSync(sized)),
    );
  }
  return theirs / ours;
}

/** Milliseconds. */
function took(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}
