import { asForwarderError, type ForwarderError } from '../errors/forwarder-error.js';
import { Backoff, type BackoffSettings } from '../flow/backoff.js';
import { sleep, type Clock } from '../flow/clock.js';
import type { BatchRef, FrameBatch } from '../model/batch.js';
import type { Formatter, LogSource } from '../model/ports.js';

export interface MendDeps {
  readonly source: LogSource;
  readonly formatter: Formatter;
  readonly clock: Clock;
  readonly backoff: BackoffSettings;
  /** Hard stop: then the batch is left for its next reader. */
  readonly signal: AbortSignal;
  readonly onError: (error: ForwarderError, pauseMs: number) => void;
}

const MAX_COUNT = 1000;

/**
 * The one way a batch that could not be formatted is recovered: the source is replayable, so the same range is pulled again, for as long as it
 * takes. The service may cut the range differently this time, hence a list; `end_cursor` keeps it from running into the next batch.
 *
 * @param first why formatting failed.
 * @returns undefined when the signal ended it.
 */
export async function mendBatch(
  deps: MendDeps,
  ref: BatchRef,
  first: ForwarderError,
): Promise<FrameBatch[] | undefined> {
  const { clock, signal, onError } = deps;
  const backoff = new Backoff(deps.backoff);
  let error = first;
  for (;;) {
    const pauseMs = error.class === 'retry' ? backoff.next(error.retryAfterMs) : deps.backoff.maxMs;
    onError(error, pauseMs);
    await sleep(clock, pauseMs, signal);
    if (signal.aborted) return undefined;
    try {
      return await pullAgain(deps, ref);
    } catch (thrown) {
      error = asForwarderError(thrown);
    }
  }
}

async function pullAgain(deps: MendDeps, ref: BatchRef): Promise<FrameBatch[]> {
  const { source, formatter, signal } = deps;
  const parts: FrameBatch[] = [];
  let cursor = ref.cursor;
  while (cursor !== ref.nextCursor) {
    const reply = await source.pull(ref.shard, cursor, MAX_COUNT, signal, ref.nextCursor);
    if (reply.nextCursor === cursor) break;
    const { nextCursor, body, bodyLength, encoding, rawSize } = reply;
    if (bodyLength > 0) {
      parts.push(
        await formatter.format({
          shard: ref.shard,
          seq: ref.seq,
          cursor,
          nextCursor,
          body,
          bodyLength,
          encoding,
          rawSize,
        }),
      );
    }
    cursor = nextCursor;
  }
  return parts;
}
