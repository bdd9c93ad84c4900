import assert from 'node:assert/strict';
import test from 'node:test';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { createConsumerGroup } from '../../../src/sls/api/create-consumer-group.js';
import { replyError } from '../../../src/sls/errors.js';
import type { HttpReply } from '../../../src/sls/http/exchange.js';
import { getCheckpoint } from '../../../src/sls/api/get-checkpoint.js';
import { getCursor } from '../../../src/sls/api/get-cursor.js';
import { heartbeat } from '../../../src/sls/api/send-heartbeat.js';
import { findConsumerGroup } from '../../../src/sls/api/list-consumer-groups.js';
import { listShards } from '../../../src/sls/api/list-shards.js';
import { pullLogs, watchTip } from '../../../src/sls/api/pull-logs.js';
import type { Call, CallLogstore } from '../../../src/sls/service.js';
import { updateCheckpoint } from '../../../src/sls/api/update-checkpoint.js';

const signal = new AbortController().signal;
const CURSOR = 'MTQ0NzI5OTYwNjg5NjYzMjM1Ng==';

/** A logstore that gives the same answer to everything and remembers what it was asked. */
function answering(
  body: unknown,
  headers: Record<string, string> = {},
  status = 200,
): { call: CallLogstore; asked: Call[] } {
  const asked: Call[] = [];
  const text = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const reply: HttpReply = { status, headers, body: new Uint8Array(text).buffer, bodyLength: text.length };
  const call: CallLogstore = (request) => {
    asked.push(request);
    if (status === 200) return Promise.resolve(reply);
    return Promise.reject(replyError(reply, { what: request.what, secrets: [], skewMs: undefined }));
  };
  return { call, asked };
}

function refusing(status: number, errorCode: string): CallLogstore {
  return answering({ errorCode, errorMessage: '' }, {}, status).call;
}

async function unusable(promise: Promise<unknown>, problem: RegExp): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof ForwarderError, String(error));
    assert.equal(error.code, 'SLS_PROTOCOL');
    assert.match(error.message, problem);
    return true;
  });
}

test('GetCursor', async () => {
  const { call, asked } = answering({ cursor: CURSOR });
  assert.equal(await getCursor(call, 3, 'begin', signal), CURSOR);
  await getCursor(call, 3, { unixSeconds: 1_700_000_000.9 }, signal);
  assert.deepEqual(asked[0]?.query, { type: 'cursor', from: 'begin' });
  assert.deepEqual(asked[1]?.query, { type: 'cursor', from: '1700000000' });
  assert.equal(asked[0].path, '/shards/3');
  await unusable(getCursor(answering({}).call, 3, 'end', signal), /no cursor/);
  await unusable(getCursor(answering({ cursor: 'a\nb' }).call, 3, 'end', signal), /no cursor/);
});

test('ListShards', async () => {
  const [begin, end] = ['0'.repeat(32), 'f'.repeat(32)];
  const shard = { shardID: 7, status: 'readonly', inclusiveBeginKey: begin, exclusiveEndKey: end, createTime: 0 };
  const expected = [{ shard: 7, readOnly: true, createdAt: undefined, beginKey: begin, endKey: end }];
  assert.deepEqual(await listShards(answering([shard]).call, signal), expected);
  const [made] = await listShards(answering([{ ...shard, createTime: 1_453_949_705 }]).call, signal);
  assert.equal(made?.createdAt, 1_453_949_705);
  await unusable(listShards(answering({ shards: [] }).call, signal), /not an array/);
  await unusable(listShards(answering([{ ...shard, shardID: '7' }]).call, signal), /not a shard/);
  await unusable(listShards(answering([{ ...shard, status: 'gone' }]).call, signal), /not a shard/);
  await unusable(listShards(answering([{ ...shard, exclusiveEndKey: 'zz' }]).call, signal), /not a shard/);
});

test('ListConsumerGroup finds one by its exact name', async () => {
  const groups = [
    { name: 'G', timeout: 10, order: false },
    { name: 'g', timeout: 60, order: true },
  ];
  assert.deepEqual(await findConsumerGroup(answering(groups).call, 'g', signal), { timeoutSeconds: 60, inOrder: true });
  assert.equal(await findConsumerGroup(answering(groups).call, 'other', signal), undefined);
  const { call } = answering([{ name: 'g', timeout: 60 }]);
  await unusable(findConsumerGroup(call, 'g', signal), /settings of g/);
  await unusable(findConsumerGroup(answering([null]).call, 'g', signal), /not an array of groups/);
});

