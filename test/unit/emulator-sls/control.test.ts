import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { compressSync } from 'lz4-napi';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { storeFrame } from '../../../src/emulator/sls/pack-zstd.js';
import {
  runSlsEmulator,
  startSlsEmulator,
  type LogstoreOptions,
  type SlsEmulatorHandle,
} from '../../../src/emulator/sls-handle.js';
import { send, type SlsRequest, type SlsResponse } from '../../support/sls-request.js';

/** A LogGroup with one log without contents. */
const LOG_GROUP = Buffer.from('0a0608011a0278781a027470', 'hex');

let emulator: SlsEmulatorHandle;
before(async () => {
  const limits = { shardReadsPerSecond: 100_000, maxReplyBytes: 20_000 };
  const logstores = [
    { name: 'audit', shards: 2, profile: 'nginx', preload: 400 },
    { name: 'put', shards: 2, appendMeta: true },
    { name: 'split', shards: 2 },
    { name: 'turning', shards: 1, profile: 'vpcflow', preload: 20, repeat: true },
    { name: 'live', shards: 2, profile: 'mixed' },
  ] as const;
  emulator = await runSlsEmulator({ project: 'demo', limits, logstores });
});
after(() => emulator.stop());

interface ShardStats {
  readonly appended: number;
  readonly endGroup: number;
  readonly firstGroup: number;
  readonly checkpoints: number;
  readonly readOnly: boolean;
}

interface Stats {
  readonly requests: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly logstores: Readonly<Record<string, { readonly shards: Readonly<Record<string, ShardStats>> }>>;
}

const ask = (request: SlsRequest): Promise<SlsResponse> => send(emulator.port, request);
const stats = (): Promise<Stats> => emulator.control('stats') as Promise<Stats>;

async function shardsOf(logstore: string): Promise<Readonly<Record<string, ShardStats>>> {
  return (await stats()).logstores[logstore]?.shards ?? {};
}

async function cursorAt(from: string, path: string): Promise<string> {
  return ((await ask({ path, query: { type: 'cursor', from } })).json as { cursor: string }).cursor;
}

async function pull(path: string, cursor: string, count = '1000'): Promise<SlsResponse> {
  return ask({ path, query: { type: 'log', cursor, count } });
}

