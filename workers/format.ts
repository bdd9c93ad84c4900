/** The formatter thread: piscina's entry, and the only file here that touches the world. */
import { readFileSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import type { FormatFault, FormatResult, FormatTask, FormatterData } from '../src/model/format-task.js';
import { Kernel, type KernelResult } from './kernel/kernel.js';
import { compilePattern } from './patterns.js';
import { inflateZstd } from './inflate-zstd.js';

const { plans, maxRawSize, arena } = workerData as FormatterData;

let kernel: Kernel | undefined;

/** Once per thread, at the first task: a throw while a thread starts would reach nobody who could handle it. */
function start(): Kernel {
  const wasm = readFileSync(new URL('./kernel/kernel.wasm', import.meta.url));
  return new Kernel(wasm, plans, maxRawSize, compilePattern);
}

/** Formats one raw batch. The task's body comes back with the result, transferred. */
export default async function format(task: FormatTask): Promise<unknown> {
  kernel ??= start();
  const { body, plan, news } = task;
  if (!kernel.knows(plan)) {
    if (news === undefined) return transferred({ ok: false, body, fault: undefined }, [body]);
    kernel.add(plan, news);
  }
  const result = await run(kernel, task);
  if (!result.ok) return transferred({ ...result, body }, [body]);
  const { bytes, ends, ...counts } = result;
  const grown = bytes.buffer === arena ? undefined : (bytes.buffer as ArrayBuffer);
  const where = { at: bytes.byteOffset, length: bytes.length, endsAt: ends.byteOffset, events: ends.length };
  return transferred({ ...counts, ...where, body, grown }, grown === undefined ? [body] : [body, grown]);
}

async function run(kernel: Kernel, { body, bodyLength, encoding, region, ...task }: FormatTask): Promise<KernelResult> {
  const packed = new Uint8Array(body, 0, bodyLength);
  const out = region && new Uint8Array(arena, region.at, region.size);
  if (encoding !== 'zstd') return kernel.format({ ...task, body: packed, encoding, out });
  const { rawSize } = task;
  if (rawSize > maxRawSize) return fault('size-limit');
  const raw = await inflateZstd(packed, rawSize);
  return raw === undefined ? fault('zstd-corrupt') : kernel.format({ ...task, body: raw, encoding: 'none', out });
}

function fault(reason: FormatFault['reason']): KernelResult {
  return { ok: false, fault: { reason, offset: -1 } };
}

/** piscina copies what is not named here. */
function transferred(result: FormatResult, buffers: readonly ArrayBuffer[]): unknown {
  return move({ [transferableSymbol]: buffers, [valueSymbol]: result });
}
