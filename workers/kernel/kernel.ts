import type { FormatPlan } from '../../src/model/format-plan.js';
import type { FormatCounts, FormatFault } from '../../src/model/format-task.js';
import { cursorOf, originOf } from './group-cursor.js';
import { KernelFault } from './fault.js';
import { COUNTS, NUMBERS, SIZES } from './numbers.js';
import { Output } from './output.js';
import { NeedleChooser } from './needles.js';
import { encodePlan } from './plan-encoder.js';
import { type FoundLog, Rejected } from './rejected.js';

const { FAULT } = NUMBERS;
const REASONS: Readonly<Record<number, FormatFault['reason']>> = {
  [FAULT.lz4Corrupt]: 'lz4-corrupt',
  [FAULT.sizeMismatch]: 'size-mismatch',
  [FAULT.sizeLimit]: 'size-limit',
  [FAULT.protobufCorrupt]: 'protobuf-corrupt',
};

const PAGE = 65_536;
const MAX_PAGES = 65_536;
const ALIGNMENT = 16;
/** Bytes behind every input that the kernel may touch: it looks at the length behind a key before it knows whether the key is in bounds. */
const SLACK = 256;

/**
 * Tags are repeated for every log, so frames can be many times larger than their batch. Beyond this many times the largest batch it is no
 * longer a logstore's traffic but an attack on our memory.
 */
const MAX_EXPANSION = 16;
const MAX_FRAME_BYTES = 0xf000_0000;

/** Makes the test for a pattern in RE2 syntax. */
export type CompilePattern = (pattern: string) => (text: string) => boolean;

/** First guess of bytes of frames per raw byte; afterwards the plan's last batch is asked. */
const FIRST_EXPANSION = 1.3;
const HEADROOM = 1.05;

/** Memory beyond the second number is given back after so many batches in a row that needed less than a quarter of it. */
const SMALL_BATCHES = 16;
const SMALL_MEMORY = 8 << 20;
const MUCH_LARGER = 4;

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
  counts(): number;
}

interface KernelPlan {
  /** Where its bytes lie, and where among them the plan itself. */
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly address: number;
  readonly needles: NeedleChooser;
  expansion: number;
}

export interface KernelInput {
  /** Number of the plan. */
  readonly plan: number;
  readonly body: Uint8Array;
  readonly encoding: 'none' | 'lz4';
  /** Bytes of the decompressed LogGroupList, as claimed. */
  readonly rawSize: number;
  /** Where the batch comes from: only the ids of its events need it. */
  readonly shard?: number;
  readonly cursor?: string;
  /** Memory to write into; left alone if it is too small. Begins at a multiple of 4 in its buffer, of 8 for the quickest copy. */
  readonly out: Uint8Array | undefined;
}

export type KernelResult = KernelFrames | { readonly ok: false; readonly fault: FormatFault };

interface KernelFrames extends FormatCounts {
  readonly ok: true;
  /** All frames, back to back, and the offset of the end of each; in {@link KernelInput.out} if that was large enough. */
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

/**
 * Raw batches in, syslog frames out; no I/O, no clock, no strings. Whatever the bytes are, `format` ends with frames or with a fault.
 *
 * Its memory is bounded by design: the largest batch (at most `maxRawSize`) twice, compressed and not, plus a fixed megabyte. Frames leave
 * through a window of fixed size. WebAssembly's memory can't shrink, so one that was needed for a giant batch is replaced by a small one
 * once a number of batches did without.
 */
export class Kernel {
  readonly #module: WebAssembly.Module;
  #kernel: Exports;
  /** By number. */
  readonly #plans = new Map<number, KernelPlan>();
  readonly #patterns: ((text: string) => boolean)[] = [];
  readonly #compile: CompilePattern;
  readonly #maxRawSize: number;
  readonly #maxFrameBytes: number;
  /** Where batches begin, behind the plans. */
  #base: number;
  #memory: Uint8Array;
  /** Bytes that the batch at hand needs, and how many batches in a row did without most of the memory. */
  #needed = 0;
  #small = 0;
  #output: Output | undefined;
  #rejected: Rejected | undefined;

  /**
   * @param wasm the compiled assembly/index.ts.
   * @param maxRawSize bytes; a batch that claims more is refused before anything is allocated.
   */
  constructor(wasm: Uint8Array, plans: readonly FormatPlan[], maxRawSize: number, compile: CompilePattern) {
    this.#module = new WebAssembly.Module(wasm);
    this.#kernel = this.#instance();
    this.#memory = new Uint8Array(this.#kernel.memory.buffer);
    this.#maxRawSize = maxRawSize;
    this.#maxFrameBytes = Math.min(MAX_EXPANSION * maxRawSize + PAGE, MAX_FRAME_BYTES);
    this.#compile = compile;
    this.#base = align(this.#kernel.heapBase());
    for (const [number, plan] of plans.entries()) this.add(number, plan);
  }