describe('faults', () => {
  const path = '/logstores/audit/shards/0';
  const cursorOf = (): Promise<string> => cursorAt('begin', path);

  test('an error, for as many requests as asked and no other operation', async () => {
    const fault = {
      kind: 'error',
      operation: 'PullLogs',
      after: 1,
      times: 2,
      status: 403,
      errorCode: 'ShardReadQuotaExceed',
    };
    await emulator.control('faults', fault);
    const cursor = await cursorOf();
    const codes: number[] = [];
    for (let index = 0; index < 4; index++) codes.push((await pull(path, cursor)).status);
    assert.deepEqual(codes, [200, 403, 403, 200]);
    await emulator.control('faults/clear');
  });

  test('only the shard that is named', async () => {
    await emulator.control('faults', {
      kind: 'error',
      logstore: 'audit',
      shard: 1,
      status: 503,
      errorCode: 'ServerBusy',
    });
    assert.equal((await pull(path, await cursorOf())).status, 200);
    const other = await ask({ path: '/logstores/audit/shards/1', query: { type: 'cursor', from: 'end' } });
    assert.deepEqual([other.status, other.json], [503, { errorCode: 'ServerBusy', errorMessage: 'injected' }]);
    await emulator.control('faults/clear');
  });

  test('spoilt bodies and headers', async () => {
    const cursor = await cursorOf();
    const good = await pull(path, cursor);
    await emulator.control('faults', { kind: 'corrupt', times: 1 });
    const corrupt = await pull(path, cursor);
    assert.equal(corrupt.body.length, good.body.length);
    assert.ok(!corrupt.body.equals(good.body));
    await emulator.control('faults', { kind: 'cut', times: 1 });
    assert.equal((await pull(path, cursor)).body.length, Math.floor(good.body.length / 2));
    await emulator.control('faults', {
      kind: 'headers',
      times: 1,
      headers: { 'x-log-bodyrawsize': '1', 'x-log-cursor': null },
    });
    const { headers } = await pull(path, cursor);
    assert.equal(headers['x-log-bodyrawsize'], '1');
    assert.equal(headers['x-log-cursor'], undefined);
    await emulator.control('faults', { kind: 'html', times: 1 });
    const html = await pull(path, cursor);
    assert.deepEqual([html.status, html.headers['content-type']], [502, 'text/html']);
    assert.ok((await pull(path, cursor)).body.equals(good.body), 'what is prepared was not touched');
  });

  test('broken connections; a lost reply has done its work', async () => {
    const cursor = await cursorOf();
    for (const kind of ['reset', 'truncate']) {
      await emulator.control('faults', { kind, times: 1 });
      await assert.rejects(pull(path, cursor), kind);
    }
    await emulator.control('faults', { kind: 'lose', operation: 'CreateConsumerGroup', times: 1 });
    const create = {
      method: 'POST',
      path: '/logstores/audit/consumergroups',
      body: '{"consumerGroup":"g","timeout":9}',
    };
    await assert.rejects(ask(create));
    assert.equal((await ask(create)).status, 400, 'it exists');
  });

  test('a delay passes; a hang ends when the emulator does', async () => {
    await emulator.control('faults', { kind: 'pass', delayMs: 30, times: 1 });
    const begun = performance.now();
    await cursorOf();
    assert.ok(performance.now() - begun >= 29);
    const other = await startSlsEmulator({ project: 'demo' });
    await other.control('faults', { kind: 'hang' });
    const hanging = assert.rejects(send(other.port, { path: '/logstores' }));
    while (((await other.control('stats')) as Stats).requests['ListLogstores'] === undefined);
    await other.stop();
    await hanging;
  });

  test('what is no fault is refused', async () => {
    await assert.rejects(emulator.control('faults', { kind: 'nonsense' }), { code: 'SLS_REQUEST_INVALID' });
    await assert.rejects(emulator.control('faults', { kind: 'error', operation: 'Nonsense' }), {
      code: 'SLS_REQUEST_INVALID',
    });
    await assert.rejects(emulator.control('nonsense'), /hooks are/);
  });
});

describe('writing', () => {
  const put = (body: Buffer, headers: Record<string, string> = {}, path = '/logstores/put/shards/lb', query = {}) =>
    ask({ method: 'POST', path, query, body, headers: { 'content-type': 'application/x-protobuf', ...headers } });
  const packed = (compression: string, body: Buffer | Uint8Array): Promise<SlsResponse> => {
    return put(Buffer.from(body), { 'x-log-compresstype': compression, 'x-log-bodyrawsize': String(LOG_GROUP.length) });
  };

  test('plain and compressed, to the shards in turn', async () => {
    const answers = [
      await put(LOG_GROUP),
      await packed('lz4', compressSync(LOG_GROUP).subarray(4)),
      await packed('zstd', storeFrame(LOG_GROUP)),
      await packed('deflate', deflateSync(LOG_GROUP)),
      await put(LOG_GROUP, {}, '/logstores/put'),
    ];
    assert.deepEqual(
      answers.map(({ status, body }) => [status, body.length]),
      Array(5).fill([200, 0]),
    );
    const shards = await shardsOf('put');
    assert.deepEqual([shards['0']?.appended, shards['1']?.appended], [3, 2]);
  });

  test('by hash key', async () => {
    const before = (await shardsOf('put'))['1']!.endGroup;
    const path = '/logstores/put/shards/route';
    await put(LOG_GROUP, {}, path, { key: 'f'.repeat(32) });
    assert.equal((await shardsOf('put'))['1']?.endGroup, before + 1);
    assert.equal((await put(LOG_GROUP, {}, path, { key: 'xyz' })).status, 400);
  });

  test('with the tags of the service where the logstore has them', async () => {
    const path = '/logstores/put/shards/0';
    const { body } = await pull(path, await cursorAt('begin', path), '1');
    assert.match(body.toString('latin1'), /__client_ip__.{2,8}127\.0\.0\.1/s);
    assert.match(body.toString('latin1'), /__receive_time__..\d{10}/s);
  });

  test('refuses what is no log group', async () => {
    const code = async (response: Promise<SlsResponse>): Promise<unknown> =>
      ((await response).json as { errorCode: unknown }).errorCode;
    assert.equal(await code(put(Buffer.from('0a06', 'hex'))), 'PostBodyInvalid');
    assert.equal(await code(packed('lz4', Buffer.from('ff'.repeat(9), 'hex'))), 'PostBodyUncompressError');
    assert.equal(await code(packed('zstd', Buffer.from('ff'.repeat(9), 'hex'))), 'PostBodyUncompressError');
    assert.equal(await code(packed('snappy', LOG_GROUP)), 'InvalidCompressType');
    assert.equal(await code(put(Buffer.alloc(30 * 1024 * 1024 + 1))), 'PostBodyTooLarge');
    assert.equal(await code(put(LOG_GROUP, {}, '/logstores/turning/shards/lb')), 'ParameterInvalid');
  });
});

