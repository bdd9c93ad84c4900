import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCredentials, type CredentialsSettings } from '../../../src/sls/credentials/choose.js';
import type { CredentialsProvider } from '../../../src/sls/credentials/credentials.js';
import { systemClock } from '../../../src/flow/clock.js';
import { ManualClock, settle } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';
import { standIn } from './stand-in.js';
import { temporaryDirectory } from '../../support/temporary.js';

const NOTHING = {
  source: 'auto',
  accessKeyId: undefined,
  accessKeySecret: undefined,
  securityToken: undefined,
  file: undefined,
  profile: undefined,
  roleName: undefined,
  roleArn: undefined,
  oidcProviderArn: undefined,
  oidcTokenFile: undefined,
  uri: undefined,
  stsEndpoint: 'http://127.0.0.1:9',
  metadataEndpoint: 'http://127.0.0.1:9',
} as const satisfies CredentialsSettings;

const SECRET = 'a-secret-nobody-may-see';
/** Seconds the manual clock starts at. */
const NOW = new ManualClock().now();
const keys = (n: number, lifeMs = 3_600_000, from = NOW): object => ({
  AccessKeyId: `id-${n}`,
  AccessKeySecret: SECRET,
  SecurityToken: `token-${n}`,
  Expiration: new Date(from + lifeMs).toISOString(),
});

function open(change: Partial<CredentialsSettings>, env: Record<string, string> = {}, clock = new ManualClock()) {
  const log = new RecordingLog();
  return { provider: openCredentials({ ...NOTHING, ...change }, env, clock, log), log, clock };
}

const idOf = async (provider: CredentialsProvider): Promise<string> => (await provider.get()).accessKeyId;

test('ECS RAM role: a token first, then the name of the role, then its credentials', async () => {
  const answer = ({ method, url }: { method: string; url: string }) => {
    if (method === 'PUT') return { body: 'imds-token' };
    if (url.endsWith('/')) return { body: 'reader-role\n' };
    return { body: { Code: 'Success', ...keys(1) } };
  };
  const { asked, url } = await standIn(answer);
  const { provider } = open({ source: 'ecs-ram-role', metadataEndpoint: url });
  assert.deepEqual(await provider.get(), { accessKeyId: 'id-1', accessKeySecret: SECRET, securityToken: 'token-1' });
  assert.deepEqual(
    asked.map((one) => `${one.method} ${one.url}`),
    [
      'PUT /latest/api/token',
      'GET /latest/meta-data/ram/security-credentials/',
      'GET /latest/meta-data/ram/security-credentials/reader-role',
    ],
  );
  assert.equal(asked[2]?.headers['x-aliyun-ecs-metadata-token'], 'imds-token');
});

test('an instance without tokens is asked in the old way; one without a role says so', async () => {
  const old = ({ method }: { method: string }) =>
    method === 'PUT' ? { status: 404, body: '' } : { body: { Code: 'success', ...keys(1) } };
  const { url } = await standIn(old);
  const { provider } = open({ source: 'ecs-ram-role', metadataEndpoint: url, roleName: 'r' });
  assert.equal(await idOf(provider), 'id-1');
  const without = await standIn(() => ({ status: 404, body: '' }));
  const roleless = open({ source: 'ecs-ram-role', metadataEndpoint: without.url }).provider;
  await assert.rejects(roleless.get(), { code: 'SLS_UNAUTHORIZED', message: /no RAM role is attached/ });
});

test('what expires is replaced early, by one request, while the old ones still serve', async () => {
  let n = 0;
  const clock = new ManualClock();
  const { url, asked } = await standIn(() => ({ body: keys(++n, 3_600_000, clock.now()) }));
  const { provider } = open({ source: 'uri', uri: `${url}/keys` }, {}, clock);
  assert.deepEqual(await Promise.all([idOf(provider), idOf(provider)]), ['id-1', 'id-1']);
  await clock.advance(2_800_000);
  assert.equal(await idOf(provider), 'id-1');
  assert.equal(asked.length, 1);
  await clock.advance(100_000);
  assert.equal(await idOf(provider), 'id-1', 'good for twelve more minutes: nobody waits');
  await until(() => asked.length === 2);
  await until(async () => (await idOf(provider)) === 'id-2');
  assert.equal(asked.length, 2);
});

for (const status of [429, 500, 503])
  test(`a service that answers ${status} for a while is asked again, and nothing else is taken instead`, async () => {
    const service = await standIn(() => ({ status, body: 'later' }));
    const sources = [{ source: 'uri' }, { source: 'auto' }, { source: 'ecs-ram-role' }] as const;
    for (const { source } of sources) {
      const { provider } = open({ source, uri: service.url, metadataEndpoint: service.url });
      service.answer = () => ({ status, body: 'later' });
      await assert.rejects(provider.get(), { code: 'SLS_SERVER', message: new RegExp(`answered ${status}`) });
      service.answer = ({ method }) =>
        method === 'PUT' ? { status: 404, body: '' } : { body: { Code: 'Success', ...keys(1) } };
      if (source !== 'ecs-ram-role') assert.equal(await idOf(provider), 'id-1');
    }
  });

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await settle(1);
}

test('a failing refresh is reported and survived until the end; then it is an error, and recovery heals it', async () => {
  const clock = new ManualClock();
  const service = await standIn(() => ({ body: keys(1) }));
  const { provider, log } = open({ source: 'uri', uri: service.url }, {}, clock);
  await provider.get();
  service.answer = () => ({ status: 500, body: SECRET });
  await clock.advance(3_000_000);
  assert.equal(await idOf(provider), 'id-1');
  await until(() => log.lines.length > 0);
  assert.match(log.lines[0]!.message, /credentials URI answered 500/);
  await clock.advance(600_001);
  await assert.rejects(provider.get(), { code: 'SLS_SERVER' });
  service.answer = () => ({ body: keys(2, 9_000_000) });
  assert.equal(await idOf(provider), 'id-2');
  assert.ok(!JSON.stringify(log.lines).includes(SECRET));
});

