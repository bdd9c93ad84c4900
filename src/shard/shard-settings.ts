import type { BackoffSettings } from '../flow/backoff.js';
import type { StartPosition } from '../model/ports.js';

/** What the service's answer "this cursor is expired or garbage" leads to. */
export type ExpiredCursorPolicy = 'oldest' | 'latest' | 'fail';

export interface ShardSettings {
  /** Where a shard without a checkpoint starts. */
  readonly start: StartPosition;
  /** Where every shard ends; undefined: nowhere, so it is read without end. */
  readonly end?: StartPosition | undefined;
  readonly onExpiredCursor: ExpiredCursorPolicy;
  /** Batches of one shard between pull and settled. */
  readonly windowBatches: number;
  /** Largest pull reply to ask for, raw bytes. */
  readonly maxPullBytes: number;
  /** Pause before asking again at the tip of the shard. */
  readonly idlePollMs: number;
  /** … which grows up to this while nothing comes for long. */
  readonly idlePollMaxMs: number;
  /** Least time between two pulls of one shard (the service allows 100 reads a second). */
  readonly minPullIntervalMs: number;
  readonly checkpointIntervalMs: number;
  /** When checkpoints could not be stored for this long, nothing more is pulled: a crash sends no more than that again; 0: it goes on. */
  readonly checkpointMaxAgeMs: number;
  /** An unchanged checkpoint is written again this often where nothing else can tell that a shard has become read-only. */
  readonly checkpointRefreshMs: number;
  /** How long a shard taken from us may take to drain before what is in flight is abandoned. */
  readonly drainTimeoutMs: number;
  /** With data and without progress for longer the shard counts as stalled. */
  readonly maxStallMs: number;
  readonly retry: BackoffSettings;
}