describe('changing the shards', () => {
  const act = (shard: number, query: Record<string, string>): Promise<SlsResponse> =>
    ask({ method: 'POST', path: `/logstores/split/shards/${shard}`, query });
  const shape = ({ json }: SlsResponse): unknown[] =>
    (json as Record<string, string | number>[]).map((shard) => [
      shard['shardID'],
      shard['status'],
      String(shard['inclusiveBeginKey']).slice(0, 2),
      String(shard['exclusiveEndKey']).slice(0, 2),
    ]);

  test('split in halves, by a key, in more parts; merge with the right neighbour', async () => {
    assert.deepEqual(shape(await act(0, { action: 'split' })), [
      [0, 'readonly', '00', '80'],
      [2, 'readwrite', '00', '40'],
      [3, 'readwrite', '40', '80'],
    ]);
    const key = `c4${'0'.repeat(30)}`;
    assert.deepEqual(shape(await act(1, { action: 'split', key })), [
      [1, 'readonly', '80', 'ff'],
      [4, 'readwrite', '80', 'c4'],
      [5, 'readwrite', 'c4', 'ff'],
    ]);
    assert.deepEqual(shape(await act(3, { action: 'merge' })), [
      [6, 'readwrite', '40', 'c4'],
      [3, 'readonly', '40', '80'],
      [4, 'readonly', '80', 'c4'],
    ]);
    assert.equal((await act(0, { action: 'split' })).status, 400, 'read-only');
    assert.equal((await act(5, { action: 'merge' })).status, 400, 'no neighbour');
    assert.equal((await act(6, { action: 'split', key: 'ff' })).status, 400, 'a key outside');
    assert.deepEqual(await emulator.control('split', { logstore: 'split', shard: 6, parts: 3 }), [6, 7, 8, 9]);
    assert.deepEqual(await emulator.control('merge', { logstore: 'split', shard: 8 }), [10, 8, 9]);
  });

  test('expiry makes old cursors invalid and drained read-only shards disappear', async () => {
    const path = '/logstores/audit/shards/1';
    const old = await cursorAt('begin', path);
    await emulator.control('expire', { logstore: 'audit', shard: 1, groups: 5 });
    const refused = await pull(path, old);
    assert.deepEqual([refused.status, (refused.json as { errorCode: string }).errorCode], [400, 'InvalidCursor']);
    assert.equal((await pull(path, await cursorAt('begin', path), '3')).headers['x-log-count'], '3');
    assert.equal((await shardsOf('audit'))['1']?.firstGroup, 5);
    await emulator.control('split', { logstore: 'audit', shard: 1 });
    await emulator.control('expire', { logstore: 'audit', shard: 1, groups: 1000 });
    assert.equal((await ask({ path, query: { type: 'cursor', from: 'begin' } })).status, 404);
  });
});

