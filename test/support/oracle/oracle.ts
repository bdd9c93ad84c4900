/** The built kernel, and how its results are read. */
import { readFileSync } from 'node:fs';
import type { FormatPlan } from '../../../src/model/format-plan.js';
import { Kernel, type KernelResult } from '../../../workers/kernel/kernel.js';
import { compilePattern } from '../../../workers/patterns.js';

const wasm = readFileSync(new URL('../../../workers/kernel/kernel.wasm', import.meta.url));

/** How many times the usual number of random runs to make. */
export const RUNS = Number(process.env['KERNEL_RUNS'] ?? 1);

export function kernelOf(plans: readonly FormatPlan[], maxRawSize = 1 << 24, compile = compilePattern): Kernel {
  return new Kernel(wasm, plans, maxRawSize, compile);
}

export const PLAN: FormatPlan = {
  maps: {},
  framing: { trailer: '\n' },
  newline: 'escape',
  header: {
    style: 'rfc5424',
    dialect: 'bsd',
    zone: undefined,
    priority: 134,
    fractionDigits: 6,
    hostname: [{ kind: 'field', refs: [{ kind: 'tag', key: '__hostname__' }, { kind: 'source' }], fallback: 'sls' }],
    appName: [{ kind: 'literal', text: 'store' }],
    procId: [],
    msgId: [],
    structuredData: [],
    bom: false,
  },
  eventTime: undefined,
  body: { kind: 'kv', separator: '||', quote: 'none' },
  shape: undefined,
  masks: undefined,
  include: undefined,
  exclude: undefined,
  rules: [],
  size: undefined,
};

export interface Frames {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

/** The frames one by one. */
export function split({ bytes, ends }: Frames): Uint8Array[] {
  if ((ends.at(-1) ?? 0) !== bytes.length) throw new Error(`the last frame ends at ${ends.at(-1)} of ${bytes.length}`);
  return Array.from(ends, (end, i) => bytes.slice(ends[i - 1] ?? 0, end));
}

/** Formats an uncompressed LogGroupList. */
export function run(kernel: Kernel, raw: Uint8Array, plan = 0, out?: Uint8Array): KernelResult {
  return kernel.format({ plan, body: raw, encoding: 'none', rawSize: raw.length, out });
}

export function framesOf(result: KernelResult): Uint8Array[] {
  if (!result.ok) throw new Error(`fault: ${result.fault.reason} at ${result.fault.offset}`);
  return split(result);
}

export function textOf(frames: readonly Uint8Array[]): string[] {
  return frames.map((frame) => Buffer.from(frame).toString());
}
