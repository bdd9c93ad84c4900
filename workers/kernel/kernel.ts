import type { FormatPlan } from '../../src/model/format-plan.js';
import type { FormatFault, FormatResult } from '../../src/model/format-task.js';
import { KernelFault } from './fault.js';
import { Output } from './output.js';
import { encodePlan } from './plan-encoder.js';
import { type FoundLog, Rejected } from './rejected.js';

/** The numbers of assembly/fault.ts. */
const REASONS: readonly FormatFault['reason'][] = ['lz4-corrupt', 'size-mismatch', 'size-limit', 'protobuf-corrupt'];

const PAGE = 65_536;
const MAX_PAGES = 65_536;
const ALIGNMENT = 16;
/** Bytes behind every input that the kernel may touch: it looks at the length behind a key before it knows whether the key is in bounds. */
const SLACK = 256;

/**
 * Tags are repeated for every log, so frames can be many times larger than their batch. Beyond this many times the largest batch it is no
 * longer a log store's traffic but an attack on our memory.
 */
const MAX_EXPANSION = 16;
const MAX_FRAME_BYTES = 0xf000_0000;

/** First guess of bytes of frames per raw byte; afterwards the plan's last batch is asked. */
const FIRST_EXPANSION = 1.3;
const HEADROOM = 1.05;

/** What assembly/index.ts exports. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
  inflate(body: number, bodyLength: number, raw: number, rawLength: number): void;
  count(raw: number, rawLength: number): number;
  origin(): number;
  format(
    plan: number,
    raw: number,
    rawLength: number,
    originLength: number,
    cursorHigh: number,
    cursorLow: number,
  ): void;
  filteredLogs(): number;
  droppedLogs(): number;
  truncatedLogs(): number;
}

interface KernelPlan {
  readonly address: number;
  expansion: number;
}

export interface KernelInput {
  /** Index into the kernel's plans. */
  readonly plan: number;
  readonly body: Uint8Array;
  readonly encoding: 'none' | 'lz4';
  /** Bytes of the decompressed LogGroupList, as claimed. */
  readonly rawSize: number;
  /** Where the batch comes from: only the ids of its events need it. */
  readonly shard?: number;
  readonly cursor?: string;
  /** A used buffer to write into; left alone if it is too small. */
  readonly out: ArrayBuffer | undefined;
}

type Ok = Extract<FormatResult, { ok: true }>;

export type KernelResult = Omit<Ok, 'body'> | { readonly ok: false; readonly fault: FormatFault };

/**
 * Raw batches in, syslog frames out; no I/O, no clock, no strings. Whatever the bytes are, `format` ends with frames or with a fault.
 *
 * Its memory can't shrink, so it is bounded by design: the largest batch (at most `maxRawSize`) twice, compressed and not, plus a fixed
 * half megabyte. Frames leave through a window of fixed size.
 */
export class Kernel {
  readonly #kernel: Exports;
  readonly #plans: readonly KernelPlan[];
  readonly #maxRawSize: number;
  readonly #maxFrameBytes: number;
  /** Where batches begin, behind the plans. */
  readonly #base: number;
  #memory: Uint8Array;
  #output: Output | undefined;
  #rejected: Rejected | undefined;