test('a refusal renews once; a refusal that new credentials do not mend asks for no more', async () => {
  let n = 0;
  const clock = new ManualClock();
  const { url, asked } = await standIn(() => ({ body: keys(++n) }));
  const { provider } = open({ source: 'uri', uri: url }, {}, clock);
  const first = await provider.get();
  assert.equal(await provider.renew(first), true);
  assert.equal(await provider.renew(first), true, 'another request has renewed them already');
  assert.equal(asked.length, 2);
  assert.equal(await provider.renew(await provider.get()), false, 'too soon');
  assert.equal(asked.length, 2);
});

test('OIDC: the role of a service account; the token is read anew each time and a refusal is said without it', async () => {
  const directory = temporaryDirectory();
  const oidcTokenFile = join(directory, 'token');
  writeFileSync(oidcTokenFile, 'first-token\n');
  const service = await standIn(() => ({ body: { Credentials: keys(1) } }));
  const env = {
    ALIBABA_CLOUD_ROLE_ARN: 'acs:ram::1:role/r',
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: 'acs:ram::1:oidc-provider/p',
  };
  const { provider } = open({ source: 'oidc', oidcTokenFile, stsEndpoint: service.url }, env);
  const first = await provider.get();
  assert.equal(first.securityToken, 'token-1');
  const [asked] = service.asked;
  assert.equal(new URL(asked!.url, service.url).searchParams.get('Action'), 'AssumeRoleWithOIDC');
  const form = new URLSearchParams(asked!.body);
  assert.deepEqual(
    [form.get('RoleArn'), form.get('OIDCProviderArn'), form.get('OIDCToken')],
    ['acs:ram::1:role/r', 'acs:ram::1:oidc-provider/p', 'first-token'],
  );
  writeFileSync(oidcTokenFile, 'second-token');
  await provider.renew(first);
  assert.equal(new URLSearchParams(service.asked[1]!.body).get('OIDCToken'), 'second-token');
  const refusing = await standIn(() => ({ status: 400, body: { Code: 'AuthenticationFail.OIDCToken.Expired' } }));
  const { url } = refusing;
  const roles = { roleArn: 'acs:ram::1:role/r', oidcProviderArn: 'p', oidcTokenFile, stsEndpoint: url };
  const refused = open({ source: 'oidc', ...roles }).provider.get();
  const message = /refused role acs:ram::1:role\/r to the OIDC token with 400 AuthenticationFail.OIDCToken.Expired/;
  await assert.rejects(refused, { code: 'SLS_UNAUTHORIZED', message });
  refusing.answer = () => ({ status: 400, body: { Code: 'Throttling.User' } });
  await assert.rejects(open({ source: 'oidc', ...roles }).provider.get(), { code: 'SLS_SERVER' });
});

test('files: JSON that is replaced in place, an INI profile, a profile of the CLI', async () => {
  const directory = temporaryDirectory();
  const clock = new ManualClock();
  const file = join(directory, 'keys.json');
  writeFileSync(file, JSON.stringify({ accessKeyId: 'one', accessKeySecret: SECRET }));
  const { provider } = open({ source: 'file', file }, {}, clock);
  assert.equal(await idOf(provider), 'one');
  writeFileSync(file, JSON.stringify({ accessKeyId: 'two', accessKeySecret: SECRET }));
  await clock.advance(10_001);
  await provider.get();
  await settle();
  assert.equal(await idOf(provider), 'two');
  writeFileSync(file, 'garbage');
  assert.equal(await provider.renew(await provider.get()), false, 'the old ones stay');

  for (const [path, text] of [
    [
      '.alibabacloud/credentials',
      `[default]\naccess_key_id = ini\naccess_key_secret = ${SECRET}\n[other]\naccess_key_id = no\n`,
    ],
    [
      '.aliyun/config.json',
      JSON.stringify({ current: 'p', profiles: [{ name: 'p', access_key_id: 'cli', access_key_secret: SECRET }] }),
    ],
  ] as const) {
    const home = join(directory, path.includes('json') ? 'b' : 'a');
    mkdirSync(join(home, path, '..'), { recursive: true });
    writeFileSync(join(home, path), text);
    assert.equal(
      await idOf(open({ source: 'profile' }, { HOME: home }).provider),
      path.includes('json') ? 'cli' : 'ini',
    );
  }
  const missing = open({ source: 'profile', profile: 'nobody' }, { HOME: join(directory, 'a') }).provider;
  await assert.rejects(missing.get(), { message: /has no profile "nobody"/ });
});

test('auto: keys of the config first, then the first source that works, and all reasons when none does', async () => {
  const given = { accessKeyId: 'mine', accessKeySecret: SECRET };
  assert.equal(await idOf(open(given, { ALIBABA_CLOUD_ACCESS_KEY_ID: 'env' }).provider), 'mine');
  const env = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'env', ALIBABA_CLOUD_ACCESS_KEY_SECRET: SECRET };
  assert.equal(await idOf(open({}, env).provider), 'env');
  const log = new RecordingLog();
  const none = openCredentials({ ...NOTHING }, { HOME: '/nonexistent' }, systemClock, log);
  await assert.rejects(none.get(), {
    code: 'SLS_UNAUTHORIZED',
    message:
      /set credentials of the source .* tried environment: .*; oidc: roleArn is not set, .*; uri: .*; profile: .*; ecs-ram-role: /,
  });
});
