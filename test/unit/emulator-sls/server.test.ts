import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { uncompressSync } from 'lz4-napi';
import { ZSTDDecoder } from 'zstddec';
import { encodeCursor } from '../../../src/emulator/sls/cursor-text.js';
import { startSlsEmulator, type SlsEmulatorHandle } from '../../../src/emulator/sls-handle.js';
import { send, type SlsRequest, type SlsResponse } from '../../support/sls-request.js';

const SHARD_0 = '/logstores/audit/shards/0';
const GROUPS = '/logstores/audit/consumergroups';

let emulator: SlsEmulatorHandle;
before(async () => {
  const audit = { name: 'audit', shards: 2, profile: 'k8saudit', preload: 12_000 } as const;
  emulator = await startSlsEmulator({
    project: 'demo',
    logstores: [audit, { name: 'empty', shards: 1, appendMeta: true }],
  });
});
after(() => emulator.stop());

const ask = (request: SlsRequest): Promise<SlsResponse> => send(emulator.port, request);
const get = (path: string, query: Record<string, string> = {}, headers = {}): Promise<SlsResponse> =>
  ask({ path, query, headers });

async function cursorAt(from: string, path = SHARD_0): Promise<string> {
  return ((await get(path, { type: 'cursor', from })).json as { cursor: string }).cursor;
}

async function refused(request: SlsRequest, status: number, errorCode: string): Promise<void> {
  const response = await ask(request);
  assert.equal(response.status, status);
  assert.equal((response.json as { errorCode: string }).errorCode, errorCode);
  assert.equal(typeof (response.json as { errorMessage: unknown }).errorMessage, 'string');
  assert.match(response.headers['x-log-requestid'] ?? '', /^[0-9A-F]{24}$/);
}

describe('requests', () => {
  test('the project comes from the first label of the host, the target may be absolute', async () => {
    for (const host of [
      'demo.cn-hangzhou.log.aliyuncs.com',
      'demo.127.0.0.1',
      'demo.localhost:80',
      '127.0.0.1',
      '[::1]:80',
    ])
      assert.equal((await get('/logstores', {}, { host })).status, 200, host);
    assert.equal((await ask({ path: '/logstores', query: { offset: '0' }, absolute: true })).status, 200);
    await refused({ path: '/logstores', headers: { host: 'other.example' } }, 404, 'ProjectNotExist');
  });

  test('what is not there or not understood has the code of the service', async () => {
    await refused({ path: '/logstores/none/shards' }, 404, 'LogStoreNotExist');
    await refused({ path: '/logstores/audit/shards/9', query: { type: 'cursor', from: 'end' } }, 404, 'ShardNotExist');
    await refused({ path: SHARD_0, query: { type: 'cursor', from: 'soon' } }, 400, 'ParameterInvalid');
    await refused({ path: SHARD_0, query: { type: 'cursor' } }, 400, 'MissingParameter');
    await refused({ path: SHARD_0 }, 400, 'MissingParameter');
    await refused({ path: '/logstores/audit/nothing' }, 405, 'InvalidMethod');
    await refused({ path: '/logstores/audit/shards/x', query: { type: 'log' } }, 400, 'ParameterInvalid');
    await refused({ path: '/logstores', accessKeySecret: 'no' }, 401, 'SignatureNotMatch');
    await refused({ path: '/logstores', accessKeyId: 'no' }, 401, 'Unauthorized');
    await refused({ path: '/logstores', now: Date.now() - 16 * 60_000 }, 400, 'RequestTimeExpired');
  });

  test('a clock that is moved refuses what was good before, and says its own time', async () => {
    await emulator.control('skew', { ms: 3_600_000 });
    await refused({ path: '/logstores' }, 400, 'RequestTimeExpired');
    const response = await ask({ path: '/logstores', now: Date.now() + 3_600_000 });
    assert.equal(response.status, 200);
    assert.ok(Math.abs(Date.parse(response.headers['date'] ?? '') - Date.now() - 3_600_000) < 60_000);
    await emulator.control('skew', { ms: 0 });
  });
});

