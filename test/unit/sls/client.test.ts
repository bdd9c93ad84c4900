import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { startSlsEmulator, type SlsEmulatorHandle } from '../../../src/emulator/sls-handle.js';
import type { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { systemClock } from '../../../src/flow/clock.js';
import type { ConsumerGroup, LogSource } from '../../../src/model/ports.js';
import { createSlsClient, type LogstoreSettings, type SlsSettings } from '../../../src/sls/client.js';
import { staticCredentials, type Credentials } from '../../../src/sls/credentials/credentials.js';
import { QuotaGate } from '../../../src/sls/quota-gate.js';
import { ServiceTime } from '../../../src/sls/service-time.js';
import { Signing } from '../../../src/sls/signing/signing.js';
import { parseEndpoint, type ServiceEndpoint } from '../../../src/sls/endpoint.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';
import { refused } from './refused.js';

const KEY = { accessKeyId: 'key-id', accessKeySecret: 'key-secret-zq47' };
const STS = { ...KEY, securityToken: 'sts-token-zq47' };
const signal = new AbortController().signal;

interface Opened {
  readonly source: LogSource;
  readonly group: ConsumerGroup;
  readonly log: RecordingLog;
  /** The same logstore once more, by the same client. */
  readonly again: () => LogSource;
}

function endpointOf(text: string): ServiceEndpoint {
  const result = parseEndpoint(text);
  assert.ok(result.ok);
  return result.endpoint;
}

async function emulator(context: TestContext, options: object = {}): Promise<SlsEmulatorHandle> {
  const logstores = [{ name: 'store', shards: 2, preload: 200 }];
  const handle = await startSlsEmulator({ ...STS, project: 'proj', logstores, ...options });
  context.after(() => handle.stop());
  return handle;
}

function open(
  context: TestContext,
  { endpoint }: { endpoint: string },
  settings: Partial<SlsSettings & LogstoreSettings> = {},
): Opened {
  const log = new RecordingLog();
  const limits = { connectTimeoutMs: 5000, responseTimeoutMs: 10_000, maxBodyBytes: 16 << 20, maxSockets: 4 };
  const access = { endpoint: endpointOf(endpoint), signature: 'v1', credentials: staticCredentials(STS) } as const;
  const client = createSlsClient({ ...limits, ...access, ...settings }, systemClock, log);
  context.after(() => client.close());
  const names = { project: 'proj', logstore: 'store', consumerGroup: 'group', consumer: 'c 1/ä' };
  const bodyBuffer = (size: number): ArrayBuffer => new ArrayBuffer(size);
  const openLogstore = () => client.openLogstore({ ...names, compression: 'lz4', bodyBuffer, ...settings });
  return { ...openLogstore(), log, again: () => openLogstore().source };
}

function as(accessKeyId: string, accessKeySecret: string, securityToken?: string): Partial<SlsSettings> {
  const credentials: Credentials = { accessKeyId, accessKeySecret, securityToken };
  return { credentials: staticCredentials(credentials) };
}

test('the retention of a logstore, and the log groups between two cursors', async (context) => {
  const service = await emulator(context);
  const { source } = open(context, service);
  assert.equal(await source.retention(signal), 30 * 86_400);
  const [begin, end] = await Promise.all([source.getCursor(0, 'begin', signal), source.getCursor(0, 'end', signal)]);
  const { logGroups, nextCursor } = await source.pull(0, begin, 1000, signal);
  assert.equal(nextCursor, end);
  assert.equal(source.groupsBetween(begin, end), logGroups);
  assert.equal(source.groupsBetween(end, begin), undefined, 'not behind it');
  assert.equal(source.groupsBetween('b3BhcXVl', end), undefined, 'not a number');
  assert.equal(await source.getCursorTime(0, end, signal), Math.floor(Date.now() / 1000));
  const refusal = { kind: 'error', operation: 'GetLogstore', status: 401, errorCode: 'Unauthorized' };
  const errorMessage = 'denied by sts or ram, action: log:GetLogStore, resource: acs:log:*';
  await service.control('faults', { ...refusal, errorMessage, times: 1 });
  await refused(source.retention(signal), 'SLS_UNAUTHORIZED', /grant log:GetLogStore to this key in RAM/);
});

for (const signature of ['v1', 'v4'] as const) {
  test(`a consumer's life with signature ${signature}`, async (context) => {
    const { source, group } = open(context, await emulator(context), { signature, region: 'cn-hangzhou' });
    const wanted = { timeoutSeconds: 30, inOrder: false };
    assert.deepEqual(await group.ensure(wanted, signal), { ...wanted, created: true });
    assert.deepEqual(
      await group.ensure({ timeoutSeconds: 60, inOrder: true }, signal),
      { ...wanted, created: false },
      'left alone',
    );
    assert.deepEqual([...(await group.heartbeat([], signal))].sort(), [0, 1]);
    assert.deepEqual(
      (await source.listShards(signal)).map(({ shard, readOnly }) => [shard, readOnly]),
      [
        [0, false],
        [1, false],
      ],
    );
    assert.equal(await group.getCheckpoint(0, signal), undefined);
    const [begin, end] = [await source.getCursor(0, 'begin', signal), await source.getCursor(0, 'end', signal)];
    assert.notEqual(begin, end);
    const first = await source.pull(0, begin, 1, signal);
    assert.equal(first.logGroups, 1);
    assert.equal(first.encoding, 'lz4');
    assert.ok(first.bodyLength > 0 && first.rawSize > first.bodyLength);
    assert.equal(await group.commit(0, first.nextCursor, signal), 'committed');
    assert.equal(await group.getCheckpoint(0, signal), first.nextCursor);
    const bounded = await source.pull(0, begin, 1000, signal, { endCursor: first.nextCursor });
    assert.equal(bounded.nextCursor, first.nextCursor);
    const tip = await source.pull(0, end, 1000, signal);
    assert.deepEqual([tip.nextCursor, tip.bodyLength, tip.logGroups], [end, 0, 0]);
  });
}

test('bodies come in the compression that was asked for', async (context) => {
  const server = await emulator(context);
  for (const compression of ['lz4', 'zstd', 'none'] as const) {
    const { source } = open(context, server, { compression });
    const reply = await source.pull(0, await source.getCursor(0, 'begin', signal), 1, signal);
    assert.equal(reply.encoding, compression);
  }
});

test('who does not own a shard is told so', async (context) => {
  const server = await emulator(context);
  const [one, other] = [open(context, server, { consumer: 'one' }), open(context, server, { consumer: 'other' })];
  await one.group.ensure({ timeoutSeconds: 30, inOrder: false }, signal);
  await one.group.heartbeat([], signal);
  const cursor = await one.source.getCursor(0, 'end', signal);
  assert.equal(await other.group.commit(0, cursor, signal), 'not-owner', 'never seen');
  await other.group.heartbeat([], signal);
  assert.equal(await other.group.commit(0, cursor, signal), 'not-owner', 'has another shard at most');
  await server.control('evict', { logstore: 'store', group: 'group', consumer: 'one' });
  await refused(one.group.heartbeat([0, 1], signal), 'SLS_CONSUMER_UNKNOWN', /heartbeat in group of proj\/store/);
});

test('who creates the group a moment too late takes the settings of the first', async (context) => {
  const server = await emulator(context);
  // The second looks while there is no group, and its creation arrives after the first one's.
  await server.control('faults', { kind: 'pass', operation: 'CreateConsumerGroup', times: 1, delayMs: 200 });
  const [slow, fast] = [open(context, server), open(context, server)];
  const late = slow.group.ensure({ timeoutSeconds: 31, inOrder: false }, signal);
  while (!(await fired(server))) continue;
  const first = { timeoutSeconds: 30, inOrder: false };
  assert.deepEqual(await fast.group.ensure(first, signal), { ...first, created: true });
  assert.deepEqual(await late, { ...first, created: false });
});

test('a group that exists is used without the right to create one', async (context) => {
  const server = await emulator(context);
  const { group } = open(context, server);
  const wanted = { timeoutSeconds: 30, inOrder: false };
  await group.ensure(wanted, signal);
  const refusal = { kind: 'error', operation: 'CreateConsumerGroup', status: 401, errorCode: 'Unauthorized' };
  await server.control('faults', { ...refusal, errorMessage: 'denied by sts or ram', times: 1 });
  assert.deepEqual(await group.ensure(wanted, signal), { ...wanted, created: false });
});

async function fired(server: SlsEmulatorHandle): Promise<boolean> {
  const { faults } = (await server.control('stats')) as { faults: readonly { fired: number }[] };
  return faults.some(({ fired: times }) => times > 0);
}

test('wrong names, keys and cursors are told apart', async (context) => {
  const server = await emulator(context);
  const list = (settings: Partial<SlsSettings & LogstoreSettings>): Promise<unknown> =>
    open(context, server, settings).source.listShards(signal);
  await refused(list({ project: 'nobodys' }), 'SLS_NOT_FOUND', /check project/);
  await refused(list({ logstore: 'nothing' }), 'SLS_NOT_FOUND', /of proj\/nothing: refused with 404 LogStoreNotExist/);
  await refused(list(as('nobody', 'xzq47')), 'SLS_UNAUTHORIZED', /check the access key/);
  await refused(list(as(KEY.accessKeyId, 'xzq47')), 'SLS_UNAUTHORIZED', /check the access key secret/);
  await refused(list(as(KEY.accessKeyId, KEY.accessKeySecret, 'oldzq47')), 'SLS_UNAUTHORIZED', /STS token is wrong/);
  await refused(list(as(KEY.accessKeyId, `${KEY.accessKeySecret}\n`)), 'SLS_UNAUTHORIZED', /accessKeySecret holds a/);
  await refused(list(as('', KEY.accessKeySecret)), 'SLS_UNAUTHORIZED', /accessKeyId is empty/);
  const { source, group } = open(context, server);
  await refused(source.pull(0, 'Z2FyYmFnZQ==', 10, signal), 'SLS_CURSOR_INVALID', /expired/);
  await refused(source.pull(99, 'MTI=', 10, signal), 'SLS_SHARD_GONE', /pull from shard 99/);
  await refused(group.getCheckpoint(0, signal), 'SLS_NOT_FOUND', /ConsumerGroupNotExist/);
});

test('faults of service and network keep their class', async (context) => {
  const server = await emulator(context);
  const { source } = open(context, server, { responseTimeoutMs: 1_000 });
  const cursor = await source.getCursor(0, 'begin', signal);
  const pull = (): Promise<unknown> => source.pull(0, cursor, 1000, signal);
  const faults: readonly (readonly [object, string, RegExp])[] = [
    [{ kind: 'error', status: 500, errorCode: 'InternalServerError' }, 'SLS_SERVER', /a failure of the service/],
    [{ kind: 'error', status: 403, errorCode: 'ShardReadQuotaExceed' }, 'SLS_QUOTA', /going slower/],
    [{ kind: 'html', status: 403 }, 'SLS_PROTOCOL', /a proxy in between/],
    [{ kind: 'html', status: 200 }, 'SLS_PROTOCOL', /unusable reply \(a web page.*x-log-cursor is missing/],
    // Once on a connection that was kept is no failure yet.
    [{ kind: 'reset', times: 2 }, 'SLS_NETWORK', /closed the connection/],
    [{ kind: 'truncate' }, 'SLS_NETWORK', /in the middle of its reply/],
    [{ kind: 'hang' }, 'SLS_TIMEOUT', /silent for 1000 ms/],
    [{ kind: 'headers', headers: { 'x-log-count': null } }, 'SLS_PROTOCOL', /x-log-count is missing/],
  ];
  for (const [fault, code, message] of faults) {
    await server.control('faults', { operation: 'PullLogs', times: 1, ...fault });
    await refused(pull(), code, message);
    await pull();
  }
});

test('a secret that a reply echoes is not repeated', async (context) => {
  const server = await emulator(context);
  const errorMessage = `you sent ${STS.accessKeySecret} and ${STS.securityToken}`;
  await server.control('faults', { kind: 'error', status: 401, errorCode: 'Unauthorized', errorMessage });
  await refused(open(context, server).source.listShards(signal), 'SLS_UNAUTHORIZED', /you sent \*\*\* and \*\*\*/);
});

test('a clock that is off is corrected by the one of the service, and said once', async (context) => {
  const server = await emulator(context, { skewMs: 3_600_000 });
  for (const signature of ['v1', 'v4'] as const) {
    const { source, log } = open(context, server, { signature, region: 'cn-hangzhou' });
    await Promise.all([source.listShards(signal), source.getCursor(0, 'begin', signal)]);
    await source.listShards(signal);
    assert.equal(log.lines.length, 1);
    assert.match(log.lines[0]!.message, /60 min behind the service's: requests are signed with the corrected time/);
  }
});

test('a clock that is set right later is followed', async (context) => {
  const server = await emulator(context, { skewMs: -7_200_000 });
  const { source, log } = open(context, server);
  await source.listShards(signal);
  await server.control('skew', { ms: 0 });
  await source.listShards(signal);
  assert.equal(log.lines.length, 2);
});

test('a clock a few minutes off is corrected before the service refuses it; above five it is said', () => {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const time = new ServiceTime(clock, log);
  const dateAt = (skewMs: number): string => new Date(clock.now() + skewMs).toUTCString();
  time.follow(dateAt(30_000), time.offsetMs);
  assert.equal(time.offsetMs, 0, 'a slow network looks the same');
  const steps = [
    [3, 0],
    [6, 1],
    [2, 2],
    [60, 2],
  ] as const;
  for (const [minutes, lines] of steps) {
    clock.freeze(61_000);
    time.follow(dateAt(minutes * 60_000), time.offsetMs);
    assert.equal(log.lines.length, lines, `${minutes} min`);
  }
  assert.equal(time.offsetMs, 120_000, 'an accepted request proves that an hour is not the date of the service');
  assert.match(log.lines[0]!.message, /6 min behind/);
  time.follow(dateAt(0), time.offsetMs);
  assert.equal(time.offsetMs, 120_000, 'looked at once a minute');
});

test('a service that does not take v1 any more gets v4, and that is said once', async (context) => {
  const server = await emulator(context);
  const refusal = { kind: 'error', status: 400, errorCode: 'InvalidSignatureMethod', errorMessage: 'not supported' };
  await server.control('faults', { ...refusal, times: 1 });
  const { source, log } = open(context, server, { signature: 'auto', region: 'cn-hangzhou' });
  await source.listShards(signal);
  await source.getCursor(0, 'begin', signal);
  assert.deepEqual(
    log.lines.map(({ message }) => message),
    ['the service does not take signature v1; requests are signed with v4 from now on'],
  );
  await server.control('faults', { ...refusal, times: 2 });
  await refused(source.listShards(signal), 'SLS_REQUEST_INVALID', /InvalidSignatureMethod/);
  const unknown = open(context, server, { signature: 'auto' });
  await refused(
    unknown.source.listShards(signal),
    'SLS_REQUEST_INVALID',
    /wants signature v4: set region of the source/,
  );
});

test('requests that were under way when the signature changed are signed again too', () => {
  const log = new RecordingLog();
  const signing = new Signing({ signature: 'auto', region: 'cn-hangzhou', host: 'sls.example.com' }, log);
  const before = signing.signer;
  assert.deepEqual([signing.refused(before), signing.refused(before)], [true, true]);
  assert.notEqual(signing.signer, before);
  assert.equal(signing.refused(signing.signer), false, 'v4 refused is refused for good');
  assert.equal(log.lines.length, 1);
});

test('one pull refused for the quota of the project holds back all of them, not heartbeats nor another shard over its own', async (context) => {
  const server = await emulator(context);
  const { source, again } = open(context, server);
  const cursors = await Promise.all([0, 1].map((shard) => source.getCursor(shard, 'begin', signal)));
  const pull = (shard: 0 | 1): Promise<unknown> => source.pull(shard, cursors[shard]!, 10, signal);
  const refusal = { kind: 'error', operation: 'PullLogs', status: 403, times: 1 };
  await server.control('faults', { ...refusal, errorCode: 'ShardReadQuotaExceed' });
  await refused(pull(0), 'SLS_QUOTA', /ShardReadQuotaExceed/);
  await pull(1);
  await server.control('faults', { ...refusal, errorCode: 'ReadQuotaExceed' });
  await refused(pull(0), 'SLS_QUOTA', /ReadQuotaExceed/);
  const held = await refused(pull(1), 'SLS_QUOTA', /held back, the service limits this project/);
  assert.ok(held.retryAfterMs! > 0);
  await refused(again().pull(1, cursors[1]!, 10, signal), 'SLS_QUOTA', /held back/);
  await source.getCursor(1, 'end', signal);
});

test('the pause for the quota grows until a pull passes; what was under way is no news', () => {
  const clock = new ManualClock();
  const gate = new QuotaGate(clock, () => 1);
  const heldMs = (): number => {
    try {
      gate.check('pull');
      return 0;
    } catch (thrown) {
      return (thrown as ForwarderError).retryAfterMs ?? 0;
    }
  };
  const started = clock.monotonic();
  clock.freeze(50);
  gate.refused(started, undefined);
  gate.refused(started, undefined);
  assert.equal(heldMs(), 2000, 'one second, and up to as much again so that not all come at once');
  clock.freeze(1000);
  assert.equal(heldMs(), 0);
  gate.passed(started);
  gate.refused(clock.monotonic(), undefined);
  assert.equal(heldMs(), 4000);
  clock.freeze(2000);
  gate.passed(clock.monotonic());
  gate.refused(clock.monotonic(), 5000);
  assert.equal(heldMs(), 10_000, 'the hint of the service; and it began anew');
});

test('a service that refuses even its own time', async (context) => {
  const server = await emulator(context);
  await server.control('faults', { kind: 'error', status: 400, errorCode: 'RequestTimeExpired' });
  const { source, log } = open(context, server);
  await refused(source.listShards(signal), 'SLS_CLOCK_SKEW', /set the clock of this machine/);
  assert.equal(log.lines.length, 0);
});

test('signature v4 needs a region', () => {
  const settings = {
    endpoint: endpointOf('127.0.0.1:1'),
    signature: 'v4',
    credentials: staticCredentials(KEY),
    connectTimeoutMs: 1,
    responseTimeoutMs: 1,
    maxBodyBytes: 1,
    maxSockets: 1,
  } as const;
  assert.throws(() => createSlsClient(settings, systemClock, new RecordingLog()), { code: 'CONFIG_INVALID' });
  const named = { ...settings, endpoint: endpointOf('cn-hangzhou.log.aliyuncs.com') };
  createSlsClient(named, systemClock, new RecordingLog()).close();
});

test('credentials the service refuses are renewed, and the request is sent once more', async (context) => {
  const service = await emulator(context);
  let current: Credentials = { ...STS, securityToken: 'expired' };
  let renewals = 0;
  const credentials = {
    get: () => Promise.resolve(current),
    renew: () => {
      renewals += 1;
      if (renewals > 1) current = STS;
      return Promise.resolve(true);
    },
  };
  const { source } = open(context, service, { credentials });
  await assert.rejects(source.getCursor(0, 'begin', signal), { code: 'SLS_UNAUTHORIZED' });
  assert.equal(renewals, 1, 'once a request');
  await source.getCursor(0, 'begin', signal);
});
