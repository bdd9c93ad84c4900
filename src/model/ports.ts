/**
 * What `shard/` and `group/` may know of the world. `sls/`, `format/` and `delivery/` implement these and never import each other.
 */
import type { ConnectionSnapshot, Retention } from './snapshot.js';
import type { BatchRef, BodyEncoding, FrameBatch, RawBatch } from './batch.js';

/** Where a shard without a checkpoint starts: the oldest or the newest log, or a receive time in unix seconds (GetCursor `from`). */
export type StartPosition = 'begin' | 'end' | { readonly unixSeconds: number };

/** The reply to one PullLogs request. `nextCursor === cursor` means: caught up. */
export interface PullReply {
  /** Empty (`bodyLength` 0) when nothing was read. */
  readonly body: ArrayBuffer;
  readonly bodyLength: number;
  readonly encoding: BodyEncoding;
  readonly rawSize: number;
  readonly logGroups: number;
  /** With a query: what the service looked at to find this. Undefined without one, or where it does not say. */
  readonly scanned?: { readonly logGroups: number; readonly bytes: number } | undefined;
  readonly nextCursor: string;
  /** Receive time (unix seconds) of the position reached, where the service says it. */
  readonly cursorTime: number | undefined;
}

export interface PullHow {
  /** Not to be reached beyond. */
  readonly endCursor?: string | undefined;
  /** There is probably little or nothing to read: the reply may come behind others of this kind. */
  readonly expectsLittle?: boolean;
  /** So many bytes of memory hold its reply now, or are about to: told while it comes. */
  readonly held?: (bytes: number) => void;
}

/** Asking again and again at the tip of a shard. */
export interface TipWatch {
  /** When to ask first, monotonic ms. */
  readonly at: number;
  /** The service says that there is nothing after the cursor. @returns when to ask again, monotonic ms; undefined: no more. */
  readonly onEmpty: () => number | undefined;
  readonly signal: AbortSignal;
}

/** Reads one logstore. Every method rejects with a ForwarderError only. */
export interface LogSource {
  getCursor(shard: number, from: StartPosition, signal: AbortSignal): Promise<string>;
  /**
   * Reads up to `count` (1..1000) log groups from `cursor`.
   * Rejects with SLS_CURSOR_INVALID (permanent), SLS_SHARD_GONE (permanent), else by the class of the code.
   */
  pull(shard: number, cursor: string, count: number, signal: AbortSignal, how?: PullHow): Promise<PullReply>;
  /**
   * Asks whether there is something after a cursor, for much less than a {@link pull} costs and without its body. Resolves when only a pull can
   * tell more: something has come, the answer is any but the usual one, the request has become too old. That may be at once.
   */
  watch(shard: number, cursor: string, watch: TipWatch): Promise<void>;
  /** When the service received what stands at a cursor, unix seconds; about now at the end of the shard. */
  getCursorTime(shard: number, cursor: string, signal: AbortSignal): Promise<number>;
  /** Log groups from one cursor of a shard to a later one, both exact; undefined where the cursors do not tell. */
  groupsBetween(from: string, to: string): number | undefined;
  /** For how long the logstore keeps what it gets. Needs a right of its own. */
  retention(signal: AbortSignal): Promise<Retention>;
  /** Ids of the shards that still take writes; all others are read-only. */
  listShards(signal: AbortSignal): Promise<readonly ShardInfo[]>;
}

export interface ShardInfo {
  readonly shard: number;
  readonly readOnly: boolean;
  /** Unix seconds; undefined where the service does not say. */
  readonly createdAt: number | undefined;
  /** Half-open range of the 128-bit key space, 32 hex digits each. */
  readonly beginKey: string;
  readonly endKey: string;
}

export interface GroupSettings {
  /** Seconds without a heartbeat after which the service gives a consumer's shards away. */
  readonly timeoutSeconds: number;
  /** The service hands out children of a split or merge only after their parents are done. */
  readonly inOrder: boolean;
}

/** A group's own settings, and whether it had to be made. */
export interface GroupInForce extends GroupSettings {
  readonly created: boolean;
}

/** `not-owner` is a fact, not an error: the shard belongs to somebody else now. */
export type CommitOutcome = 'committed' | 'not-owner';

/** One consumer group as seen by one consumer. Every method rejects with a ForwarderError only. */
export interface ConsumerGroup {
  /** Creates the group if it is missing. Returns the settings in force, which may differ from those asked for. */
  ensure(wanted: GroupSettings, signal: AbortSignal): Promise<GroupInForce>;
  /** Sends the shards we hold or still drain; returns those the service assigns to us. */
  heartbeat(shards: readonly number[], signal: AbortSignal): Promise<readonly number[]>;
  /** The stored cursor, or undefined when the shard has none yet. */
  getCheckpoint(shard: number, signal: AbortSignal): Promise<string | undefined>;
  /** The stored cursor of every shard; undefined, or no entry, for one that has none yet. */
  checkpoints(signal: AbortSignal): Promise<ReadonlyMap<number, string | undefined>>;
  /** Stores a checkpoint whoever holds the shard: for a group that has lost it. */
  restore(shard: number, cursor: string, signal: AbortSignal): Promise<void>;
  /** Ownership-checked (`forceSuccess=false`). */
  commit(shard: number, cursor: string, signal: AbortSignal): Promise<CommitOutcome>;
}

