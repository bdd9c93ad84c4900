import assert from 'node:assert/strict';
import { connect as connectPlain } from 'node:net';
import { test, type TestContext } from 'node:test';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { startSlsEmulator, type SlsEmulatorHandle } from '../../../src/emulator/sls-handle.js';
import type { SlsEmulatorOptions } from '../../../src/emulator/sls/options.js';
import { systemClock } from '../../../src/flow/clock.js';
import { createSlsClient, type SlsClient } from '../../../src/sls/client.js';
import {
  openCredentials,
  type AssumeRoleSettings,
  type CredentialsSettings,
} from '../../../src/sls/credentials/choose.js';
import { staticCredentials, type CredentialsProvider } from '../../../src/sls/credentials/credentials.js';
import { parseEndpoint } from '../../../src/sls/endpoint.js';
import { parseProxy, type ChooseProxy } from '../../../src/sls/http/proxy.js';
import { RecordingLog } from '../../support/recording-log.js';
import { send } from '../../support/sls-request.js';

const signal = new AbortController().signal;
const KEY = { accessKeyId: 'emulator', accessKeySecret: 'emulator' };
const logstores = [{ name: 'audit', shards: 1, preload: 10 }];
const TWO_REGIONS: SlsEmulatorOptions = {
  project: 'hz-one',
  region: 'cn-hangzhou',
  logstores,
  projects: [
    { name: 'sg-one', region: 'ap-southeast-1', logstores: [{ name: 'waf', profile: 'waf', shards: 1, preload: 10 }] },
    { name: 'sg-two', region: 'ap-southeast-1' },
  ],
};

async function started(context: TestContext, options: SlsEmulatorOptions): Promise<SlsEmulatorHandle> {
  const emulator = await startSlsEmulator(options);
  context.after(() => emulator.stop());
  return emulator;
}

/** A client of a region that reaches the emulator as its proxy. */
function clientOf(
  context: TestContext,
  emulator: SlsEmulatorHandle,
  endpoint: string,
  credentials: CredentialsProvider = staticCredentials(KEY),
  signature: 'v1' | 'v4' = 'v1',
): SlsClient {
  const parsed = parseEndpoint(endpoint);
  assert.ok(parsed.ok);
  const limits = { connectTimeoutMs: 5000, responseTimeoutMs: 10_000, maxBodyBytes: 1 << 24, maxSockets: 4 };
  const proxyFor = throughIt(emulator);
  const settings = { ...limits, endpoint: parsed.endpoint, signature, credentials, proxyFor };
  const client = createSlsClient(settings, systemClock, new RecordingLog());
  context.after(() => client.close());
  return client;
}

function throughIt({ port }: SlsEmulatorHandle): ChooseProxy {
  const proxy = parseProxy(`127.0.0.1:${port}`);
  assert.ok(proxy.ok);
  return () => proxy.proxy;
}

function logstoreOf(client: SlsClient, project: string, logstore: string, processor?: string) {
  const bodyBuffer = (size: number): ArrayBuffer => new ArrayBuffer(size);
  const names = { project, logstore, consumerGroup: 'g', consumer: 'c', processor };
  return client.openLogstore({ ...names, compression: 'lz4', bodyBuffer }).source;
}

const SG = 'http://ap-southeast-1.log.aliyuncs.com';
const HZ = 'http://cn-hangzhou-intranet.log.aliyuncs.com';

test('projects of several regions share a port: each region lists and serves its own', async (context) => {
  const emulator = await started(context, TWO_REGIONS);
  const sg = clientOf(context, emulator, SG);
  const hz = clientOf(context, emulator, HZ);
  assert.deepEqual(await sg.listProjects(signal), ['sg-one', 'sg-two']);
  assert.deepEqual(await hz.listProjects(signal), ['hz-one']);
  assert.deepEqual(await sg.listLogstores('sg-one', signal), ['waf']);
  assert.deepEqual(await sg.listLogstores('sg-two', signal), []);
  assert.equal((await logstoreOf(hz, 'hz-one', 'audit').listShards(signal)).length, 1);
  await assert.rejects(hz.listLogstores('sg-one', signal), { code: 'SLS_NOT_FOUND', message: /sg-one/ });
  const v4 = clientOf(context, emulator, SG, staticCredentials(KEY), 'v4');
  assert.deepEqual(await v4.listLogstores('sg-one', signal), ['waf'], 'signed for its region');
});

test('an address that names no project means the only one, and with several none', async (context) => {
  const emulator = await started(context, TWO_REGIONS);
  const { port } = emulator;
  const bare = { headers: { host: '127.0.0.1' } };
  assert.equal((await send(port, { path: '/logstores', ...bare })).status, 404);
  const { json } = await send(port, { path: '/', ...bare });
  assert.deepEqual((json as { total: number }).total, 3, 'the list of projects of all regions');
});