describe('shards and cursors', () => {
  test('shards are listed with their key ranges', async () => {
    const [first, second] = (await get('/logstores/audit/shards')).json as Record<string, unknown>[];
    assert.deepEqual(
      { ...first, createTime: 0 },
      {
        shardID: 0,
        status: 'readwrite',
        inclusiveBeginKey: '0'.repeat(32),
        exclusiveEndKey: `8${'0'.repeat(31)}`,
        createTime: 0,
      },
    );
    assert.equal(second?.['exclusiveEndKey'], 'f'.repeat(32));
    assert.ok(Number.isInteger(first?.['createTime']));
  });

  test('a cursor by time, and back', async () => {
    const begin = await cursorAt('begin');
    const time = (await get(SHARD_0, { type: 'cursor_time', cursor: begin })).json as { cursor_time: number };
    assert.equal(await cursorAt(String(time.cursor_time - 10_000)), begin);
    assert.equal(await cursorAt(String(Math.ceil(Date.now() / 1000) + 10)), await cursorAt('end'));
    const middle = await cursorAt(String(time.cursor_time + 1800));
    const back = (await get(SHARD_0, { type: 'cursor_time', cursor: middle })).json as { cursor_time: number };
    assert.ok(back.cursor_time - time.cursor_time - 1800 <= 6, 'the first group received at or after that time');
    await refused({ path: SHARD_0, query: { type: 'cursor_time', cursor: 'rubbish' } }, 400, 'InvalidCursor');
  });
});

describe('pulling', () => {
  test('walks a shard to its end in every encoding with the same bytes', async () => {
    const plain = await walk('');
    assert.equal(plain.groups, 600);
    assert.equal(plain.encodings, '');
    for (const encoding of ['lz4', 'zstd', 'deflate']) {
      const packed = await walk(encoding);
      assert.equal(packed.encodings, encoding);
      assert.ok(packed.raw.equals(plain.raw), encoding);
    }
  });

  test('the documented headers, in lower case', async () => {
    const cursor = await cursorAt('begin');
    const { headers } = await get(SHARD_0, { type: 'logs', cursor, count: '7' }, { 'accept-encoding': 'lz4' });
    const start = BigInt(Buffer.from(cursor, 'base64').toString());
    assert.equal(headers['x-log-count'], '7');
    assert.equal(headers['x-log-cursor'], encodeCursor(start + 7n));
    assert.equal(headers['x-log-read-last-cursor'], String(start + 6n));
    assert.equal(headers['x-log-compresstype'], 'lz4');
    assert.equal(headers['content-type'], 'application/x-protobuf');
    assert.equal(headers['content-encoding'], undefined);
    assert.equal(headers['x-log-end-of-cursor'], undefined);
    assert.match(headers['x-log-cursor-time'] ?? '', /^\d{10}$/);
  });

  test('at the end the cursor stays and there is nothing to decompress', async () => {
    const cursor = await cursorAt('end');
    const { headers, body } = await get(SHARD_0, { type: 'log', cursor, count: '1000' }, { 'accept-encoding': 'lz4' });
    assert.equal(body.length, 0);
    assert.equal(headers['x-log-cursor'], cursor);
    assert.equal(headers['x-log-count'], '0');
    assert.equal(headers['x-log-bodyrawsize'], '0');
    assert.equal(headers['x-log-compresstype'], undefined);
    assert.equal(headers['x-log-end-of-cursor'], '1');
  });

  test('never reaches beyond an end cursor', async () => {
    const cursor = await cursorAt('begin');
    const end = encodeCursor(BigInt(Buffer.from(cursor, 'base64').toString()) + 70n);
    const pulled = await get(SHARD_0, { type: 'log', cursor, count: '1000', end_cursor: end });
    assert.equal(pulled.headers['x-log-count'], '70');
    assert.equal(pulled.headers['x-log-cursor'], end);
    const at = await get(SHARD_0, { type: 'log', cursor: end, count: '1000', end_cursor: end });
    assert.equal(at.headers['x-log-cursor'], end);
    assert.equal(at.headers['x-log-end-of-cursor'], undefined);
  });

  test('refuses what it can not give', async () => {
    const cursor = await cursorAt('begin');
    for (const count of ['0', '1001', 'many'])
      await refused({ path: SHARD_0, query: { type: 'log', cursor, count } }, 400, 'ParameterInvalid');
    await refused({ path: SHARD_0, query: { type: 'log', cursor: 'MQ==', count: '1' } }, 400, 'InvalidCursor');
    await refused(
      { path: SHARD_0, query: { type: 'log', cursor, count: '1', query: '* | where 1' } },
      400,
      'ParameterInvalid',
    );
    const other = await cursorAt('end', '/logstores/audit/shards/1');
    await refused({ path: SHARD_0, query: { type: 'log', cursor: other, count: '1' } }, 400, 'InvalidCursor');
  });

  test('an unpadded cursor is as good', async () => {
    const cursor = (await cursorAt('begin')).replace(/=+$/, '');
    assert.equal((await get(SHARD_0, { type: 'log', cursor, count: '1' })).status, 200);
  });
});

