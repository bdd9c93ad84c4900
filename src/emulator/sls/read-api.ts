import { type Call, json, type Reply } from './call.js';
import { compress, type Compression, negotiate } from './compression.js';
import type { Logstore } from './logstore.js';
import type { SlsLimits } from './options.js';
import { integer, required } from './route.js';
import { bytesOf, startOf, type Slice } from './segment.js';
import { refuse } from './service-error.js';
import { filterGroups, parseSpl, type Filtered } from './spl.js';
import type { Shard } from './shard.js';
import type { ShardLog } from './shard-log.js';

const MAX_COUNT = 1000;

/** What reading needs beside the request. */
export interface ReadContext {
  readonly limits: SlsLimits;
  /** Unix milliseconds by the service's clock. */
  readonly now: number;
  /** SPL of the project's consume processors, by name. */
  readonly processors: ReadonlyMap<string, string>;
}

export function listShards(_: Call, logstore: Logstore): Reply {
  return json(logstore.shards.map((shard) => shard.describe()));
}

/** GetCursor: `from` is `begin`, `end`, or a receive time in unix seconds. */
export function getCursor(call: Call, logstore: Logstore): Reply {
  const shard = shardOf(call, logstore);
  return json({ cursor: shard.cursor(startGroup(shard.log, required(call.query, 'from'))) });
}

function startGroup(log: ShardLog, from: string): number {
  if (from === 'begin') return log.first;
  if (from === 'end') return log.end;
  if (!/^\d{1,12}$/.test(from)) throw refuse.parameterInvalid('Parameter From is not valid');
  return log.at(Number(from) * 1000);
}

/** GetCursorTime: when the group at the cursor was received, in unix seconds; now, at the end. */
export function getCursorTime(call: Call, logstore: Logstore, { now }: ReadContext): Reply {
  const shard = shardOf(call, logstore);
  const group = shard.group(required(call.query, 'cursor'));
  return json({ cursor_time: Math.floor((group < shard.log.end ? shard.log.receivedAt(group) : now) / 1000) });
}

/** PullLogs. Answers at once: there is no long poll. */
export function pullLogs(call: Call, logstore: Logstore, { limits, now, processors }: ReadContext): Reply {
  const shard = shardOf(call, logstore);
  const count = integer('count', required(call.query, 'count'));
  if (count < 1 || count > MAX_COUNT) throw refuse.parameterInvalid('Invalid loggroup count, (0,1000]');
  const query = splOf(call, processors);
  const keep = query === '' ? undefined : parseSpl(query);
  const group = shard.group(required(call.query, 'cursor'));
  const endCursor = call.query.get('end_cursor') ?? call.query.get('endCursor');
  const end = endCursor === undefined ? Infinity : shard.group(endCursor);
  shard.meter.check(limits, now);
  shard.counts.pulls++;
  const slice = shard.log.read(group, { count, end, maxBytes: limits.maxReplyBytes });
  if (slice === undefined) return emptyPull(shard, group, now);
  const compression = negotiate(call.headers.get('accept-encoding') ?? '');
  return keep === undefined
    ? fullPull(shard, group, slice, compression, now)
    : filteredPull(shard, group, slice, filterGroups(bytesOf(slice), keep), compression, now);
}

/** The SPL of a pull: written there, or that of a consume processor. */
function splOf({ query }: Call, processors: ReadonlyMap<string, string>): string {
  const processor = query.get('processor');
  const spl = query.get('query') ?? '';
  if (processor === undefined) return spl;
  if (spl !== '') throw refuse.parameterInvalid('query and processor exclude each other');
  return processors.get(processor) ?? missing(processor);
}

function missing(processor: string): never {
  throw refuse.processorNotExist(processor);
}

function fullPull(shard: Shard, group: number, slice: Slice, compression: Compression, now: number): Reply {
  const { from, to, segment } = slice;
  const rawSize = startOf(segment, to) - startOf(segment, from);
  const body = segment.replies.get(`${from}-${to}-${compression}`, () => compress(bytesOf(slice), compression));
  const next = group + to - from;
  shard.meter.bytes.add(rawSize, now);
  shard.counts.pulledGroups += to - from;
  shard.counts.pulledBytes += rawSize;
  return {
    headers: {
      ...pullHeaders(shard, next, to - from, rawSize),
      ...(compression === 'none' ? {} : { 'x-log-compresstype': compression }),
      'x-log-cursor-time': String(Math.floor(shard.log.receivedAt(next - 1) / 1000)),
      'x-log-read-last-cursor': shard.position(next - 1).toString(),
    },
    body,
  };
}

/** With SPL: the cursor moves over all that was scanned, the reply holds what is left of it, maybe nothing. */
function filteredPull(
  shard: Shard,
  group: number,
  slice: Slice,
  left: Filtered,
  compression: Compression,
  now: number,
): Reply {
  const { from, to, segment } = slice;
  const scannedBytes = startOf(segment, to) - startOf(segment, from);
  const empty = left.body.length === 0;
  const next = group + to - from;
  shard.meter.bytes.add(scannedBytes, now);
  shard.counts.pulledGroups += left.groups;
  shard.counts.pulledBytes += left.body.length;
  return {
    headers: {
      ...pullHeaders(shard, next, left.groups, left.body.length),
      ...(compression === 'none' || empty ? {} : { 'x-log-compresstype': compression }),
      'x-log-cursor-time': String(Math.floor(shard.log.receivedAt(next - 1) / 1000)),
      'x-log-rawdatasize': String(scannedBytes),
      'x-log-rawdatacount': String(to - from),
      'x-log-rawdatalines': String(left.scannedLogs),
      'x-log-resultlines': String(left.keptLogs),
      'x-log-failedlines': '0',
    },
    body: empty ? left.body : compress(left.body, compression),
  };
}

/** No compression type either: there is nothing to decompress, and a client must not try. */
function emptyPull(shard: Shard, group: number, now: number): Reply {
  return {
    headers: { ...pullHeaders(shard, group, 0, 0), 'x-log-cursor-time': String(Math.floor(now / 1000)) },
    body: new Uint8Array(),
  };
}

function pullHeaders(shard: Shard, next: number, count: number, rawSize: number): Record<string, string> {
  return {
    'content-type': 'application/x-protobuf',
    'x-log-count': String(count),
    'x-log-cursor': shard.cursor(next),
    'x-log-bodyrawsize': String(rawSize),
    ...(next === shard.log.end ? { 'x-log-end-of-cursor': '1' } : {}),
  };
}

function shardOf(call: Call, logstore: Logstore): Shard {
  return logstore.shard(call.shard ?? -1);
}