test('lists come in pages; one that changes while it is read is read again', async (context) => {
  const many = Array.from({ length: 1201 }, (_, n) => ({ name: `store-${n}`, shards: 1 }));
  const emulator = await started(context, { project: 'demo', logstores: many });
  const client = clientOf(context, emulator, 'http://emulator.example');
  assert.equal((await client.listLogstores('demo', signal)).length, 1201);
  await emulator.control('faults', { kind: 'pass', operation: 'ListLogstores', after: 1, times: 1, delayMs: 200 });
  const listed = client.listLogstores('demo', signal);
  await emulator.control('logstores/delete', { logstore: 'store-0' });
  const names = await listed;
  assert.ok(names.length >= 1200 && names.includes('store-1200') && names.includes('store-500'));
});

test('logstores and projects come and go at run time; one of the same name is another one', async (context) => {
  const emulator = await started(context, { project: 'demo', logstores });
  const client = clientOf(context, emulator, 'http://emulator.example');
  const before = await logstoreOf(client, 'demo', 'audit').getCursor(0, 'end', signal);
  await emulator.control('logstores/delete', { logstore: 'audit' });
  await assert.rejects(logstoreOf(client, 'demo', 'audit').listShards(signal), { code: 'SLS_NOT_FOUND' });
  await emulator.control('logstores/create', { logstore: 'audit', shards: 2, preload: 4 });
  assert.equal((await logstoreOf(client, 'demo', 'audit').listShards(signal)).length, 2);
  const stale = logstoreOf(client, 'demo', 'audit').pull(0, before, 1, signal);
  await assert.rejects(stale, { code: 'SLS_CURSOR_INVALID' });
  await emulator.control('projects/create', { name: 'late', logstores: [{ name: 'one' }] });
  assert.deepEqual(await client.listLogstores('late', signal), ['one']);
  await emulator.control('projects/delete', { project: 'late' });
  await assert.rejects(client.listLogstores('late', signal), { code: 'SLS_NOT_FOUND' });
});

test('what is asked is counted against the documented quotas, and refused beyond a limit', async (context) => {
  const limits = { projectReadsPerMinute: 20 };
  const emulator = await started(context, { project: 'demo', logstores, limits });
  const client = clientOf(context, emulator, 'http://emulator.example');
  const source = logstoreOf(client, 'demo', 'audit');
  const asked = await Promise.allSettled(
    Array.from({ length: 45 }, () => source.listShards(new AbortController().signal)),
  );
  const refused = asked.filter(({ status }) => status === 'rejected');
  // A minute may have begun in between.
  assert.ok(refused.length >= 5 && refused.length <= 25, String(refused.length));
  const [first] = refused as PromiseRejectedResult[];
  assert.equal((first?.reason as { code: string }).code, 'SLS_QUOTA');
  const { projects } = (await emulator.control('stats')) as {
    projects: { demo: { quotas: Record<string, { documented: number; peak: number }> } };
  };
  assert.deepEqual(projects.demo.quotas['readsPerMinute'], { documented: 600_000, peak: 20 });
  assert.deepEqual(projects.demo.quotas['groupsPerLogstore'], { documented: 30, peak: 0 });
});

test('what a key may not do is refused by name', async (context) => {
  const emulator = await started(context, { project: 'demo', logstores });
  const client = clientOf(context, emulator, 'http://emulator.example');
  await emulator.control('deny', { actions: ['log:ListLogStores', 'log:ListProject'] });
  await assert.rejects(client.listLogstores('demo', signal), {
    code: 'SLS_UNAUTHORIZED',
    message: /grant log:ListLogStores to this key in RAM/,
  });
  assert.equal((await logstoreOf(client, 'demo', 'audit').listShards(signal)).length, 1);
  await emulator.control('deny', { actions: [] });
  assert.deepEqual(await client.listLogstores('demo', signal), ['audit']);
});

test('a consume processor leaves out what its SPL says; one that is not there is named', async (context) => {
  const flow = [{ name: 'flow', profile: 'vpcflow', shards: 1, preload: 400 }] as const;
  const emulator = await started(context, { project: 'demo', logstores: flow });
  await emulator.control('processor', { name: 'rejects', spl: "* | where action = 'REJECT'" });
  const client = clientOf(context, emulator, 'http://emulator.example');
  const reply = await logstoreOf(client, 'demo', 'flow', 'rejects').pull(0, await beginOf(client), 100, signal);
  const all = await logstoreOf(client, 'demo', 'flow').pull(0, await beginOf(client), 100, signal);
  assert.ok(reply.rawSize > 0 && reply.rawSize < all.rawSize);
  assert.equal(reply.scanned?.bytes, all.rawSize);
  assert.equal(reply.nextCursor, all.nextCursor);
  await assert.rejects(logstoreOf(client, 'demo', 'flow', 'nobody').pull(0, await beginOf(client), 1, signal), {
    code: 'SLS_NOT_FOUND',
    message: /consume processor nobody does not exist/,
  });
});

const beginOf = (client: SlsClient): Promise<string> =>
  logstoreOf(client, 'demo', 'flow').getCursor(0, 'begin', signal);

const ROLE = 'acs:ram::1:role/reader';
const NO_KEYS = {
  ...{ file: undefined, profile: undefined, roleName: undefined, roleArn: undefined, securityToken: undefined },
  ...{ oidcProviderArn: undefined, oidcTokenFile: undefined, uri: undefined, metadataEndpoint: 'http://127.0.0.1:9' },
};

