/**
 * What every part says about itself when asked. Metrics, health, the status line and the summing-up all read these and nothing
 * else: no part knows of prom-client, and nothing is counted twice. Numbers named like counters only ever grow.
 */

/** How often something took how long. */
export interface HistogramSnapshot {
  /** By bucket: at most `BUCKETS_MS[i]`, and what took longer in one more at the end. Not cumulative. */
  readonly counts: readonly number[];
  readonly sumMs: number;
}

export type ShardPhase = 'starting' | 'reading' | 'draining' | 'released';

/** What a shard's line does with others, each of which can fail by itself: find its start, pull, make frames, store its checkpoint. */
export type ShardDeed = 'acquire' | 'pull' | 'format' | 'commit';

export interface Failing {
  readonly deed: ShardDeed;
  /** A code of the error table. */
  readonly code: string;
  /** Since its first failure after it last worked. */
  readonly seconds: number;
}

/** How far the watermark of a shard is behind its end. */
export interface Lag {
  /** Between now and the receive time of the watermark; about 0 at the tip. */
  readonly seconds: number;
  /** Between the two cursors; undefined until the end was asked for, or where cursors do not tell. */
  readonly logGroups: number | undefined;
  /** That many times the average of this shard; undefined before it brought anything. */
  readonly estimatedEvents: number | undefined;
  /** Likewise, decompressed. */
  readonly estimatedBytes: number | undefined;
}

export interface ShardSnapshot {
  readonly shard: number;
  readonly phase: ShardPhase;
  /** At the tip of the shard when last asked. */
  readonly caughtUp: boolean;
  readonly lag: Lag;
  /** Of a bounded run: log groups from the watermark to where it ends; undefined until that is known, or where cursors do not tell. */
  readonly leftGroups: number | undefined;
  /** Seconds since something was pulled, settled or found to be at its end. */
  readonly idleSeconds: number;
  /** It has data, and that is longer than it should be. */
  readonly stalled: boolean;
  /** What fails at present and is tried again. */
  readonly failing: readonly Failing[];
  readonly inFlightBatches: number;
  /** Nothing is pulled, because its checkpoint could not be stored for too long. */
  readonly heldBack: boolean;
  /** Pulled and not settled: those in flight, and those that have arrived and wait for proof. */
  readonly unprovenBatches: number;
  readonly inFlightBytes: number;
  /** Seconds since the watermark was last stored, undefined if it never was. */
  readonly checkpointAgeSeconds: number | undefined;
}

/** Sums over all shards a pipeline has had since it started. */
export interface PipelineTotals {
  readonly pulls: number;
  readonly pulledBytes: number;
  readonly rawBytes: number;
  readonly logGroups: number;
  readonly settledEvents: number;
  readonly settledBytes: number;
  readonly checkpoints: number;
  /** Events of settled batches that the filters left out, that were too large and dropped, and that were cut to size. */
  readonly filteredEvents: number;
  /** Left out by sampling alone. */
  readonly sampledEvents: number;
  readonly droppedEvents: number;
  readonly truncatedEvents: number;
  /** Came out empty and were not sent. */
  readonly emptyEvents: number;
  /** Sent although their body shows nothing of the log. */
  readonly bareEvents: number;
  /** Sent with the time of the log, because their `eventTime` is missing or can't be read. */
  readonly untimedEvents: number;
  /** Ranges that were not delivered, each told to the receiver by a gap event. */
  readonly gaps: number;
  /** How many of those are kept as dead letters. */
  readonly deadLetters: number;
  readonly shardsAcquired: number;
  /** Checkpoints found that somebody else stored for a shard of ours: a second process under our consumer name. */
  readonly consumerCollisions: number;
  readonly shardsReleased: Readonly<Record<string, number>>;
  /** Failed requests to the service by error code. */
  readonly errors: Readonly<Record<string, number>>;
  /** How long batches took: the request for one, from its arrival until it was formatted (with the wait for a thread), the request that stored a checkpoint. */
  readonly stages: Readonly<Record<'pull' | 'format' | 'commit', HistogramSnapshot>>;
}

/** One logstore of a pipeline. */
/** Seconds for which a logstore keeps what it gets. */
export type Retention = number | 'forEver';

export interface PipelineSnapshot {
  readonly name: string;
  /** The name, with the logstore where the pipeline reads several: for messages. */
  readonly title: string;
  /** Name of the Log Service it reads from. */
  readonly source: string;
  readonly project: string;
  readonly logstore: string;
  readonly consumerGroup: string;
  readonly consumer: string;
  readonly destination: string;
  /** Why it has not joined its consumer group yet: a code of the error table, and since when; undefined where nothing fails. */
  readonly startFailing: { readonly code: string; readonly seconds: number } | undefined;
  /** Seconds since the last heartbeat the service accepted, undefined before the first. */
  readonly heartbeatAgeSeconds: number | undefined;
  /** Seconds the service waits for a heartbeat before it gives our shards away. */
  readonly heartbeatTimeoutSeconds: number;
  readonly heartbeats: number;
  /** Undefined while unknown. */
  readonly retention: Retention | undefined;
  readonly shards: readonly ShardSnapshot[];
  readonly totals: PipelineTotals;
}

