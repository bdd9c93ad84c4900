/**
 * Many more damaged inputs than fuzz.test.ts, against the bare kernel: one instance, inputs of at most a kilobyte. Memory behind an input is
 * full of a byte that no input has and no plan writes, so one such byte in a frame proves a read outside the batch. `FUZZ_RUNS=1000000`.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FormatPlan } from '../../../src/model/format-plan.js';
import { encodePlan } from '../../../workers/kernel/plan-encoder.js';
import { logGroupList } from '../../support/oracle/arbitrary.js';
import { plan } from '../../support/oracle/arbitrary-plan.js';
import { inflatedSize, lz4Compress } from '../../support/oracle/lz4-block.js';
import { Mutator, Random } from '../../support/oracle/mutator.js';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 20_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

const POISON = 0x7e;
const LARGEST = 1024;
/** What the kernel may look at behind an input, and what LZ4 may write. */
const SLACK = 256;
const PLANS = 60;

const FAULT = new Error('fault');

interface Kernel {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
  inflate(body: number, bodyLength: number, raw: number, rawLength: number): void;
  count(raw: number, rawLength: number): number;
  origin(): number;
  format(plan: number, raw: number, length: number, origin: number, high: number, low: number): void;
}

/** Nothing is copied: what the kernel hands out is looked at where it lies. */
class Harness {
  readonly #kernel: Kernel;
  readonly #memory: Uint8Array;
  readonly #plans: number[] = [];
  readonly #raw: number;
  readonly #packed: number;
  frames = 0;
  faults = 0;
  #written = 0;

  constructor(plans: readonly FormatPlan[]) {
    const wasm = readFileSync(new URL('../../../workers/kernel/kernel.wasm', import.meta.url));
    this.#kernel = new WebAssembly.Instance(new WebAssembly.Module(wasm), { host: this.#host() })
      .exports as unknown as Kernel;
    this.#kernel.memory.grow(64);
    this.#memory = new Uint8Array(this.#kernel.memory.buffer);
    let at = Math.ceil(this.#kernel.heapBase() / 16) * 16;
    for (const one of plans) {
      const { bytes, address } = encodePlan(one, at, () => 0);
      this.#memory.set(bytes, at);
      this.#plans.push(address);
      at += bytes.length;
    }
    this.#raw = at;
    this.#packed = at + LARGEST + SLACK;
    assert.ok(this.#packed + LARGEST + SLACK <= this.#memory.length);
    this.#memory[this.#kernel.origin()] = 0x30;
  }

  get plans(): number {
    return this.#plans.length;
  }

  format(plan: number, input: Uint8Array): void {
    this.#memory.fill(POISON, this.#raw, this.#raw + LARGEST + SLACK);
    this.#memory.set(input, this.#raw);
    this.#guarded(plan, input.length);
  }

  inflate(plan: number, input: Uint8Array, rawLength: number): void {
    this.#memory.fill(POISON, this.#raw, this.#packed + LARGEST + SLACK);
    this.#memory.set(input, this.#packed);
    try {
      this.#kernel.inflate(this.#packed, input.length, this.#raw, rawLength);
      const inflated = this.#memory.subarray(this.#raw, this.#raw + rawLength);
      assert.equal(inflated.indexOf(POISON), -1, 'inflated bytes that are not of the block');
    } catch (thrown) {
      if (thrown !== FAULT) throw thrown;
      this.faults++;
      return;
    }
    this.#memory.fill(POISON, this.#raw + rawLength, this.#raw + LARGEST + SLACK);
    this.#guarded(plan, rawLength);
  }

  #guarded(plan: number, length: number): void {
    this.#written = 0;
    try {
      this.#kernel.count(this.#raw, length);
      this.#kernel.format(this.#plans[plan] ?? 0, this.#raw, length, 1, 0, 7);
    } catch (thrown) {
      if (thrown !== FAULT) throw thrown;
      this.faults++;
    }
  }

  #host(): Record<string, (...args: number[]) => unknown> {
    return {
      emit: (from = 0, length = 0, ends = 0, frames = 0) => {
        const bytes = this.#memory.subarray(from, from + length);
        assert.equal(bytes.indexOf(POISON), -1, 'a frame has a byte that is not of its batch');
        // Nor may a later frame have one of this.
        bytes.fill(POISON);
        const view = new Uint32Array(this.#memory.buffer, ends, frames);
        assert.ok(view.every((end, i) => end <= this.#written + length && end >= (view[i - 1] ?? 0)));
        this.#written += length;
        this.frames += frames;
      },
      count: (...[, reserved = 0, length = 0]) => {
        this.#written += String(length).length + 1 - reserved;
      },
      reject: (group = 0, groupLength = 0, log = 0, logLength = 0) => {
        assert.ok(group >= this.#raw && group + groupLength <= this.#raw + LARGEST);
        assert.ok(log >= group && log + logLength <= group + groupLength);
      },
      matches: (...[, from = 0, length = 0]) => Number(from + length <= this.#memory.length && length > 9),
      fault: () => {
        throw FAULT;
      },
    };
  }
}

/** Random plans that do not write the poison themselves. */
function plansOf(seed: number): FormatPlan[] {
  return fc
    .sample(plan, { numRuns: 2 * PLANS, seed })
    .filter((one) => !JSON.stringify(one).includes('~'))
    .slice(0, PLANS);
}

function inputsOf(seed: number): Uint8Array[] {
  const some = fc.sample(logGroupList, { numRuns: 600, seed });
  return some.filter(({ length }) => length > 20 && length <= LARGEST - 100);
}

/** Random plans may leave most of it out, but neither way may be dead. */
function assertReached({ faults, frames }: Harness): void {
  assert.ok(faults > RUNS / 100 && frames > RUNS / 100, `${faults} faults, ${frames} frames`);
}

test('damaged LogGroupLists never trap, and never show a byte that is not theirs', (context) => {
  context.diagnostic(`FUZZ_SEED=${SEED}`);
  const random = new Random(SEED);
  const harness = new Harness(plansOf(SEED));
  const mutator = new Mutator(inputsOf(SEED), random, POISON, LARGEST);
  for (let run = 0; run < RUNS; run++) harness.format(random.below(harness.plans), mutator.next());
  assertReached(harness);
});

test('the same for damaged LZ4 blocks', (context) => {
  context.diagnostic(`FUZZ_SEED=${SEED}`);
  const random = new Random(SEED);
  const harness = new Harness(plansOf(SEED));
  const blocks = inputsOf(SEED).map((raw) => lz4Compress(raw));
  const mutator = new Mutator(blocks, random, POISON, LARGEST);
  for (let run = 0; run < RUNS; run++) {
    const block = mutator.next();
    harness.inflate(random.below(harness.plans), block, inflatedSize(block, LARGEST) ?? random.below(LARGEST));
  }
  assertReached(harness);
});