describe('logs', () => {
  test('appended ones follow evenly and say their number and when', async () => {
    await emulator.control('append', { logstore: 'live', events: 25 });
    await emulator.control('append', { logstore: 'live', shard: 1, events: 3 });
    const shards = await shardsOf('live');
    assert.deepEqual([shards['0']!.appended + shards['1']!.appended, shards['1']!.appended >= 15], [28, true]);
    const path = '/logstores/live/shards/1';
    const { body } = await pull(path, await cursorAt('begin', path));
    const numbers = [...body.toString('latin1').matchAll(/emu_seq..1-(\d+)/gs)].map(([, number]) => Number(number));
    assert.deepEqual(numbers, [...Array(shards['1']!.appended).keys()]);
    assert.match(body.toString('latin1'), /emu_ts..\d{13}/s);
  });

  test('a live rate keeps appending until it is set to nothing', async () => {
    const before = (await shardsOf('live'))['0']!.endGroup;
    await emulator.control('rate', { logstore: 'live', ratePerSecond: 200 });
    while ((await shardsOf('live'))['0']!.endGroup < before + 2);
    await emulator.control('rate', { logstore: 'live', ratePerSecond: 0 });
    await assert.rejects(emulator.control('rate', { logstore: 'turning', ratePerSecond: 1 }), /repeats/);
  });

  test('repeated ones come again under new cursors', async () => {
    const path = '/logstores/turning/shards/0';
    const first = await pull(path, await cursorAt('begin', path));
    const again = await pull(path, first.headers['x-log-cursor'] ?? '');
    assert.equal(first.headers['x-log-count'], '2');
    assert.ok(first.body.equals(again.body));
    assert.notEqual(first.headers['x-log-cursor'], again.headers['x-log-cursor']);
  });

  test('replies stay below the size limit, and can be prepared', async () => {
    const path = '/logstores/audit/shards/0';
    const { headers } = await pull(path, await cursorAt('begin', path));
    assert.ok(Number(headers['x-log-bodyrawsize']) <= 20_000);
    assert.ok(Number(headers['x-log-count']) < 20);
    const prepared = (await emulator.control('prepare', { logstore: 'audit', compression: 'lz4' })) as {
      bytes: number;
    };
    assert.ok(prepared.bytes > 10_000);
  });
});

describe('the emulator', () => {
  test('has read quotas per shard and second', async () => {
    const limits = { shardReadsPerSecond: 1 };
    const limited = await runSlsEmulator({ project: 'demo', limits, logstores: [{ name: 'audit', shards: 1 }] });
    const path = '/logstores/audit/shards/0';
    const { json } = await send(limited.port, { path, query: { type: 'cursor', from: 'end' } });
    const query = { type: 'log', count: '1', ...(json as { cursor: string }) };
    const statuses = new Set<number>();
    while (statuses.size < 2) statuses.add((await send(limited.port, { path, query })).status);
    await limited.stop();
    assert.deepEqual([...statuses].sort(), [200, 403]);
  });

  test('can not listen where somebody else does', async () => {
    for (const start of [startSlsEmulator, runSlsEmulator])
      await assert.rejects(start({ port: emulator.port }), (error) => {
        return (
          error instanceof ForwarderError && error.code === 'LISTEN_FAILED' && error.message.includes('EADDRINUSE')
        );
      });
  });

  test('says what is wrong with its options', async () => {
    const wrong: [object, RegExp][] = [
      [{ name: 'X' }, /legal logstore name/],
      [{ name: 'ab', shards: 0 }, /1 to 1000 shards/],
      [{ name: 'ab', profile: 'apache' }, /one of the profiles/],
      [{ name: 'ab', preload: 1.5 }, /whole number/],
      [{ name: 'ab', ratePerSecond: -1 }, /0 or more/],
      [{ name: 'ab', repeat: true }, /only repeat preloaded/],
    ];
    for (const [logstore, message] of wrong)
      await assert.rejects(startSlsEmulator({ logstores: [logstore as LogstoreOptions] }), {
        code: 'CONFIG_INVALID',
        message,
      });
  });

  test('counts requests by operation and outcome, survives garbage', async () => {
    const socket = connect(emulator.port, '127.0.0.1');
    socket.end('\0\0 nonsense\r\n\r\n');
    socket.resume();
    await once(socket, 'close');
    const { requests } = await stats();
    assert.ok((requests['PullLogs']?.['200'] ?? 0) > 5);
    assert.equal(requests['PullLogs']?.['403'], 2);
    assert.equal(requests['CreateConsumerGroup']?.['lose'], 1);
  });
});
