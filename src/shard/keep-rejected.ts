import type { ForwarderError } from '../errors/forwarder-error.js';
import type { BackoffSettings } from '../flow/backoff.js';
import type { Clock } from '../flow/clock.js';
import { untilDone } from '../flow/retry.js';
import type { FrameBatch } from '../model/batch.js';
import type { DeadLetters } from '../model/ports.js';
import type { GapTeller } from './gap-teller.js';

export interface KeepDeps {
  readonly clock: Clock;
  readonly backoff: BackoffSettings;
  readonly deadLetters: DeadLetters | undefined;
  /** Hard stop: then the batch is left for its next reader. */
  readonly signal: AbortSignal;
  readonly onError: (error: ForwarderError, pauseMs: number) => void;
  readonly gaps: GapTeller;
}

/**
 * What a batch holds that its receiver would not take goes to disk before the batch is sent, as one letter: the lists of several logs one behind
 * the other are a list of them all (protobuf, repeated fields). Without room the shard waits here.
 *
 * @returns the gap event that follows the batch; undefined when there is nothing to keep, or the signal ended it.
 */
export async function keepRejected(deps: KeepDeps, batch: FrameBatch): Promise<FrameBatch | undefined> {
  const { clock, backoff, signal, onError, deadLetters, gaps } = deps;
  const { rejected, shard, cursor, nextCursor } = batch;
  if (rejected.length === 0 || deadLetters === undefined) return undefined;
  const body = new Uint8Array(Buffer.concat(rejected.map(({ raw }) => raw)));
  const largest = rejected.reduce((most, { messageBytes }) => Math.max(most, messageBytes), 0);
  const reason = `larger than maxEventBytes: ${rejected.length} events, the largest of ${largest} bytes`;
  const letter = { kind: 'batch', shard, cursor, nextCursor, reason, encoding: 'none', rawSize: body.length } as const;
  const name = await untilDone({ clock, backoff, signal, onError }, () => deadLetters.keep({ ...letter, body }));
  return name === undefined ? undefined : gaps.tell(batch, 'oversize', name, rejected.length);
}