async function walk(encoding: string): Promise<{ groups: number; raw: Buffer; encodings: string }> {
  const parts: Uint8Array[] = [];
  let groups = 0;
  const encodings = new Set<string>();
  for (let cursor = await cursorAt('begin'); ;) {
    const { headers, body } = await get(
      SHARD_0,
      { type: 'log', cursor, count: '1000' },
      { 'accept-encoding': encoding },
    );
    const next = headers['x-log-cursor'] ?? '';
    if (next === cursor) return { groups, raw: Buffer.concat(parts), encodings: [...encodings].join() };
    const size = Number(headers['x-log-bodyrawsize']);
    const raw = await inflate(body, encoding, size);
    assert.equal(raw.length, size);
    parts.push(raw);
    groups += Number(headers['x-log-count']);
    encodings.add(headers['x-log-compresstype'] ?? '');
    cursor = next;
  }
}

async function inflate(body: Buffer, encoding: string, size: number): Promise<Uint8Array> {
  if (encoding === 'deflate') return inflateSync(body);
  if (encoding === 'lz4') {
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32LE(size);
    return uncompressSync(Buffer.concat([prefix, body]));
  }
  if (encoding === '') return body;
  const decoder = new ZSTDDecoder();
  await decoder.init();
  return decoder.decode(body, size);
}

describe('consumer groups over HTTP', () => {
  const create = (body: object): SlsRequest => ({ method: 'POST', path: GROUPS, body: JSON.stringify(body) });

  test('from creation to deletion', async () => {
    assert.equal((await ask(create({ consumerGroup: 'g1', timeout: 20 }))).status, 200);
    await refused(create({ consumerGroup: 'g1', timeout: 20 }), 400, 'ConsumerGroupAlreadyExist');
    const path = `${GROUPS}/g1`;
    await ask({ method: 'PUT', path, body: '{"order":true}' });
    assert.deepEqual((await get(GROUPS)).json, [{ name: 'g1', timeout: 20, order: true }]);
    const beat = { method: 'POST', path, query: { type: 'heartbeat', consumer: 'c 1/ä' }, body: '[]' };
    assert.deepEqual((await ask(beat)).json, [0, 1]);
    const cursor = await cursorAt('end');
    const query = { type: 'checkpoint', consumer: 'c 1/ä', forceSuccess: 'False' };
    const committed = await ask({
      method: 'POST',
      path,
      query,
      body: JSON.stringify({ shard: 0, checkpoint: cursor }),
    });
    assert.equal(committed.status, 200);
    assert.equal(committed.body.length, 0);
    const rows = (await get(path)).json as { updateTime: number }[];
    assert.deepEqual(
      rows.map((row) => ({ ...row, updateTime: row.updateTime > 0 })),
      [
        { shard: 0, checkpoint: cursor, updateTime: true, consumer: 'c 1/ä' },
        { shard: 1, checkpoint: '', updateTime: false, consumer: 'c 1/ä' },
      ],
    );
    assert.equal(((await get(path, { shard: '1' })).json as unknown[]).length, 1);
    const stranger = { ...query, consumer: 'x' };
    await refused(
      { method: 'POST', path, query: stranger, body: '{"shard":0,"checkpoint":"MQ=="}' },
      404,
      'ConsumerNotExist',
    );
    const forced = { ...stranger, forceSuccess: 'True' };
    assert.equal(
      (await ask({ method: 'POST', path, query: forced, body: '{"shard":0,"checkpoint":"MQ=="}' })).status,
      200,
    );
    assert.equal((await ask({ method: 'DELETE', path })).status, 200);
    await refused(beat, 404, 'ConsumerGroupNotExist');
  });

  test('malformed bodies are told', async () => {
    await ask(create({ consumerGroup: 'g2', timeout: 20, order: false }));
    const query = { type: 'heartbeat', consumer: 'c' };
    await refused({ method: 'POST', path: `${GROUPS}/g2`, query, body: '{"shards":[]}' }, 400, 'JsonInfoInvalid');
    await refused({ method: 'POST', path: `${GROUPS}/g2`, query, body: '[' }, 400, 'JsonInfoInvalid');
    await refused(
      { method: 'POST', path: `${GROUPS}/g2`, query: { type: 'heartbeat' }, body: '[]' },
      400,
      'MissingParameter',
    );
    await refused(create({ consumerGroup: 'g3' }), 400, 'JsonInfoInvalid');
    await refused(create({ consumerGroup: 'g3', timeout: 'x' }), 400, 'JsonInfoInvalid');
    await refused(create({ consumerGroup: 'a b', timeout: 1 }), 400, 'ParameterInvalid');
    await ask({ method: 'DELETE', path: `${GROUPS}/g2` });
  });

  test('a logstore has no more than thirty', async () => {
    const path = '/logstores/empty/consumergroups';
    for (let index = 0; index < 30; index++)
      assert.equal((await ask({ ...create({ consumerGroup: `g${index}`, timeout: 9 }), path })).status, 200);
    await refused({ ...create({ consumerGroup: 'g30', timeout: 9 }), path }, 403, 'ExceedQuota');
  });
});
