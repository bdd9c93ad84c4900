import { asForwarderError, type ForwarderError } from '../errors/forwarder-error.js';
import { Backoff, type BackoffSettings } from '../flow/backoff.js';
import { sleep, type Clock } from '../flow/clock.js';
import type { BatchRef, FrameBatch } from '../model/batch.js';
import type { DeadLetters, Formatter, LogSource, PullReply } from '../model/ports.js';
import type { GapTeller } from './gap-teller.js';
import type { ExpiredCursorPolicy } from './shard-settings.js';

export interface MendDeps {
  readonly source: LogSource;
  readonly formatter: Formatter;
  readonly clock: Clock;
  readonly backoff: BackoffSettings;
  /** Undefined: what can't be decoded is pulled again without end. */
  readonly deadLetters: DeadLetters | undefined;
  readonly onExpiredCursor: ExpiredCursorPolicy;
  /** Hard stop: then the batch is left for its next reader. */
  readonly signal: AbortSignal;
  readonly onError: (error: ForwarderError, pauseMs: number) => void;
  readonly gaps: GapTeller;
}

const MAX_COUNT = 1000;
/** However short the configured time is: if a batch was damaged on the way, the next pull is good. */
const LEAST_PULLS = 3;

/**
 * The one way a batch that could not be formatted is recovered: the source is replayable, so the same range is pulled again. The service may cut
 * the range differently this time, so the result is a list; `end_cursor` keeps it from running into the next batch. With dead letters that ends some time: then
 * the range is pulled group by group, what can be decoded is delivered, what can't is kept on disk, and a gap event stands in its place.
 *
 * @param first why formatting failed.
 * @returns undefined when the signal ended it.
 */
export async function mendBatch(
  deps: MendDeps,
  ref: BatchRef,
  first: ForwarderError,
): Promise<FrameBatch[] | undefined> {
  const { clock, signal, onError, deadLetters } = deps;
  const backoff = new Backoff(deps.backoff);
  const giveUpAt = clock.monotonic() + (deadLetters?.retryMs ?? Infinity);
  let error = first;
  for (let pulls = 0; ; pulls++) {
    const pauseMs = backoff.next(error.retryAfterMs);
    onError(error, pauseMs);
    await sleep(clock, pauseMs, signal);
    if (signal.aborted) return undefined;
    const last = pulls >= LEAST_PULLS && clock.monotonic() >= giveUpAt;
    try {
      return await pullAgain(deps, ref, last ? deadLetters : undefined);
    } catch (thrown) {
      error = asForwarderError(thrown);
      if (isExpired(error, deps)) return [deps.gaps.tell(ref, 'retention')];
    }
  }
}

/**
 * Makes the frames of a batch again that was sent once and is not proven to be delivered: it is pulled and formatted, with the same patience.
 *
 * @returns empty when the signal ended it. What is kept as dead letters is kept already. Never rejects.
 */
export async function makeAgain(deps: MendDeps, ref: BatchRef): Promise<readonly FrameBatch[]> {
  const parts = await firstTry(deps, ref);
  if (deps.signal.aborted) {
    for (const part of parts) deps.formatter.recycle(part);
    return [];
  }
  const sent = parts.filter(({ ends }) => ends.length > 0);
  for (const part of parts) if (part.ends.length === 0) deps.formatter.recycle(part);
  return sent.length > 0 ? sent : [deps.gaps.tell(ref, 'retention')];
}

async function firstTry(deps: MendDeps, ref: BatchRef): Promise<readonly FrameBatch[]> {
  try {
    return await pullAgain(deps, ref, undefined);
  } catch (thrown) {
    const error = asForwarderError(thrown);
    if (isExpired(error, deps)) return [deps.gaps.tell(ref, 'retention')];
    return (await mendBatch(deps, ref, error)) ?? [];
  }
}

const isExpired = ({ code }: ForwarderError, { onExpiredCursor }: MendDeps): boolean =>
  code === 'SLS_CURSOR_INVALID' && onExpiredCursor !== 'fail';

/** A range that will not be delivered, and the letter that holds it; without one the service has nothing there any more. */
interface Hole {
  readonly range: BatchRef;
  readonly letter: string | undefined;
}

/** @param deadLetters given: what still can't be decoded goes there. The receiver is told of it once all of it is kept. */
async function pullAgain(deps: MendDeps, ref: BatchRef, deadLetters: DeadLetters | undefined): Promise<FrameBatch[]> {
  const parts: (FrameBatch | Hole)[] = [];
  try {
    await pullInto(parts, deps, ref, deadLetters);
  } catch (thrown) {
    for (const part of parts) if (!('range' in part)) deps.formatter.recycle(part);
    throw thrown;
  }
  return parts.map((part) => ('range' in part ? tellHole(deps.gaps, part) : part));
}

function tellHole(gaps: GapTeller, { range, letter }: Hole): FrameBatch {
  return gaps.tell(range, letter === undefined ? 'retention' : 'undecodable', letter);
}

async function pullInto(
  parts: (FrameBatch | Hole)[],
  deps: MendDeps,
  ref: BatchRef,
  deadLetters: DeadLetters | undefined,
): Promise<void> {
  const { source, formatter, signal } = deps;
  const count = deadLetters === undefined ? MAX_COUNT : 1;
  let cursor = ref.cursor;
  while (cursor !== ref.nextCursor) {
    const reply = await source.pull(ref.shard, cursor, count, signal, { endCursor: ref.nextCursor });
    if (reply.nextCursor === cursor) {
      parts.push({ range: { ...ref, cursor }, letter: undefined });
      return;
    }
    if (reply.bodyLength > 0) {
      const part = { ...ref, cursor, nextCursor: reply.nextCursor };
      if (deadLetters === undefined) parts.push(await formatter.format({ ...reply, ...part }));
      else parts.push(await formatOrKeep(deps, part, reply, deadLetters));
    }
    cursor = reply.nextCursor;
  }
}

async function formatOrKeep(
  deps: MendDeps,
  part: BatchRef,
  reply: PullReply,
  deadLetters: DeadLetters,
): Promise<FrameBatch | Hole> {
  const { encoding, rawSize } = reply;
  // Formatting takes the body away.
  const body = new Uint8Array(reply.body.slice(0, reply.bodyLength));
  try {
    return await deps.formatter.format({ ...reply, ...part });
  } catch (thrown) {
    const { shard, cursor, nextCursor } = part;
    const { message: reason } = asForwarderError(thrown);
    const letter = await deadLetters.keep({
      kind: 'batch',
      shard,
      cursor,
      nextCursor,
      reason,
      encoding,
      rawSize,
      body,
    });
    return { range: part, letter };
  }
}