test('CreateConsumerGroup says whether it did', async () => {
  const settings = { timeoutSeconds: 30, inOrder: false };
  const { call, asked } = answering('');
  assert.equal(await createConsumerGroup(call, 'g', settings, signal), true);
  assert.deepEqual(asked[0]?.json, { consumerGroup: 'g', timeout: 30, order: false });
  assert.equal(await createConsumerGroup(refusing(400, 'ConsumerGroupAlreadyExist'), 'g', settings, signal), false);
  await assert.rejects(createConsumerGroup(refusing(401, 'Unauthorized'), 'g', settings, signal), {
    code: 'SLS_UNAUTHORIZED',
  });
});

test('HeartBeat', async () => {
  const { call, asked } = answering([0, 4, 4]);
  assert.deepEqual(await heartbeat(call, 'g', 'c/1', [0, 1], signal), [0, 4]);
  assert.deepEqual(asked[0]?.json, [0, 1]);
  assert.deepEqual(asked[0].query, { type: 'heartbeat', consumer: 'c/1' });
  assert.equal(asked[0].traffic, 'heartbeat', 'pulls and commits must not hold it up');
  for (const reply of [{ shards: [] }, [-1], [1.5], ['1'], [2 ** 40], '[0, 1', '', '<html>']) {
    await unusable(heartbeat(answering(reply).call, 'g', 'c', [], signal), /not a list of shard ids/);
  }
  const forgotten = refusing(400, 'NotExistConsumerWithBody');
  await assert.rejects(heartbeat(forgotten, 'g', 'c', [1], signal), { code: 'SLS_CONSUMER_UNKNOWN' });
});

test('GetCheckPoint: empty and left out both mean none', async () => {
  const entry = (checkpoint: unknown): object => ({ shard: 3, checkpoint, updateTime: 0, consumer: 'c' });
  const { call, asked } = answering([{ shard: 2, checkpoint: 'x' }, entry(CURSOR)]);
  assert.equal(await getCheckpoint(call, 'g', 3, signal), CURSOR);
  assert.deepEqual(asked[0]?.query, { shard: '3' });
  assert.equal(await getCheckpoint(answering([entry('')]).call, 'g', 3, signal), undefined);
  assert.equal(await getCheckpoint(answering([]).call, 'g', 3, signal), undefined);
  await unusable(getCheckpoint(answering([entry(null)]).call, 'g', 3, signal), /not a cursor/);
  await unusable(getCheckpoint(answering({}).call, 'g', 3, signal), /not an array/);
});

test('UpdateCheckPoint is checked for ownership, and not being the owner is a fact', async () => {
  const { call, asked } = answering('');
  assert.equal(await updateCheckpoint(call, 'g', 'c', 3, CURSOR, signal), 'committed');
  assert.deepEqual(asked[0]?.query, { type: 'checkpoint', consumer: 'c', forceSuccess: 'false' });
  assert.deepEqual(asked[0].json, { shard: 3, checkpoint: CURSOR });
  for (const code of ['ConsumerNotExist', 'ConsumerNotExsit', 'ConsumerNotMatch']) {
    assert.equal(await updateCheckpoint(refusing(404, code), 'g', 'c', 3, CURSOR, signal), 'not-owner');
  }
  const gone = refusing(404, 'ShardNotExist');
  await assert.rejects(updateCheckpoint(gone, 'g', 'c', 3, CURSOR, signal), { code: 'SLS_SHARD_GONE' });
});

const PULL = {
  shard: 3,
  cursor: CURSOR,
  endCursor: undefined,
  count: 100,
  compression: 'lz4',
  maxRawBytes: 1 << 20,
  bodyBuffer: (size: number) => new ArrayBuffer(size),
  signal,
} as const;
const HEADERS = {
  'x-log-cursor': 'MTI=',
  'x-log-count': '2',
  'x-log-bodyrawsize': '77',
  'x-log-compresstype': 'lz4',
};

function without(name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(HEADERS).filter(([key]) => key !== name));
}

test('PullLogs hands on the body as it came', async () => {
  const { call, asked } = answering('body', { ...HEADERS, 'x-log-cursor-time': '1700000000' });
  const reply = await pullLogs(call, { ...PULL, endCursor: 'MTM=' });
  assert.equal(Buffer.from(reply.body, 0, reply.bodyLength).toString(), 'body');
  const { encoding, rawSize, logGroups, nextCursor, cursorTime } = reply;
  assert.deepEqual([encoding, rawSize, logGroups, nextCursor, cursorTime], ['lz4', 77, 2, 'MTI=', 1_700_000_000]);
  assert.deepEqual(asked[0]?.query, { type: 'log', cursor: CURSOR, count: '100', end_cursor: 'MTM=' });
  assert.deepEqual(asked[0].headers, { accept: 'application/x-protobuf', 'accept-encoding': 'lz4' });
  assert.equal(asked[0].traffic, 'pull');
});

