import assert from 'node:assert/strict';
import { ByteBudget } from '../../src/flow/byte-budget.js';
import type { ForwarderError } from '../../src/errors/forwarder-error.js';
import { Pipeline, type PipelineSettings } from '../../src/group/pipeline.js';
import type { ShardSettings } from '../../src/shard/shard-settings.js';
import { FakeDestination, FakeFormatter, type FakeDeadLetters } from './fake-delivery.js';
import type { FakeService } from './fake-service.js';
import type { ManualClock } from './manual-clock.js';
import { RecordingLog } from './recording-log.js';

export const shardSettings: ShardSettings = {
  start: 'begin',
  onExpiredCursor: 'oldest',
  windowBatches: 4,
  maxPullBytes: 400,
  idlePollMs: 200,
  idlePollMaxMs: 1000,
  minPullIntervalMs: 10,
  checkpointIntervalMs: 1000,
  checkpointMaxAgeMs: 20_000,
  checkpointRefreshMs: 60_000,
  drainTimeoutMs: 8000,
  maxStallMs: 60_000,
  retry: { initialMs: 100, maxMs: 2000 },
};

export const pipelineSettings: PipelineSettings = {
  name: 'main',
  title: 'main',
  source: 'sg',
  project: 'demo',
  logstore: 'audit',
  consumerGroup: 'siem',
  consumer: 'one',
  destination: 'siem',
  heartbeatIntervalMs: 1000,
  shardCheckMs: 2000,
  group: { timeoutSeconds: 10, inOrder: false },
  shard: shardSettings,
};

/** A whole pipeline over fakes: one process of a consumer group, as far as the core can tell. */
export class FakeProcess {
  readonly log = new RecordingLog();
  readonly formatter = new FakeFormatter();
  readonly destination = new FakeDestination();
  readonly budget: ByteBudget;
  readonly deadLetters: FakeDeadLetters | undefined;
  readonly failures: ForwarderError[] = [];
  readonly consumer: string;
  readonly pipeline: Pipeline;
  #alive = true;

  constructor(
    service: FakeService,
    clock: ManualClock,
    consumer = 'one',
    settings: Partial<PipelineSettings> = {},
    deadLetters?: FakeDeadLetters,
    budget = new ByteBudget(2000),
  ) {
    this.budget = budget;
    this.deadLetters = deadLetters;
    this.consumer = consumer;
    this.pipeline = new Pipeline({
      settings: { ...pipelineSettings, consumer, ...settings },
      source: service.source,
      group: service.group(consumer, () => this.#alive),
      formatter: this.formatter,
      destination: this.destination,
      budget: this.budget.share(1),
      deadLetters: this.deadLetters,
      clock,
      log: this.log,
      onFailed: (error) => this.failures.push(error),
      onStartFailed: (error) => this.failures.push(error) === 0,
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  async start(): Promise<void> {
    await this.pipeline.start(new AbortController().signal);
  }

  /** Every batch's share of the budget and its memory were given back. */
  assertHoldsNothing(): void {
    assert.equal(this.budget.reservedBytes, 0);
    assert.equal(this.formatter.lent.size, 0);
  }

  /** kill -9: from now on nothing it asks of the service is answered, and nothing it sends counts. */
  kill(): void {
    this.#alive = false;
    this.destination.cut = true;
  }
}
