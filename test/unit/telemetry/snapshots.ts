import { Histogram } from '../../../src/flow/histogram.js';
import type {
  ConnectionSnapshot,
  DestinationSnapshot,
  Lag,
  PipelineSnapshot,
  ShardSnapshot,
  Snapshot,
} from '../../../src/model/snapshot.js';

const none = new Histogram().snapshot();

export const lag = (seconds: number, more: Partial<Lag> = {}): Lag => ({
  seconds,
  logGroups: undefined,
  estimatedEvents: undefined,
  estimatedBytes: undefined,
  ...more,
});

export const shard = (more: Partial<ShardSnapshot> = {}): ShardSnapshot => ({
  shard: 0,
  phase: 'reading',
  caughtUp: true,
  lag: lag(0),
  leftGroups: undefined,
  idleSeconds: 0,
  stalled: false,
  heldBack: false,
  inFlightBatches: 0,
  unprovenBatches: 0,
  inFlightBytes: 0,
  failing: [],
  checkpointAgeSeconds: undefined,
  ...more,
});

export const pipeline = (more: Partial<PipelineSnapshot> = {}): PipelineSnapshot => ({
  name: 'main',
  title: 'main',
  source: 'sg',
  project: 'p',
  logstore: 'l',
  consumerGroup: 'g',
  consumer: 'c',
  destination: 'siem',
  startFailing: undefined,
  heartbeatAgeSeconds: 1,
  heartbeatTimeoutSeconds: 30,
  heartbeats: 3,
  retention: undefined,
  shards: [shard()],
  totals: {
    pulls: 10,
    pulledBytes: 2000,
    rawBytes: 9000,
    logGroups: 40,
    settledEvents: 400,
    filteredEvents: 30,
    sampledEvents: 31,
    droppedEvents: 2,
    truncatedEvents: 1,
    emptyEvents: 0,
    bareEvents: 0,
    untimedEvents: 0,
    settledBytes: 12_000,
    checkpoints: 2,
    gaps: 0,
    deadLetters: 0,
    shardsAcquired: 1,
    consumerCollisions: 0,
    shardsReleased: {},
    errors: {},
    stages: { pull: none, format: none, commit: none },
  },
  ...more,
});

export const connection = (more: Partial<ConnectionSnapshot> = {}): ConnectionSnapshot => ({
  endpoint: 'tcp://siem:514',
  phase: 'connected',
  pendingBytes: 0,
  unprovenEvents: 0,
  proof: 'time',
  unackedBytes: 0,
  blind: false,
  stall: undefined,
  failure: undefined,
  ...more,
});

export const destination = (more: Partial<DestinationSnapshot> = {}): DestinationSnapshot => ({
  name: 'siem',
  guarantee: 'settled',
  connections: [connection(), connection()],
  certificates: [{ name: 'own', daysLeft: 12.5 }],
  rate: { usedEps: 120, limitEps: undefined, limitBytes: undefined, part: undefined },
  totals: {
    ...{
      writtenBytes: 12_000,
      writtenEvents: 400,
      settledBytes: 12_000,
      settledEvents: 400,
      resentEvents: 0,
      connects: 2,
      errors: {},
    },
    stages: { written: none, acked: none, settled: none },
  },
  ...more,
});

export const snapshot = (more: Partial<Snapshot> = {}): Snapshot => ({
  pipelines: [pipeline()],
  ended: [],
  discoveries: [],
  destinations: [destination()],
  budget: { limitBytes: 1_000_000, reservedBytes: 0, waiting: 0 },
  deadLetters: undefined,
  log: { lostLines: 0, fault: undefined },
  formatter: { threads: 1, queued: 0, tasks: 10 },
  ...more,
});
