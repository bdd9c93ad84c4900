import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toSettings } from '../../../src/config/settings.js';
import { UNLIMITED } from '../../../src/delivery/pace.js';
import { minimal, parse, type Env } from './parse.js';
import { temporaryFile } from '../../support/temporary.js';

const host = { cores: 4, consumer: 'host-1', now: 1_700_000_000_000 };
const settings = (text: string, env: Env = {}) => toSettings(parse(text, env), host);

test('what is not written has a default', () => {
  const { sources, pipelines, destinations, ...rest } = settings(minimal());
  assert.deepEqual(sources, new Map([['sg', 'embedded']]));
  assert.deepEqual(pipelines, [
    {
      index: 0,
      settings: {
        name: 'main',
        title: 'main',
        source: 'sg',
        project: 'p',
        logstore: 'l',
        consumerGroup: 'g',
        consumer: 'host-1',
        destination: 'siem',
        heartbeatIntervalMs: 5000,
        shardCheckMs: 10_000,
        group: { timeoutSeconds: 30, inOrder: false },
        shard: {
          start: 'begin',
          end: undefined,
          onExpiredCursor: 'oldest',
          windowBatches: 64,
          maxPullBytes: 3 * 1024 * 1024,
          idlePollMs: 200,
          idlePollMaxMs: 1000,
          minPullIntervalMs: 10,
          checkpointIntervalMs: 5000,
          checkpointMaxAgeMs: 120_000,
          checkpointRefreshMs: 30_000,
          drainTimeoutMs: 20_000,
          maxStallMs: 300_000,
          retry: { initialMs: 200, maxMs: 20_000 },
        },
      },
      plan: {
        framing: { trailer: '\n' },
        newline: 'escape',
        header: {
          style: 'rfc5424',
          dialect: 'bsd',
          zone: undefined,
          priority: 14,
          fractionDigits: 6,
          hostname: [{ kind: 'field', refs: [{ kind: 'tag', key: '__hostname__' }, { kind: 'source' }], fallback: '' }],
          appName: [],
          procId: [],
          msgId: [],
          structuredData: [],
          bom: false,
        },
        body: { kind: 'kv', separator: '||', quote: 'none' },
        include: undefined,
        maps: {},
        eventTime: undefined,
        exclude: undefined,
        rules: [],
        size: undefined,
        shape: undefined,
        masks: undefined,
      },
      preset: 'aliyun-sample',
      compression: 'lz4',
      query: '',
      processor: undefined,
      weight: 1,
    },
  ]);
  assert.deepEqual(destinations, [
    {
      embedded: false,
      settings: {
        name: 'siem',
        endpoints: [{ scheme: 'tcp', tls: false, host: 'siem', port: 514, text: 'tcp://siem:514' }],
        guarantee: 'settled',
        mode: 'failover',
        failback: { intervalMs: 30_000, probes: 3 },
        rebind: { afterMs: undefined, afterBytes: undefined },
        resolveIntervalMs: 60_000,
        connections: 2,
        connectTimeoutMs: 10_000,
        stallTimeoutMs: 20_000,
        proofMs: 30_000,
        proofBytes: 32 * 1024 * 1024,
        probationMs: 30_000,
        replayBytes: 12 * 1024 * 1024,
        retry: { initialMs: 100, maxMs: 10_000 },
        rate: UNLIMITED,
        tls: {
          ca: undefined,
          cert: undefined,
          key: undefined,
          passphrase: undefined,
          passphraseFile: undefined,
          ciphers: undefined,
          pins: [],
          servername: undefined,
          minVersion: 'TLSv1.2',
          insecureSkipVerify: false,
        },
      },
    },
  ]);
  assert.deepEqual(rest, {
    patterns: [],
    deadLetters: undefined,
    maxInFlightBytes: 48 * 1024 * 1024,
    threads: 3,
    shutdownTimeoutMs: 25_000,
    admin: { listen: { host: '127.0.0.1', port: 9464 }, maxStallSeconds: 300 },
    log: { level: 'info', format: 'auto' },
    embedded: { profile: 'actiontrail', shards: 4, preload: 200_000, rate: 2000 },
  });
});

test('a section with nothing in it counts as not written', () => {
  assert.deepEqual(
    settings(minimal({ top: 'log:\nadmin:\nflow: ~', pipeline: 'heartbeat:\nformat:' })),
    settings(minimal()),
  );
});

