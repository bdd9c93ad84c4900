import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { startSlsEmulator, type SlsEmulatorHandle } from '../../../src/emulator/sls-handle.js';
import { systemClock, type Clock } from '../../../src/flow/clock.js';
import type { LogSource } from '../../../src/model/ports.js';
import { createSlsClient, type SlsSettings } from '../../../src/sls/client.js';
import { staticCredentials } from '../../../src/sls/credentials/credentials.js';
import { parseEndpoint } from '../../../src/sls/endpoint.js';
import { parseProxy } from '../../../src/sls/http/proxy.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

const KEY = { accessKeyId: 'id', accessKeySecret: 'secret' };
const never = new AbortController().signal;

interface SetUp {
  readonly service: SlsEmulatorHandle;
  readonly source: LogSource;
  /** Where shard 0 ends. */
  readonly end: string;
}

async function setUp(context: TestContext, clock: Clock = systemClock): Promise<SetUp> {
  const service = await startSlsEmulator({ ...KEY, project: 'proj', logstores: [{ name: 'store', shards: 2 }] });
  context.after(() => service.stop());
  const source = open(context, service, clock);
  return { service, source, end: await source.getCursor(0, 'end', never) };
}

function open(
  context: TestContext,
  service: SlsEmulatorHandle,
  clock: Clock,
  settings: Partial<SlsSettings> = {},
): LogSource {
  const parsed = parseEndpoint(service.endpoint);
  assert.ok(parsed.ok);
  const limits = { connectTimeoutMs: 5000, responseTimeoutMs: 10_000, maxBodyBytes: 1 << 24, maxSockets: 4 };
  const access = {
    endpoint: parsed.endpoint,
    signature: 'v4',
    region: 'r',
    credentials: staticCredentials(KEY),
  } as const;
  const client = createSlsClient({ ...limits, ...access, ...settings }, clock, new RecordingLog());
  context.after(() => client.close());
  const names = { project: 'proj', logstore: 'store', consumerGroup: 'group', consumer: 'one' };
  const bodyBuffer = (size: number): ArrayBuffer => new ArrayBuffer(size);
  return client.openLogstore({ ...names, compression: 'lz4', bodyBuffer }).source;
}

test('a watch at the tip lasts until something comes, which only a pull takes', async (context) => {
  const { service, source, end } = await setUp(context);
  let empty = 0;
  let appended: Promise<unknown> | undefined;
  const onEmpty = (): number => {
    empty += 1;
    if (empty === 3) appended = service.control('append', { logstore: 'store', shard: 0, events: 10 });
    return systemClock.monotonic() + 20;
  };
  await source.watch(0, end, { at: 0, onEmpty, signal: never });
  assert.ok(empty >= 3);
  await appended;
  const reply = await source.pull(0, end, 10, never);
  assert.ok(reply.logGroups > 0);
  await source.watch(0, end, { at: 0, onEmpty: () => assert.fail('there is something'), signal: never });
});

test('who is told that there is nothing may have enough', async (context) => {
  const { source, end } = await setUp(context);
  let empty = 0;
  await source.watch(0, end, { at: 0, onEmpty: () => (++empty < 4 ? 0 : undefined), signal: never });
  assert.equal(empty, 4);
});

const REFUSALS = [
  { status: 403, errorCode: 'ReadQuotaExceed' },
  { status: 401, errorCode: 'Unauthorized' },
  { status: 500, errorCode: 'InternalServerError' },
];

for (const { status, errorCode } of REFUSALS)
  test(`a watch ends with ${status} ${errorCode}, which only a pull looks into`, async (context) => {
    const { service, source, end } = await setUp(context);
    await service.control('faults', { kind: 'error', operation: 'PullLogs', after: 2, status, errorCode });
    let empty = 0;
    await source.watch(0, end, { at: 0, onEmpty: () => (empty++, 0), signal: never });
    assert.equal(empty, 2);
    await assert.rejects(source.pull(0, end, 10, never), new RegExp(errorCode));
  });

test('while the quota of a project holds pulls back nothing of it is watched', async (context) => {
  const { service, source, end } = await setUp(context);
  await service.control('faults', {
    kind: 'error',
    operation: 'PullLogs',
    shard: 1,
    status: 403,
    errorCode: 'ReadQuotaExceed',
  });
  let empty = 0;
  let refused: Promise<void> | undefined;
  const onEmpty = (): number => {
    empty += 1;
    refused ??= assert.rejects(source.pull(1, end, 10, never), { code: 'SLS_QUOTA' });
    return systemClock.monotonic() + 20;
  };
  await source.watch(0, end, { at: 0, onEmpty, signal: never });
  await refused;
  assert.ok(empty > 0);
  await assert.rejects(source.pull(0, end, 10, never), /held back/);
  const pulls = async (): Promise<unknown> =>
    ((await service.control('stats')) as { requests: { PullLogs: unknown } }).requests.PullLogs;
  const before = await pulls();
  await source.watch(0, end, { at: 0, onEmpty, signal: never });
  assert.deepEqual(await pulls(), before, 'not asked at all');
});

test('a watch lasts no longer than its signature is used', async (context) => {
  const clock = new ManualClock(Date.now());
  const { source, end } = await setUp(context, clock);
  let [empty, isOver] = [0, false];
  const onEmpty = (): number => (empty++, clock.monotonic() + 5000);
  const watch = source.watch(0, end, { at: 0, onEmpty, signal: never }).then(() => (isOver = true));
  for (let asked = 1; asked <= 13; asked++) {
    await clock.advance(asked === 1 ? 0 : 5000);
    while (empty < asked && !isOver) await turn();
  }
  assert.equal(empty, 13, 'for a minute');
  await watch;
});

test('through a proxy nothing is watched, nor with a signal that is aborted', async (context) => {
  const { service, source, end } = await setUp(context);
  const onEmpty = (): never => assert.fail('it was asked');
  await source.watch(0, end, { at: 0, onEmpty, signal: AbortSignal.abort() });
  const proxy = parseProxy('http://127.0.0.1:9');
  assert.ok(proxy.ok);
  const behind = open(context, service, systemClock, { proxyFor: () => proxy.proxy });
  await behind.watch(0, end, { at: 0, onEmpty, signal: never });
});