/** What the patterns of a pipeline find. */
export interface DiscoverySnapshot {
  readonly pipeline: string;
  /** Name of the Log Service that is asked. */
  readonly source: string;
  /** Whether it is known at all what there is. */
  readonly looked: boolean;
  /** Logstores that are there and chosen by a pattern. */
  readonly found: number;
  /** Of those, not read: the log says why. */
  readonly unread: number;
  /** Why a list can't be had: a code of the error table, and since when. */
  readonly failing: { readonly code: string; readonly seconds: number } | undefined;
}

export type ConnectionPhase = 'idle' | 'dialling' | 'connected' | 'waiting' | 'parked' | 'ending' | 'closed';

/** Why a connection was lost or could not be made. */
export interface ConnectionFailure {
  readonly code: string;
  /** In words, with the endpoint. */
  readonly message: string;
  /** Since the first failure after the connection last proved to be good. */
  readonly seconds: number;
}

/** `zeroWindow`: the receiver reads nothing and its kernel takes no more. `silent`: its kernel does not answer either. */
export type ConnectionStall = 'zeroWindow' | 'silent';

export interface ConnectionSnapshot {
  /** `tcp://host:port` as configured. */
  readonly endpoint: string;
  readonly phase: ConnectionPhase;
  /** Handed over to the connection, and still held in memory. */
  readonly pendingBytes: number;
  /** Handed over and not settled. */
  readonly unprovenEvents: number;
  /**
   * What settles batches here: `answer` of the receiver (or its kernel, as the guarantee says); bytes and `time` on a connection that has proven
   * itself; or nothing yet. Then it is `probation` for a young connection, and `none` if the receiver ended the one before it early.
   */
  readonly proof: 'answer' | 'time' | 'probation' | 'none';
  /** Accepted by our kernel and not yet known to be acked by the peer's. */
  readonly unackedBytes: number;
  /** The stall that the last look found; undefined if it found none. */
  readonly stall: ConnectionStall | undefined;
  /** The last one since the connection last proved to be good; undefined when there was none. */
  readonly failure: ConnectionFailure | undefined;
  /** When last looked at, the kernel did not tell what is acked. */
  readonly blind: boolean;
}

/** A receiver that holds up what is meant for it: every connection is down, or has not settled all it was given. */
export function isBlocked(connections: readonly Pick<ConnectionSnapshot, 'phase' | 'unprovenEvents'>[]): boolean {
  return connections.every(({ phase, unprovenEvents }) => phase !== 'connected' || unprovenEvents > 0);
}

export interface DestinationTotals {
  readonly writtenBytes: number;
  /** Those sent again included. */
  readonly writtenEvents: number;
  readonly settledBytes: number;
  readonly settledEvents: number;
  /**
   * Events written again that may have arrived before: an upper bound of the duplicates a receiver can see. Before anything is settled none counts:
   * nobody knows then whether the receiver understands what it gets.
   */
  readonly resentEvents: number;
  readonly connects: number;
  /** Lost connections and failed dials by error code. */
  readonly errors: Readonly<Record<string, number>>;
  /** How long batches took from being handed over, each time they were written. */
  readonly stages: Readonly<Record<'written' | 'acked' | 'settled', HistogramSnapshot>>;
}

export interface CertificateSnapshot {
  /** `own`, or the endpoint whose it is. */
  readonly name: string;
  /** Until it expires; negative once it has. */
  readonly daysLeft: number;
}

export interface DestinationSnapshot {
  readonly name: string;
  readonly guarantee: string;
  readonly connections: readonly ConnectionSnapshot[];
  /** Events and bytes a second: over the last ten seconds, and allowed at present (undefined: any); what part of the rate is ours, 0 to 1. */
  readonly rate: {
    readonly usedEps: number;
    readonly limitEps: number | undefined;
    readonly limitBytes: number | undefined;
    readonly part: number | undefined;
  };
  /** The certificates last used with it. */
  readonly certificates: readonly CertificateSnapshot[];
  readonly totals: DestinationTotals;
}

export interface Snapshot {
  readonly pipelines: readonly PipelineSnapshot[];
  /** Sums of the logstores that are not read any more. */
  readonly ended: readonly PipelineTotals[];
  /** Of each pipeline with patterns. */
  readonly discoveries: readonly DiscoverySnapshot[];
  readonly destinations: readonly DestinationSnapshot[];
  readonly budget: { readonly limitBytes: number; readonly reservedBytes: number; readonly waiting: number };
  /** Undefined: off. */
  readonly deadLetters: { readonly limitBytes: number; readonly bytes: number } | undefined;
  /** Lines of the log that could not be written, and why the last could not; undefined: it could. */
  readonly log: { readonly lostLines: number; readonly fault: string | undefined };
  readonly formatter: { readonly threads: number; readonly queued: number; readonly tasks: number };
}