test('the environment brings text, and a key that wants a number or true gets one', () => {
  const text = minimal({
    pipeline: 'inOrder: ${IN_ORDER}',
    destination: 'connections: ${N}',
    top: 'workers: { threads: "${T}" }',
  });
  const { pipelines, destinations, threads } = settings(text, { IN_ORDER: 'true', N: '7', T: '2' });
  assert.equal(pipelines[0]?.settings.group.inOrder, true);
  assert.equal(destinations[0]?.settings.connections, 7);
  assert.equal(threads, 2);
});

test('framing follows the preset unless it is written', () => {
  const framing = (text: string) => settings(text).pipelines[0]?.plan.framing;
  assert.deepEqual(framing(minimal().replace('tcp:', 'tls:')), { trailer: '\n' });
  assert.equal(framing(minimal({ destination: 'framing: octet-counting' })), 'octet-counting');
  assert.deepEqual(framing(minimal({ destination: 'framing: lf' }).replace('tcp:', 'tls:')), { trailer: '\n' });
  assert.deepEqual(framing(minimal({ destination: 'framing: nul' })), { trailer: '\0' });
  assert.deepEqual(framing(minimal({ destination: 'framing: custom\ntrailer: "\\r\\n"' })), { trailer: '\r\n' });
});

test('facility and severity by name or number make the priority', () => {
  const priority = (format: string) =>
    settings(minimal({ pipeline: `format: ${format}` })).pipelines[0]?.plan.header.priority;
  assert.equal(priority('{ facility: local7, severity: debug }'), 191);
  assert.equal(priority('{ facility: 23, severity: 7 }'), 191);
  assert.equal(priority('{ facility: kern, severity: emerg }'), 0);
});

test('an age counts back from now; threads leave a core to the coordinator', () => {
  assert.deepEqual(settings(minimal({ pipeline: 'start: -2h' })).pipelines[0]?.settings.shard.start, {
    unixSeconds: 1_700_000_000 - 7200,
  });
  assert.equal(toSettings(parse(minimal()), { ...host, cores: 1 }).threads, 1);
  assert.equal(toSettings(parse(minimal()), { ...host, cores: 64 }).threads, 8);
});

const NO_CREDENTIALS = {
  source: 'auto',
  accessKeyId: undefined,
  accessKeySecret: undefined,
  securityToken: undefined,
  roleName: undefined,
  roleArn: undefined,
  oidcProviderArn: undefined,
  oidcTokenFile: undefined,
  uri: undefined,
  file: undefined,
  profile: undefined,
  accessKeyIdFile: undefined,
  accessKeySecretFile: undefined,
  securityTokenFile: undefined,
  command: undefined,
  commandTimeoutMs: 10_000,
  assumeRole: undefined,
  stsEndpoint: undefined,
  metadataEndpoint: 'http://100.100.100.200',
};

test('a real service', () => {
  const text = minimal({
    source: 'signature: v4\ncredentials: { accessKeyId: id, accessKeySecret: "s:#{}", securityToken: "" }',
    top: 'admin: { listen: off }',
  }).replace('endpoint: embedded', 'endpoint: cn-hangzhou-intranet.log.aliyuncs.com');
  const { sources, admin } = settings(text);
  const service = sources.get('sg');
  assert.deepEqual(service, {
    endpoint: { tls: true, host: 'cn-hangzhou-intranet.log.aliyuncs.com', port: 443, region: 'cn-hangzhou' },
    signature: 'v4',
    region: 'cn-hangzhou',
    credentials: { ...NO_CREDENTIALS, accessKeyId: 'id', accessKeySecret: 's:#{}' },
    proxy: 'environment',
    timeoutMs: 30_000,
  });
  assert.equal(admin.listen, undefined);
});

test('a role to assume, and a proxy whose address is a secret', () => {
  const proxyFile = temporaryFile('proxy', 'http://me:pass@proxy.example.com:3128\n');
  const text = minimal({
    source: `proxyFile: ${proxyFile}\ncredentials: { assumeRole: { roleArn: "acs:ram::1:role/r", externalId: ext } }`,
  }).replace('endpoint: embedded', 'endpoint: cn-hangzhou');
  const service = settings(text).sources.get('sg');
  assert.ok(service !== undefined && service !== 'embedded' && typeof service.proxy === 'object');
  assert.deepEqual([service.proxy.host, service.proxy.port], ['proxy.example.com', 3128]);
  assert.ok(service.proxy.secrets.includes('pass'));
  assert.deepEqual(service.credentials.assumeRole, {
    roleArn: 'acs:ram::1:role/r',
    sessionName: 'sls-syslog-forwarder',
    externalId: { value: 'ext', file: undefined },
    durationSeconds: 3600,
    policy: undefined,
  });
});