function byRole(
  emulator: SlsEmulatorHandle,
  change: Partial<AssumeRoleSettings> = {},
  keys = KEY,
): CredentialsProvider {
  const externalId = { value: 'ext', file: undefined };
  const role = { roleArn: ROLE, sessionName: 'test', durationSeconds: 900, policy: undefined, externalId, ...change };
  const stsEndpoint = `http://127.0.0.1:${emulator.port}`;
  const settings: CredentialsSettings = { source: 'static', ...NO_KEYS, ...keys, stsEndpoint, assumeRole: role };
  return openCredentials(settings, {}, systemClock, new RecordingLog());
}

test('its STS hands out sessions of roles: checked, with an end, and with the rights of the role only', async (context) => {
  const roles = [
    { arn: ROLE, externalId: 'ext', allows: ['log:ListLogStores'] },
    { arn: 'acs:ram::1:role/short', maxSeconds: 0 },
    { arn: 'acs:ram::1:role/others', trusts: ['somebody'] },
  ];
  const emulator = await started(context, { project: 'demo', logstores, roles });
  const as = (provider: CredentialsProvider): SlsClient => clientOf(context, emulator, HZ, provider);
  const reader = as(byRole(emulator));
  assert.deepEqual(await reader.listLogstores('demo', signal), ['audit']);
  await emulator.control('sessions/end');
  assert.deepEqual(await reader.listLogstores('demo', signal), ['audit'], 'refused, renewed once, asked again');
  await assert.rejects(reader.listProjects(signal), { message: /grant log:ListProject to this key in RAM/ });

  const refusals: readonly (readonly [CredentialsProvider, RegExp])[] = [
    [byRole(emulator, { externalId: { value: 'no', file: undefined } }), /NoPermission: .* may not assume it/],
    [byRole(emulator, { roleArn: 'acs:ram::1:role/others' }), /NoPermission/],
    [byRole(emulator, { roleArn: 'acs:ram::1:role/nobody' }), /EntityNotExist.Role: there is no such role/],
    [byRole(emulator, { roleArn: 'reader' }), /InvalidParameter.RoleArn/],
    [byRole(emulator, { durationSeconds: 43_200 }), /InvalidParameter.DurationSeconds/],
    [byRole(emulator, { sessionName: '?' }), /InvalidParameter.RoleSessionName/],
    [byRole(emulator, { policy: '{' }), /InvalidParameter.PolicyGrammar/],
    [byRole(emulator, {}, { accessKeyId: 'nobody', accessKeySecret: 'x' }), /InvalidAccessKeyId.NotFound/],
    [byRole(emulator, {}, { ...KEY, accessKeySecret: 'x' }), /SignatureDoesNotMatch/],
  ];
  for (const [provider, message] of refusals)
    await assert.rejects(provider.get(), { code: 'SLS_UNAUTHORIZED', message });
  const short = as(
    byRole(emulator, { roleArn: 'acs:ram::1:role/short', externalId: { value: undefined, file: undefined } }),
  );
  await assert.rejects(short.listLogstores('demo', signal), { message: /the STS token is wrong or expired/ });
});

async function speak(socket: TLSSocket | ReturnType<typeof connectPlain>, request: string): Promise<string> {
  socket.write(request);
  let text = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    text += chunk.toString();
    if (text.includes('errorCode')) break;
  }
  return text;
}

test('one port speaks HTTP and HTTPS, and leads a CONNECT to itself', async (context) => {
  const emulator = await started(context, { ...TWO_REGIONS, tls: {} });
  const { port, ca, endpoint } = emulator;
  assert.ok(ca !== undefined && endpoint === `https://127.0.0.1:${port}`);
  const request = 'GET /logstores HTTP/1.1\r\nhost: sg-one.ap-southeast-1.log.aliyuncs.com\r\n\r\n';
  assert.match(await speak(connectPlain(port, '127.0.0.1'), request), /^HTTP\/1.1 400 [^]*MissingAPIVersion/);
  const tls = connectTls({ port, host: '127.0.0.1', ca });
  assert.match(await speak(tls, request), /^HTTP\/1.1 400 [^]*MissingAPIVersion/);
  const tunnel = connectPlain(port, '127.0.0.1');
  tunnel.write('CONNECT sg-one.ap-southeast-1.log.aliyuncs.com:443 HTTP/1.1\r\nhost: x\r\n\r\n');
  const head = await new Promise<Buffer>((resolve) => tunnel.once('data', resolve));
  assert.match(head.toString(), /^HTTP\/1.1 200 /);
  const servername = 'sg-one.ap-southeast-1.log.aliyuncs.com';
  const inside = connectTls({ socket: tunnel, servername, ca });
  assert.match(await speak(inside, request), /^HTTP\/1.1 400 [^]*MissingAPIVersion/);
  assert.ok(inside.authorized, 'the certificate is for the hosts of the regions');
  await emulator.control('stats');
});