  knows(plan: number): boolean {
    return this.#plans.has(plan);
  }

  /** One more plan; its number must be new. Not while a batch is formatted. */
  add(number: number, plan: FormatPlan): void {
    const at = this.#base;
    const compiled = (pattern: string): number => this.#patterns.push(this.#compile(pattern)) - 1;
    const { bytes, address, searches } = encodePlan(plan, at, compiled);
    this.#plans.set(number, { at, bytes, address, needles: new NeedleChooser(searches), expansion: FIRST_EXPANSION });
    this.#base = at + bytes.length;
    this.#fit(this.#base);
    this.#memory.set(bytes, at);
  }

  /** Bytes of memory held. */
  get memoryBytes(): number {
    return this.#memory.length;
  }

  format(input: KernelInput): KernelResult {
    const plan = this.#plans.get(input.plan);
    if (plan === undefined) throw new RangeError(`no plan ${input.plan}`);
    this.#needed = 0;
    try {
      this.#load(input);
      return this.#run(plan, input);
    } catch (thrown) {
      if (thrown instanceof KernelFault) return { ok: false, fault: thrown.fault };
      throw thrown;
    } finally {
      this.#output = undefined;
      this.#rejected = undefined;
      this.#shrink();
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
    plan.needles.learn(this.#memory.subarray(this.#base, this.#base + rawSize), (address, bytes) => {
      this.#memory.set(bytes, address);
      plan.bytes.set(bytes, address - plan.at);
    });
    const output = new Output({
      memory: out,
      events,
      rawSize,
      expected: rawSize * plan.expansion,
      limit: this.#maxFrameBytes,
    });
    this.#output = output;
    const origin = originOf(shard, cursor);
    const rejected = new Rejected((group) => cursorOf(cursor, group), this.#maxFrameBytes);
    this.#rejected = rejected;
    const originAt = this.#kernel.origin();
    const room = this.#memory.subarray(originAt, originAt + SIZES.ORIGIN_ROOM);
    const { written } = new TextEncoder().encodeInto(origin.text, room);
    this.#kernel.format(plan.address, this.#base, rawSize, written, origin.high, origin.low);
    if (rawSize > PAGE) plan.expansion = (output.length / rawSize) * HEADROOM;
    return { ok: true, ...output.finish(), ...this.#counts(), rejected: rejected.logs };
  }

  #counts(): Record<(typeof COUNTS)[number], number> {
    const words = new Uint32Array(this.#kernel.memory.buffer, this.#kernel.counts(), COUNTS.length);
    return Object.fromEntries(COUNTS.map((name, i) => [name, words[i]])) as Record<(typeof COUNTS)[number], number>;
  }

  #instance(): Exports {
    return new WebAssembly.Instance(this.#module, { host: this.#host() }).exports as Exports;
  }

  #layPlans(): void {
    this.#fit(this.#base);
    for (const { at, bytes } of this.#plans.values()) this.#memory.set(bytes, at);
  }

  /** A fresh instance shares the compiled code; what it costs is the memory's first touch. */
  #shrink(): void {
    const isSmall = this.#needed < this.#memory.length / MUCH_LARGER;
    this.#small = isSmall ? this.#small + 1 : 0;
    if (this.#small < SMALL_BATCHES || this.#memory.length < SMALL_MEMORY) return;
    this.#small = 0;
    this.#kernel = this.#instance();
    this.#memory = new Uint8Array(this.#kernel.memory.buffer);
    this.#layPlans();
  }

  #host(): Record<string, (...args: number[]) => unknown> {
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
      matches: (pattern: number, from: number, length: number) =>
        Number(this.#patterns[pattern]?.(DECODER.decode(this.#memory.subarray(from, from + length)))),
      fault: (reason: number, offset: number) => {
        throw new KernelFault(REASONS[reason] ?? 'protobuf-corrupt', offset);
      },
    };
  }

  #fit(size: number): void {
    this.#needed = Math.max(this.#needed, size);
    const missing = Math.ceil(size / PAGE) - this.#memory.length / PAGE;
    if (missing <= 0) return;
    if (Math.ceil(size / PAGE) > MAX_PAGES) throw new KernelFault('size-limit', -1);
    this.#kernel.memory.grow(missing);
    this.#memory = new Uint8Array(this.#kernel.memory.buffer);
  }
}

/** What is no UTF-8 becomes U+FFFD, as in frames. */
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

function align(address: number): number {
  return Math.ceil(address / ALIGNMENT) * ALIGNMENT;
}
