import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSlsEmulator } from '../../../src/emulator/sls-handle.js';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { systemClock } from '../../../src/flow/clock.js';
import { assumingRights, policy, readingRights } from '../../../src/policy/rights.js';
import { createSlsClient } from '../../../src/sls/client.js';
import { openCredentials } from '../../../src/sls/credentials/choose.js';
import { parseEndpoint } from '../../../src/sls/endpoint.js';
import { RecordingLog } from '../../support/recording-log.js';

const signal = new AbortController().signal;
const HERE = { project: 'proj', logstore: 'store', consumerGroup: 'group' };
const NO_LISTING = { projects: false, logstoresOf: [] };
const RIGHTS = readingRights([HERE], NO_LISTING, { region: 'cn-hangzhou', account: '12' });
const ACTIONS = RIGHTS.Statement.flatMap(({ Action }) => Action);

const NO_KEYS = {
  ...{ file: undefined, profile: undefined, roleName: undefined, roleArn: undefined, securityToken: undefined },
  ...{ oidcProviderArn: undefined, oidcTokenFile: undefined, uri: undefined, metadataEndpoint: 'http://127.0.0.1:9' },
};

test('several logstores: each statement names the resources of all, each once', () => {
  const other = { ...HERE, consumerGroup: 'second' };
  const { Statement } = readingRights([HERE, other], NO_LISTING, { region: '*', account: '*' });
  assert.deepEqual(
    Statement.map(({ Resource }) => Resource),
    [
      ['acs:log:*:*:project/proj/logstore/store'],
      ['acs:log:*:*:project/proj/logstore/store/consumergroup/*'],
      [
        'acs:log:*:*:project/proj/logstore/store/consumergroup/group',
        'acs:log:*:*:project/proj/logstore/store/consumergroup/second',
      ],
    ],
  );
});

test('who assumes a role needs that right, on that role', () => {
  assert.deepEqual(assumingRights('acs:ram::1:role/reader'), {
    Version: '1',
    Statement: [{ Effect: 'Allow', Action: ['sts:AssumeRole'], Resource: ['acs:ram::1:role/reader'] }],
  });
});

test('each right is needed: without it the service refuses something, and with all of them nothing', async (context) => {
  const without = (action: string) =>
    policy(RIGHTS.Statement.map((one) => ({ ...one, Action: one.Action.filter((name) => name !== action) })));
  const elsewhere = readingRights([{ ...HERE, consumerGroup: 'other' }], NO_LISTING, {
    region: 'cn-hangzhou',
    account: '12',
  });
  const abroad = readingRights([HERE], NO_LISTING, { region: 'eu-west-1', account: '12' });
  const policies = new Map([
    ['all', RIGHTS],
    ['elsewhere', elsewhere],
    ['abroad', abroad],
    ...ACTIONS.map((action) => [action, without(action)] as const),
  ]);
  const arnOf = (name: string) => `acs:ram::12:role/${name.replace(':', '-')}`;
  const emulator = await startSlsEmulator({
    project: HERE.project,
    region: 'cn-hangzhou',
    accessKeyId: 'id',
    accessKeySecret: 'secret',
    logstores: [{ name: HERE.logstore, shards: 1, preload: 100 }],
    roles: [...policies].map(([name, allowed]) => ({ arn: arnOf(name), policy: allowed })),
  });
  context.after(() => emulator.stop());
  const parsed = parseEndpoint(emulator.endpoint);
  assert.ok(parsed.ok);
  const { endpoint } = parsed;

  let begin = '';
  /** The actions that were refused to this role. */
  const refusedTo = async (name: string): Promise<Set<string>> => {
    const roleArn = arnOf(name);
    const externalId = { value: undefined, file: undefined };
    const role = { roleArn, sessionName: 'test', durationSeconds: 900, policy: undefined, externalId };
    const credentials = openCredentials(
      {
        ...NO_KEYS,
        source: 'static',
        accessKeyId: 'id',
        accessKeySecret: 'secret',
        assumeRole: role,
        stsEndpoint: emulator.endpoint,
      },
      {},
      systemClock,
      new RecordingLog(),
    );
    const limits = { connectTimeoutMs: 5000, responseTimeoutMs: 10_000, maxBodyBytes: 16 << 20, maxSockets: 4 };
    const client = createSlsClient(
      { ...limits, endpoint, signature: 'v1', credentials },
      systemClock,
      new RecordingLog(),
    );
    const bodyBuffer = (size: number) => new ArrayBuffer(size);
    const { source, group } = client.openLogstore({ ...HERE, consumer: 'one', compression: 'lz4', bodyBuffer });
    const calls: (() => Promise<unknown>)[] = [
      () => source.retention(signal),
      () => source.listShards(signal),
      async () => (begin ||= await source.getCursor(0, 'begin', signal)),
      () => source.pull(0, begin, 1, signal),
      () => group.ensure({ timeoutSeconds: 30, inOrder: false }, signal),
      () => group.heartbeat([], signal),
      () => group.getCheckpoint(0, signal),
      () => group.commit(0, begin, signal),
    ];
    const refused = new Set<string>();
    for (const call of calls) {
      const error: unknown = await call().catch((thrown: unknown) => thrown);
      if (!(error instanceof ForwarderError)) continue;
      const [, action = error.message] = /grant (log:\w+) to this key/.exec(error.message) ?? [];
      refused.add(action);
    }
    client.close();
    return refused;
  };
  // While there is no group yet.
  assert.ok((await refusedTo('log:CreateConsumerGroup')).has('log:CreateConsumerGroup'));
  assert.deepEqual(await refusedTo('all'), new Set());
  for (const action of ACTIONS.filter((one) => one !== 'log:CreateConsumerGroup'))
    assert.ok((await refusedTo(action)).has(action), action);
  assert.ok((await refusedTo('elsewhere')).has('log:ConsumerGroupHeartBeat'));
  assert.ok((await refusedTo('abroad')).size > 0);
});

test('patterns need the rights to list, and only they do', () => {
  const listing = { projects: true, logstoresOf: ['p-*', 'q', 'q'] };
  const { Statement } = readingRights([{ ...HERE, project: 'p-*' }], listing, { region: 'r', account: '1' });
  assert.deepEqual(Statement.slice(0, 2), [
    { Effect: 'Allow', Action: ['log:ListProject'], Resource: ['acs:log:r:1:project/*'] },
    {
      Effect: 'Allow',
      Action: ['log:ListLogStores'],
      Resource: ['acs:log:r:1:project/p-*/logstore/*', 'acs:log:r:1:project/q/logstore/*'],
    },
  ]);
  assert.ok(!JSON.stringify(RIGHTS).includes('log:ListProject'));
  assert.ok(!JSON.stringify(RIGHTS).includes('log:ListLogStores'));
});
