import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ErrorCode } from '../../src/errors/codes.js';
import type { FrameBatch } from '../../src/model/batch.js';
import { FakeProcess, pipelineSettings, shardSettings } from '../support/fake-pipeline.js';
import { FakeService, type Fault } from '../support/fake-service.js';
import { ManualClock } from '../support/manual-clock.js';

/**
 * Several processes of one consumer group under random events. Whatever happens: every log group arrives, in order and without a hole
 * from the checkpoint at which a process got the shard, also when a line hangs for ever without a word; no two processes send a shard between hand-overs without a fault; the checkpoint only grows; nobody sends or
 * commits without a lease; closed shards end, with `inOrder` before any of their children begins; and all memory is given back.
 */
const SHARDS = 3;
const MAX_SHARDS = 9;
const GROUPS = 60;
const MAX_STALL_MS = 20_000;
const TIMEOUT_MS = pipelineSettings.group.timeoutSeconds * 1000;

type Event =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'join' | 'stop' | 'kill' | 'stall' | 'resume' | 'freeze' | 'forget'; readonly process: number }
  | { readonly kind: 'hang'; readonly process: number }
  | { readonly kind: 'corrupt'; readonly process: number; readonly times: number }
  | {
      readonly kind: 'fault';
      readonly operation: 'pull' | 'heartbeat' | 'commit' | 'getCheckpoint';
      readonly faults: Fault[];
    }
  | { readonly kind: 'append'; readonly shard: number; readonly groups: number }
  | { readonly kind: 'split'; readonly shard: number }
  | { readonly kind: 'merge'; readonly shard: number };

const retryable: ErrorCode[] = [
  'SLS_SERVER',
  'SLS_NETWORK',
  'SLS_TIMEOUT',
  'SLS_QUOTA',
  'SLS_PROTOCOL',
  'SLS_UNAUTHORIZED',
];
const process = fc.nat(2);
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 5000 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('join', 'join', 'stop', 'kill', 'stall', 'resume', 'freeze', 'forget'),
      process,
    }),
  },
  fc.record({ kind: fc.constant('hang' as const), process }),
  fc.record({ kind: fc.constant('corrupt' as const), process, times: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    kind: fc.constant('fault' as const),
    operation: fc.constantFrom('pull', 'heartbeat', 'commit', 'getCheckpoint'),
    faults: fc.array(fc.constantFrom<Fault>('hang', ...retryable), { minLength: 1, maxLength: 6 }),
  }),
  fc.record({
    kind: fc.constant('append' as const),
    shard: fc.nat(MAX_SHARDS - 1),
    groups: fc.integer({ min: 1, max: 30 }),
  }),
  fc.record({ kind: fc.constant('split' as const), shard: fc.nat(MAX_SHARDS - 1) }),
  fc.record({ kind: fc.constant('merge' as const), shard: fc.nat(MAX_SHARDS - 1) }),
);

class World {
  readonly clock = new ManualClock();
  readonly service = new FakeService(
    this.clock,
    new Map(Array.from({ length: SHARDS }, (_, shard) => [shard, GROUPS] as const)),
  );
  /** Every process there ever was. */
  readonly all: FakeProcess[] = [];
  /** Shards sent by a process while the service knew another owner. */
  readonly trespasses: string[] = [];
  /** Shards sent before everything of a parent was. */
  readonly early: string[] = [];
  /** Log groups that are neither the next one after what the process sent before, nor where the checkpoint stood. */
  readonly disorder: string[] = [];
  readonly inOrder: boolean;
  /** The service forgot a consumer at a whim: until its next heartbeat that consumer can't know. */
  forgetful = false;
  readonly #current: (FakeProcess | undefined)[] = [];
  readonly #stops: Promise<void>[] = [];

  constructor(inOrder: boolean) {
    this.inOrder = inOrder;
  }

  async apply(step: Event): Promise<void> {
    if (step.kind === 'wait') return this.clock.advance(step.ms);
    if (step.kind === 'append' || step.kind === 'split' || step.kind === 'merge') {
      this.#write(step);
      return;
    }
    if (step.kind === 'fault') {
      this.service.faults.set(step.operation, [...(this.service.faults.get(step.operation) ?? []), ...step.faults]);
      return;
    }
    const current = this.#current[step.process];
    if (step.kind === 'join') {
      if (current === undefined) await this.#join(step.process);
    } else if (current !== undefined) await this.#do(step, current);
  }