  /**
   * @param wasm the compiled assembly/index.ts.
   * @param maxRawSize bytes; a batch that claims more is refused before anything is allocated.
   */
  constructor(wasm: Uint8Array, plans: readonly FormatPlan[], maxRawSize: number) {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), { host: this.#host() });
    this.#kernel = instance.exports as Exports;
    this.#memory = new Uint8Array(this.#kernel.memory.buffer);
    this.#maxRawSize = maxRawSize;
    this.#maxFrameBytes = Math.min(MAX_EXPANSION * maxRawSize + PAGE, MAX_FRAME_BYTES);
    let base = align(this.#kernel.heapBase());
    this.#plans = plans.map((plan) => {
      const { bytes, address } = encodePlan(plan, base);
      this.#fit(base + bytes.length);
      this.#memory.set(bytes, base);
      base += bytes.length;
      return { address, expansion: FIRST_EXPANSION };
    });
    this.#base = base;
  }

  /** Bytes of memory held, for good. */
  get memoryBytes(): number {
    return this.#memory.length;
  }

  format(input: KernelInput): KernelResult {
    const plan = this.#plans[input.plan];
    if (plan === undefined) throw new RangeError(`no plan ${input.plan}`);
    try {
      this.#load(input);
      return this.#run(plan, input);
    } catch (thrown) {
      if (thrown instanceof KernelFault) return { ok: false, fault: thrown.fault };
      throw thrown;
    } finally {
      this.#output = undefined;
      this.#rejected = undefined;
    }
  }

  /** Leaves the decompressed batch at the base. */
  #load({ body, encoding, rawSize }: KernelInput): void {
    if (rawSize > this.#maxRawSize) throw new KernelFault('size-limit', -1);
    const raw = this.#base;
    if (encoding === 'none') {
      if (body.length !== rawSize) throw new KernelFault('size-mismatch', -1);
      this.#fit(raw + rawSize + SLACK);
      this.#memory.set(body, raw);
      return;
    }
    // No LZ4 block is longer than this, however badly it compresses.
    if (body.length > rawSize + rawSize / 255 + 16) throw new KernelFault('size-mismatch', -1);
    const packed = align(raw + rawSize + SLACK);
    this.#fit(packed + body.length + SLACK);
    this.#memory.set(body, packed);
    this.#kernel.inflate(packed, body.length, raw, rawSize);
  }

  #run(plan: KernelPlan, { rawSize, shard = 0, cursor = '', out }: KernelInput): KernelResult {
    const events = this.#kernel.count(this.#base, rawSize);
    const output = new Output({
      buffer: out,
      events,
      rawSize,
      expected: rawSize * plan.expansion,
      limit: this.#maxFrameBytes,
    });
    this.#output = output;
    const origin = originOf(shard, cursor);
    const rejected = new Rejected((group) => cursorOf(cursor, group), this.#maxFrameBytes);
    this.#rejected = rejected;
    const { written } = new TextEncoder().encodeInto(origin.text, this.#memory.subarray(this.#kernel.origin()));
    this.#kernel.format(plan.address, this.#base, rawSize, written, origin.high, origin.low);
    if (rawSize > PAGE) plan.expansion = (output.length / rawSize) * HEADROOM;
    const filtered = this.#kernel.filteredLogs();
    const dropped = this.#kernel.droppedLogs();
    const truncated = this.#kernel.truncatedLogs();
    return { ok: true, ...output.finish(), filtered, dropped, truncated, rejected: rejected.logs };
  }

  #host(): Record<string, (...args: number[]) => void> {
    return {
      emit: (from: number, length: number, ends: number, frames: number, consumed: number) => {
        const { buffer } = this.#kernel.memory;
        this.#output?.append(new Uint8Array(buffer, from, length), new Uint32Array(buffer, ends, frames), consumed);
      },
      count: (start: number, reserved: number, length: number) => {
        this.#output?.writeCount(start, reserved, length);
      },
      reject: (
        ...[group = 0, groupLength = 0, log = 0, logLength = 0, groupIndex = 0, index = 0, messageBytes = 0]
      ) => {
        const found: FoundLog = { group, groupLength, log, logLength, groupIndex, index, messageBytes };
        this.#rejected?.add(this.#memory, found);
      },
      fault: (reason: number, offset: number) => {
        throw new KernelFault(REASONS[reason] ?? 'protobuf-corrupt', offset);
      },
    };
  }

  #fit(size: number): void {
    const missing = Math.ceil(size / PAGE) - this.#memory.length / PAGE;
    if (missing <= 0) return;
    if (Math.ceil(size / PAGE) > MAX_PAGES) throw new KernelFault('size-limit', -1);
    this.#kernel.memory.grow(missing);
    this.#memory = new Uint8Array(this.#kernel.memory.buffer);
  }
}

interface Origin {
  readonly text: string;
  readonly high: number;
  readonly low: number;
}

const MAX_CURSOR = 2n ** 64n;

/**
 * A cursor is the base64 of a decimal number, and that of each further log group is one more. One that is not stays as it is, and the
 * groups behind it are counted from 0.
 */
function originOf(shard: number, cursor: string): Origin {
  const text = decodeBase64(cursor);
  const number = /^\d{1,20}$/.test(text) ? BigInt(text) : MAX_CURSOR;
  if (number >= MAX_CURSOR) return { text: `${shard}/${cursor.slice(0, MAX_ODD_CURSOR)}/`, high: 0, low: 0 };
  return { text: `${shard}/`, high: Number(number >> 32n), low: Number(number & 0xffff_ffffn) };
}

/** The cursor of a batch's log group; that of the batch where it is no number. */
function cursorOf(cursor: string, group: number): string {
  const text = decodeBase64(cursor);
  return /^\d{1,20}$/.test(text) ? btoa(String(BigInt(text) + BigInt(group))) : cursor;
}

/** The kernel's wrapper runs wherever JavaScript does: no Buffer. */
function decodeBase64(text: string): string {
  try {
    return atob(text);
  } catch {
    return '';
  }
}

const MAX_ODD_CURSOR = 400;

function align(address: number): number {
  return Math.ceil(address / ALIGNMENT) * ALIGNMENT;
}