test('PullLogs with a query: scanned on the way, nothing left, and yet further', async () => {
  const headers = {
    ...{ 'x-log-cursor': 'MTI=', 'x-log-count': '0', 'x-log-bodyrawsize': '0', 'x-log-compresstype': 'lz4' },
    ...{ 'x-log-rawdatasize': '5000', 'x-log-rawdatacount': '7', 'x-log-rawdatalines': '70', 'x-log-resultlines': '0' },
  };
  const { call, asked } = answering('', headers);
  const reply = await pullLogs(call, { ...PULL, query: "* | where a = 'x'" });
  assert.deepEqual([reply.nextCursor, reply.logGroups, reply.bodyLength], ['MTI=', 0, 0]);
  assert.deepEqual(reply.scanned, { logGroups: 7, bytes: 5000 });
  const { query, pullMode } = asked[0]?.query ?? {};
  assert.deepEqual([query, pullMode], ["* | where a = 'x'", 'scan_on_stream']);
});

test('PullLogs: more than is taken, decompressed, is refused before anybody decodes it; a processor is asked for', async () => {
  const large = answering('body', { ...HEADERS, 'x-log-bodyrawsize': String((1 << 20) + 1) });
  await assert.rejects(pullLogs(large.call, { ...PULL, processor: 'no-debug' }), {
    code: 'SLS_PROTOCOL',
    message: /it has 1048577 bytes, the limit is 1048576: asking for less/,
  });
  assert.equal(large.asked[0]?.query?.['processor'], 'no-debug');
});

test('PullLogs: nothing there', async () => {
  const empty = { 'x-log-cursor': CURSOR, 'x-log-count': '0', 'x-log-bodyrawsize': '0', 'x-log-cursor-time': '0' };
  const reply = await pullLogs(answering('', empty).call, PULL);
  assert.deepEqual([reply.bodyLength, reply.logGroups, reply.nextCursor], [0, 0, CURSOR]);
  assert.equal(reply.cursorTime, undefined);
});

test('PullLogs: a plain body has exactly the size it claims', async () => {
  const plain = without('x-log-compresstype');
  const reply = await pullLogs(answering('x'.repeat(77), plain).call, { ...PULL, compression: 'none' });
  assert.equal(reply.encoding, 'none');
  await unusable(pullLogs(answering('x'.repeat(76), plain).call, PULL), /76 bytes instead of the 77/);
});

test('PullLogs: a claim far beyond the body, of one log group, is left to the formatter to refuse', async () => {
  const reply = await pullLogs(answering('body', { ...HEADERS, 'x-log-bodyrawsize': '999999999999' }).call, {
    ...PULL,
    count: 1,
  });
  assert.equal(reply.rawSize, 999_999_999_999);
});

const ODD: readonly (readonly [string, string | undefined, RegExp])[] = [
  ['x-log-cursor', undefined, /x-log-cursor is missing/],
  ['x-log-cursor', '', /x-log-cursor is missing/],
  ['x-log-cursor', 'a b', /not a cursor/],
  ['x-log-count', undefined, /x-log-count/],
  ['x-log-count', '-1', /x-log-count/],
  ['x-log-count', '2, 2', /x-log-count/],
  ['x-log-bodyrawsize', '1e9', /x-log-bodyrawsize/],
  ['x-log-bodyrawsize', '9'.repeat(30), /x-log-bodyrawsize/],
  ['x-log-compresstype', 'gzip', /none of lz4 and zstd/],
];

for (const [name, value, problem] of ODD) {
  test(`PullLogs with ${name}: ${String(value)}`, async () => {
    const headers = value === undefined ? without(name) : { ...HEADERS, [name]: value };
    await unusable(pullLogs(answering('body', headers).call, PULL), problem);
  });
}

test('PullLogs: log groups without a body are not taken for an empty pull', async () => {
  await unusable(pullLogs(answering('', HEADERS).call, PULL), /claims 2 log groups of 77 bytes and has no body/);
});

test('a watch goes on as long as nothing comes and the cursor stays, and drops what comes', async () => {
  const tip = { 'x-log-cursor': CURSOR, 'x-log-count': '0' };
  const goesOn = async (body: string, headers: Record<string, string>): Promise<boolean> => {
    const bytes = new Uint8Array(Buffer.from(body)).buffer;
    const told: unknown[] = [];
    await watchTip(
      (_, { onReply }) => {
        told.push(onReply({ status: 200, headers, body: bytes, bodyLength: body.length }));
        return Promise.resolve();
      },
      { shard: 3, cursor: CURSOR, compression: 'lz4' },
      { at: 0, onEmpty: () => 7, signal },
    );
    return told[0] === 7;
  };
  assert.equal(await goesOn('', tip), true);
  assert.equal(await goesOn('log group', tip), false, 'a body, whatever its head says');
  assert.equal(await goesOn('', { ...tip, 'x-log-count': '1' }), false);
  assert.equal(await goesOn('', { ...tip, 'x-log-cursor': 'MTQ0' }), false);
});
