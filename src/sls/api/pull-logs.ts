import type { BodyEncoding } from '../../model/batch.js';
import type { PullHow, PullReply, TipWatch } from '../../model/ports.js';
import { protocolError } from '../errors.js';
import type { HttpReply } from '../http/exchange.js';
import { isCursor } from './json.js';
import type { Call, CallLogstore, WatchCall } from '../service.js';

/** What is read. */
export interface PullFrom {
  readonly shard: number;
  /** Position of the first log group. */
  readonly cursor: string;
  readonly compression: BodyEncoding;
  /** SPL for the service to run before it answers; empty: none. */
  readonly query?: string | undefined;
  /** A consume processor of the project, whose SPL the service runs before it answers; empty: none. */
  readonly processor?: string | undefined;
}

export interface PullRequest extends PullFrom, PullHow {
  /** Log groups, 1..1000. */
  readonly count: number;
  /** Of more log groups than one, more bytes than this are not taken, decompressed. */
  readonly maxRawBytes: number;
  readonly bodyBuffer: (size: number) => ArrayBuffer;
  readonly signal: AbortSignal;
}

/**
 * PullLogs. The body stays as it came; what the headers claim about it is checked as far as it can be without looking inside, and nothing is
 * allocated by a claim.
 *
 * @throws ForwarderError, among others SLS_CURSOR_INVALID, SLS_SHARD_GONE and SLS_PROTOCOL.
 */
export async function pullLogs(call: CallLogstore, request: PullRequest): Promise<PullReply> {
  const { count, endCursor, bodyBuffer, held, signal, expectsLittle = false } = request;
  const wanted = pull(request, count, signal, endCursor);
  const reply = await call({ ...wanted, bodyBuffer, bodyHeld: held, expectsLittle });
  const headers = readHeaders(reply);
  const problem =
    typeof headers === 'string' ? headers : (contradiction(headers, reply.bodyLength) ?? excess(headers, request));
  if (typeof headers === 'string' || problem !== undefined) throw protocolError(reply, wanted.what, problem ?? '');
  return { ...headers, body: reply.body, bodyLength: reply.bodyLength };
}

/**
 * PullLogs for one log group, again and again until the service has one, or says anything else than that it has none. What comes is dropped: memory for
 * it was not reserved.
 */
export function watchTip(watch: WatchCall, from: PullFrom, { at, onEmpty, signal }: TipWatch): Promise<void> {
  const isEmpty = (reply: HttpReply): boolean =>
    reply.bodyLength === 0 && header(reply, 'x-log-cursor') === from.cursor && header(reply, 'x-log-count') === '0';
  return watch(pull(from, 1, signal), { at, onReply: (reply) => (isEmpty(reply) ? onEmpty() : undefined) });
}

function pull(from: PullFrom, count: number, signal: AbortSignal, endCursor?: string): Call {
  const { shard, cursor, compression } = from;
  const end = endCursor === undefined ? {} : { end_cursor: endCursor };
  const filter = from.query ? { query: from.query, pullMode: 'scan_on_stream' } : {};
  const processor = from.processor ? { processor: from.processor } : {};
  return {
    what: `pull from shard ${shard}`,
    method: 'GET',
    path: `/shards/${shard}`,
    query: { type: 'log', cursor, count: String(count), ...end, ...filter, ...processor },
    headers: { accept: 'application/x-protobuf', 'accept-encoding': compression === 'none' ? '' : compression },
    traffic: 'pull',
    signal,
  };
}

type PullHeaders = Omit<PullReply, 'body' | 'bodyLength'>;

/** @returns what is wrong, if something is. */
function readHeaders(reply: HttpReply): PullHeaders | string {
  const nextCursor = header(reply, 'x-log-cursor');
  const logGroups = count(header(reply, 'x-log-count'));
  const rawSize = count(header(reply, 'x-log-bodyrawsize'));
  const encoding = readEncoding(header(reply, 'x-log-compresstype'));
  if (!isCursor(nextCursor)) return 'x-log-cursor is missing or not a cursor';
  if (logGroups === undefined) return 'x-log-count is missing or not a number';
  if (rawSize === undefined) return 'x-log-bodyrawsize is missing or not a number';
  if (encoding === undefined) return 'x-log-compresstype is none of lz4 and zstd';
  // Optional, 0 where the service does not know it.
  const cursorTime = count(header(reply, 'x-log-cursor-time')) ?? 0;
  const scanned = readScanned(reply);
  return { nextCursor, logGroups, rawSize, scanned, encoding, cursorTime: cursorTime === 0 ? undefined : cursorTime };
}

function readScanned(reply: HttpReply): PullReply['scanned'] {
  const logGroups = count(header(reply, 'x-log-rawdatacount'));
  const bytes = count(header(reply, 'x-log-rawdatasize'));
  return logGroups === undefined || bytes === undefined ? undefined : { logGroups, bytes };
}

function contradiction({ logGroups, rawSize, encoding }: PullHeaders, bodyLength: number): string | undefined {
  if (bodyLength === 0 && (logGroups > 0 || rawSize > 0)) {
    return `it claims ${logGroups} log groups of ${rawSize} bytes and has no body`;
  }
  if (encoding === 'none' && bodyLength !== rawSize) {
    return `the body has ${bodyLength} bytes instead of the ${rawSize} it claims`;
  }
  return undefined;
}

/** With fewer log groups the reply may be smaller. If one log group alone claims so much, the formatter refuses it: it ends as a dead letter, and its shard moves on. */
function excess({ rawSize }: PullHeaders, { count: asked, maxRawBytes }: PullRequest): string | undefined {
  if (asked === 1 || rawSize <= maxRawBytes) return undefined;
  return `it has ${rawSize} bytes, the limit is ${maxRawBytes}: asking for less`;
}

function header(reply: HttpReply, name: string): string | undefined {
  const value = reply.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** Decimal digits that make an exact integer. */
function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Without the header the body is plain. */
function readEncoding(text: string | undefined): BodyEncoding | undefined {
  if (text === undefined || text === '') return 'none';
  return text === 'lz4' || text === 'zstd' ? text : undefined;
}