/** The pool of formatter threads as one pipeline sees it (its plan is already chosen). */
export interface Formatter {
  /** Takes the batch's body away. Rejects with FORMAT_CORRUPT (permanent) or FORMATTER_CRASHED (retry). */
  format(batch: RawBatch): Promise<FrameBatch>;
  /** A body buffer of at least `size` bytes, used before if possible. */
  bodyBuffer(size: number): ArrayBuffer;
  /** Memory that a batch holds, bytes. */
  heldBytes(frames: FrameBatch): number;
  /** Gives the memory of a batch back for use by another. Nobody may look at its frames any more, nor any socket have some of it still to write. */
  recycle(frames: FrameBatch): void;
  /** The message in a frame that {@link format} made. */
  message(frame: Uint8Array): Uint8Array;
  /** The event that tells the receiver of a range it does not get. */
  gap(gap: Gap): FrameBatch;
}

/** A range of a shard that will not be delivered. */
export interface Gap extends BatchRef {
  readonly reason: 'undecodable' | 'retention' | 'refused' | 'oversize';
  /** How many are meant, where it is not all of the range. */
  readonly events: number | undefined;
  /** Name of the letter that holds it; undefined when it is gone. */
  readonly deadLetter: string | undefined;
  /** When it was given up, unix milliseconds. */
  readonly at: number;
}

/** Logs that can't be decoded or are too large, or one event that its receiver will not take. */
export interface DeadLetter {
  /** What the body is: a LogGroupList, or a syslog message. */
  readonly kind: 'batch' | 'event';
  readonly shard: number;
  readonly cursor: string;
  readonly nextCursor: string;
  /** One sentence. */
  readonly reason: string;
  readonly encoding: BodyEncoding;
  readonly rawSize: number;
  readonly body: Uint8Array;
}

/** Where one pipeline puts what can never be delivered. */
export interface DeadLetters {
  /** How long to try before. */
  readonly retryMs: number;
  /**
   * Resolves with the letter's name when it is on disk for good; the same range again changes nothing.
   * Rejects with DEAD_LETTER_REFUSED (fatal) while there is no room.
   */
  keep(letter: DeadLetter): Promise<string>;
}

/**
 * Takes the event at `index` out of a batch because the receiver refused it again and again; `said` is what the receiver said.
 * @returns the batch to go on with. Rejects with DEAD_LETTER_REFUSED while there is no room for it.
 */
export type PutAside = (frames: FrameBatch, index: number, said: string) => Promise<FrameBatch>;

/** Who keeps the frames of a route's batches. */
export interface Keeper {
  /**
   * The batch has arrived as far as one can tell, which does not settle it.
   * @returns whether its memory may be used for something else: then {@link again} makes its frames again if they are needed.
   */
  arrived(frames: FrameBatch): boolean;
  /**
   * Makes the frames of a batch again, from the source: a connection was lost before the batch was proven. Each of them goes back through
   * {@link arrived}. They are several where the source cuts the range differently. Empty when the shard is given up meanwhile. Never rejects.
   */
  again(ref: BatchRef): Promise<readonly FrameBatch[]>;
}

/** What gets a part of something by its weight. */
export interface Weighted {
  /** More than 0. */
  readonly weight: number;
}

/** What a route may ask of its sender. */
export interface RouteHelp {
  /** For what a receiver refuses; without it, that is sent again without end. */
  readonly putAside?: PutAside | undefined;
  /** Without it frames are held until their batch is settled. */
  readonly keeper?: Keeper | undefined;
  /** The rate is divided by these, by weight; what is one share stays one, however many routes it has. Without it the route is its own, of weight 1. */
  readonly share?: Weighted | undefined;
  /** A batch is wholly in our kernel for the first time, or given up. */
  readonly onWritten?: (() => void) | undefined;
}

/** A named set of receivers. */
export interface Destination {
  /** As in {@link isBlocked}. */
  readonly isBlocked: boolean;
  /**
   * A way in for one shard: sticks to one connection, so call order is arrival order.
   * @param fence asked right before a batch is begun on a socket; false means the lease is gone and the batch must not be sent.
   */
  openRoute(fence: () => boolean, help?: RouteHelp): Route;
}

/** How far the first batch of a route has come that is not settled, and over which connection. */
export interface RouteWait extends Pick<ConnectionSnapshot, 'endpoint' | 'phase' | 'proof' | 'stall' | 'failure'> {
  readonly seq: number;
  /** `waiting`: not wholly in our kernel; `arrived`: acked, and no longer in memory. */
  readonly stage: 'waiting' | 'written' | 'acked' | 'arrived';
  /** Its number. */
  readonly connection: number;
}

export interface Route {
  /**
   * Enqueues synchronously; resolves when the batch is settled, which is proven (what that means is the destination's `guarantee`).
   * Never rejects because a receiver is away (it waits and resends); rejects with ABANDONED after {@link abandon}, or when
   * the destination is closed hard. The bytes must not change until then, or until the keeper was told that they have arrived.
   */
  send(frames: FrameBatch): Promise<void>;
  /** Batches handed over that were never wholly in our kernel. */
  readonly unwritten: number;
  /** How many events one pull should bring, because the rate lets no more of this route through in a second; undefined: any. */
  readonly pullEvents: number | undefined;
  /** Undefined when everything is settled. */
  waitsFor(): RouteWait | undefined;
  /** Nothing more will come for a while: the connection may ask its receiver for proof now instead of waiting for it. */
  prove(): void;
  /** The lease is lost: nothing of this route that is not on the wire already may be sent, or sent again. */
  abandon(): void;
  /** The shard is done; to be called with nothing in flight. */
  close(): void;
}

/** Says which logstores there are. Every method rejects with a ForwarderError only. */
export interface LogstoreLister {
  /** The names of all projects of the region. Needs a right of its own. */
  listProjects(signal: AbortSignal): Promise<readonly string[]>;
  /** The names of all logstores of a project. Needs a right of its own. */
  listLogstores(project: string, signal: AbortSignal): Promise<readonly string[]>;
}