  /** The faults are over: one healthy process is enough for everything to arrive. */
  async heal(): Promise<void> {
    this.service.faults.clear();
    for (const each of this.all) {
      if (!each.alive) continue;
      each.formatter.faults.length = 0;
      if (this.#current.includes(each)) each.formatter.stopHanging();
      this.#resume(each);
    }
    if (this.#current[0] === undefined) await this.#join(0);
    await this.clock.advance(TIMEOUT_MS * 12);
  }

  async shutDown(): Promise<void> {
    for (const { formatter } of this.all) formatter.wake();
    for (const each of this.#current) if (each !== undefined) this.#stops.push(each.pipeline.stop());
    await this.clock.advance(TIMEOUT_MS * 2);
    await Promise.all(this.#stops);
  }

  #write(step: Extract<Event, { kind: 'append' | 'split' | 'merge' }>): void {
    const { service } = this;
    const open = service.shards.filter((shard) => !service.isClosed(shard));
    const at = step.shard % open.length;
    if (step.kind === 'append') service.append(open[at]!, step.groups);
    else if (service.shards.length + 2 > MAX_SHARDS) return;
    else if (step.kind === 'split') service.reshard([open[at]!], 2);
    else if (open.length > 1) service.reshard([open[at]!, open[(at + 1) % open.length]!], 1);
  }

  async #join(index: number): Promise<void> {
    const joined = new FakeProcess(this.service, this.clock, `consumer-${this.all.length}`, {
      group: { ...pipelineSettings.group, inOrder: this.inOrder },
      shard: { ...shardSettings, maxStallMs: MAX_STALL_MS },
    });
    this.all.push(joined);
    const next = new Map<number, number>();
    joined.destination.onSend = (frames) => {
      const { shard } = frames;
      const owner = this.service.ownerOf(shard);
      this.#checkOrder(frames, next);
      if (this.inOrder) this.#checkParents(shard);
      if (owner !== joined.consumer) this.trespasses.push(`${joined.consumer} sent shard ${shard} of ${owner}`);
    };
    this.#current[index] = joined;
    await joined.start();
  }

  async #do(
    step: Exclude<Event, { kind: 'wait' | 'append' | 'split' | 'merge' | 'fault' }>,
    current: FakeProcess,
  ): Promise<void> {
    if (step.kind === 'stop') {
      current.formatter.wake();
      this.#stops.push(current.pipeline.stop());
      this.#current[step.process] = undefined;
    } else if (step.kind === 'kill') {
      current.kill();
      current.pipeline.hurry();
      this.#current[step.process] = undefined;
    } else if (step.kind === 'stall') current.destination.prompt = false;
    else if (step.kind === 'resume') this.#resume(current);
    else if (step.kind === 'freeze') this.clock.freeze(TIMEOUT_MS + 1);
    else if (step.kind === 'forget') {
      this.forgetful = true;
      this.service.forget(current.consumer);
    } else if (step.kind === 'hang') current.formatter.hang(1);
    else if (step.kind === 'corrupt') {
      for (let times = step.times; times > 0; times--) current.formatter.faults.push('FORMAT_CORRUPT');
    }
    await this.clock.advance(0);
  }

  /** A process that gets a shard goes on at its checkpoint, which may be before or after what it sent of it once; from there on without a hole. */
  #checkOrder({ shard, bytes, ends }: FrameBatch, next: Map<number, number>): void {
    const numbers = new Uint32Array(bytes.buffer, bytes.byteOffset, ends.length);
    const checkpoint = Number(this.service.checkpoints.get(shard) ?? 0);
    for (const [index, number] of numbers.entries()) {
      const follows = number === next.get(shard) || (index === 0 && number === checkpoint);
      if (!follows) this.disorder.push(`shard ${shard}: ${number} instead of ${next.get(shard) ?? checkpoint}`);
      next.set(shard, number + 1);
    }
  }

  #checkParents(shard: number): void {
    for (const parent of this.service.parentsOf(shard)) {
      const seen = receivedOf(this, parent).size;
      if (seen < this.service.size(parent)) this.early.push(`shard ${shard} after ${seen} groups of ${parent}`);
    }
  }

  #resume({ destination }: FakeProcess): void {
    destination.prompt = true;
    destination.settle();
  }
}

function receivedOf({ all }: World, shard: number): ReadonlySet<number> {
  return new Set(all.flatMap(({ destination }) => destination.received.get(shard) ?? []));
}

function checkComplete(world: World): void {
  const { service } = world;
  for (const shard of service.shards) {
    assert.equal(receivedOf(world, shard).size, service.size(shard), `shard ${shard} is complete`);
    assert.equal(service.checkpoints.get(shard), String(service.size(shard)));
  }
}

/** A closed shard that was read to its end is nobody's: it is neither read nor heartbeaten on. */
function checkOver({ all, service }: World): void {
  const held = all.filter(({ alive }) => alive).flatMap(({ pipeline }) => pipeline.snapshot().shards);
  assert.deepEqual(
    held.filter(({ shard }) => service.isClosed(shard)),
    [],
  );
}

function checkCommits({ service }: World): void {
  const last = new Map<number, number>();
  for (const { shard, cursor } of service.commits) {
    assert.ok(cursor >= (last.get(shard) ?? 0), `shard ${shard}: checkpoint ${cursor} after ${last.get(shard)}`);
    last.set(shard, cursor);
  }
}

const numRuns = Number(globalThis.process.env['MODEL_RUNS'] ?? 75);

test(
  'a consumer group under random joins, kills, stops, stalls, frozen clocks, splits, merges and failures',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 40 }), fc.boolean(), async (events, inOrder) => {
        const world = new World(inOrder);
        await world.apply({ kind: 'join', process: 0 });
        for (const step of events) await world.apply(step);
        await world.heal();
        assert.deepEqual(world.disorder, []);
        checkCommits(world);
        checkComplete(world);
        assert.deepEqual(world.early, []);
        checkOver(world);
        if (!world.forgetful) assert.deepEqual(world.trespasses, []);
        await world.shutDown();
        for (const process of world.all.filter(({ alive }) => alive)) {
          process.assertHoldsNothing();
          assert.equal(process.destination.openRoutes, 0);
        }
      }),
      { numRuns },
    );
  },
);
