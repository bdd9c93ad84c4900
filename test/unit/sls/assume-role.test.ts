import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { signRpc } from '../../../src/sls/credentials/assume-role.js';
import { openCredentials, type CredentialsSettings } from '../../../src/sls/credentials/choose.js';
import { ManualClock, settle } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';
import { standIn, type Asked } from './stand-in.js';
import { temporaryDirectory } from '../../support/temporary.js';

const SECRET = 'a-secret-nobody-may-see';
const ROLE = 'acs:ram::2:role/reader';
const role = {
  roleArn: ROLE,
  sessionName: 'forwarder',
  externalId: { value: undefined, file: undefined },
  durationSeconds: 1800,
  policy: undefined,
};
const NOTHING = {
  source: 'auto',
  ...{ accessKeyId: undefined, accessKeySecret: undefined, securityToken: undefined, file: undefined },
  ...{ profile: undefined, roleName: undefined, roleArn: undefined, oidcProviderArn: undefined },
  ...{ oidcTokenFile: undefined, uri: undefined, metadataEndpoint: 'http://127.0.0.1:9' },
} as const;
const KEYS = { accessKeyId: 'caller', accessKeySecret: 'caller-secret' };

const issued = (id: string, clock: ManualClock, lifeMs = 1_800_000): object => ({
  AssumedRoleUser: { Arn: ROLE },
  Credentials: {
    AccessKeyId: id,
    AccessKeySecret: SECRET,
    SecurityToken: `token-of-${id}`,
    Expiration: new Date(clock.now() + lifeMs).toISOString(),
  },
});

const formOf = ({ body }: Asked): URLSearchParams => new URLSearchParams(body);

function open(change: Partial<CredentialsSettings>, sts: string, clock = new ManualClock(), env = {}) {
  const log = new RecordingLog();
  return { log, clock, provider: openCredentials({ ...NOTHING, stsEndpoint: sts, ...change }, env, clock, log) };
}

test('the RPC signature is that of the documentation', () => {
  const parameters = {
    Timestamp: '2016-02-23T12:46:24Z',
    Format: 'XML',
    AccessKeyId: 'testid',
    Action: 'DescribeRegions',
    SignatureMethod: 'HMAC-SHA1',
    SignatureNonce: '3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf',
    Version: '2014-05-26',
    SignatureVersion: '1.0',
  };
  assert.equal(signRpc('GET', parameters, 'testsecret'), 'OLeaidS1JvxuMvnyHOwuJ+uX5qY=');
});

test('the key of the config assumes a role: signed, with external id and policy, replaced early and once when refused', async () => {
  const clock = new ManualClock();
  let n = 0;
  const sts = await standIn(() => ({ body: issued(`role-${++n}`, clock) }));
  const externalFile = join(temporaryDirectory(), 'external');
  writeFileSync(externalFile, 'ext-1\n');
  const policy = '{"Version":"1","Statement":[]}';
  const assumeRole = { ...role, policy, externalId: { value: undefined, file: externalFile } };
  const { provider, log } = open({ ...KEYS, securityToken: 'caller-token', assumeRole }, sts.url, clock);
  const first = await provider.get();
  assert.deepEqual(first, { accessKeyId: 'role-1', accessKeySecret: SECRET, securityToken: 'token-of-role-1' });
  const form = formOf(sts.asked[0]!);
  const { Signature: signature, ...signed } = Object.fromEntries(form);
  assert.equal(signature, signRpc('POST', signed, 'caller-secret'));
  assert.deepEqual(
    [
      'Action',
      'AccessKeyId',
      'SecurityToken',
      'RoleArn',
      'RoleSessionName',
      'DurationSeconds',
      'ExternalId',
      'Policy',
    ].map((name) => form.get(name)),
    ['AssumeRole', 'caller', 'caller-token', ROLE, 'forwarder', '1800', 'ext-1', policy],
  );
  writeFileSync(externalFile, 'ext-2');
  await clock.advance(1_500_000);
  assert.equal((await provider.get()).accessKeyId, 'role-1', 'nobody waits for the next');
  while ((await provider.get()).accessKeyId !== 'role-2') await settle(1);
  assert.equal(formOf(sts.asked[1]!).get('ExternalId'), 'ext-2');
  assert.equal(await provider.renew(await provider.get()), true);
  assert.equal((await provider.get()).accessKeyId, 'role-3');
  assert.equal(await provider.renew(await provider.get()), false, 'refused again: not for its credentials');
  assert.equal(sts.asked.length, 3);
  assert.ok(!JSON.stringify(log.lines).includes(SECRET));
});

test('every source may assume a role: its own credentials never reach the Log Service', async () => {
  const clock = new ManualClock();
  const sts = await standIn((asked) => ({
    body: issued(`role-of-${formOf(asked).get('AccessKeyId') ?? ''}`, clock),
  }));
  const machine = await standIn(({ method, url }) => {
    if (method === 'PUT') return { status: 404, body: '' };
    if (url.endsWith('/')) return { body: 'machine-role' };
    return { body: { Code: 'Success', AccessKeyId: 'machine', AccessKeySecret: 's' } };
  });
  const file = join(temporaryDirectory(), 'keys.json');
  writeFileSync(file, JSON.stringify({ accessKeyId: 'in-file', accessKeySecret: 's' }));
  const env = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'in-env', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 's' };
  const cases: readonly (readonly [Partial<CredentialsSettings>, string])[] = [
    [{ source: 'ecs-ram-role', metadataEndpoint: machine.url }, 'machine'],
    [{ source: 'file', file }, 'in-file'],
    [{ source: 'uri', uri: `${machine.url}/x` }, 'machine'],
    [{ source: 'environment' }, 'in-env'],
    [{ source: 'auto' }, 'in-env'],
    [{ source: 'command', command: ['/bin/cat', file] }, 'in-file'],
  ];
  for (const [change, caller] of cases) {
    const { provider } = open({ ...change, assumeRole: role }, sts.url, clock, env);
    assert.equal((await provider.get()).accessKeyId, `role-of-${caller}`, change.source);
  }
});

test('a refusal of STS says who may not assume what, and what to do; no secret is in it', async () => {
  const refusals: readonly (readonly [number, string, string, RegExp])[] = [
    [403, 'NoPermission', 'SLS_UNAUTHORIZED', /access key of the config may not assume it: .*trust policy/],
    [404, 'EntityNotExist.Role', 'SLS_UNAUTHORIZED', /there is no such role: check the account/],
    [400, 'InvalidParameter.RoleArn', 'SLS_UNAUTHORIZED', /roleArn is not acs:ram/],
    [400, 'InvalidParameter.DurationSeconds', 'SLS_UNAUTHORIZED', /more than the longest session/],
    [400, 'InvalidParameter.PolicyGrammar', 'SLS_UNAUTHORIZED', /policy is no RAM policy/],
    [400, 'InvalidParameter.RoleSessionName', 'SLS_UNAUTHORIZED', /sessionName is not/],
    [400, 'InvalidParameter.ExternalId', 'SLS_UNAUTHORIZED', /externalId is not/],
    [404, 'InvalidAccessKeyId.NotFound', 'SLS_UNAUTHORIZED', /does not exist or is disabled/],
    [400, 'SignatureDoesNotMatch', 'SLS_UNAUTHORIZED', /access key secret of the access key of the config is wrong/],
    [400, 'InvalidSecurityToken.Expired', 'SLS_UNAUTHORIZED', /security token of the .* missing, wrong or expired/],
    [400, 'Throttling.User', 'SLS_SERVER', /asked too often/],
    [503, 'ServiceUnavailable', 'SLS_SERVER', /answered 503; trying again/],
    [
      400,
      `odd ${SECRET}`,
      'SLS_UNAUTHORIZED',
      /refused role acs:ram::2:role\/reader to the access key of the config with 400$/,
    ],
  ];
  const sts = await standIn(() => ({ body: '' }));
  for (const [status, code, wanted, message] of refusals) {
    sts.answer = () => ({ status, body: { Code: code, Message: `echo ${SECRET} caller-secret` } });
    const { provider } = open({ ...KEYS, assumeRole: role }, sts.url);
    await assert.rejects(provider.get(), (error: Error & { code: string }) => {
      assert.equal(error.code, wanted, code);
      assert.match(error.message, message);
      assert.ok(!error.message.includes(SECRET) && !error.message.includes('caller-secret'), 'no secret');
      return true;
    });
  }
});

test('a wrong clock of this machine: the request is signed again with the time of STS, and the end is told by our clock', async () => {
  const clock = new ManualClock();
  const aheadMs = -7_200_000;
  const theirs = (): number => clock.now() + aheadMs;
  const sts = await standIn((asked) => {
    const date = new Date(theirs()).toUTCString();
    const isRight = Math.abs(Date.parse(formOf(asked).get('Timestamp') ?? '') - theirs()) < 60_000;
    return isRight
      ? { date, body: issued('role', clock, aheadMs + 1_800_000) }
      : { date, status: 400, body: { Code: 'InvalidTimeStamp.Expired' } };
  });
  const { provider } = open({ ...KEYS, assumeRole: role }, sts.url, clock);
  assert.equal((await provider.get()).accessKeyId, 'role');
  assert.equal(sts.asked.length, 2);
  await clock.advance(60_000);
  await provider.get();
  assert.equal(sts.asked.length, 2, 'good for half an hour');
});

test('profiles chain: a role whose source is another profile, and that a role of another', async () => {
  const home = temporaryDirectory();
  const clock = new ManualClock();
  const sts = await standIn((asked) => {
    const form = formOf(asked);
    return { body: issued(`${form.get('RoleArn') ?? ''}<${form.get('AccessKeyId') ?? ''}`, clock) };
  });
  const cli = join(home, 'cli', '.aliyun', 'config.json');
  const ini = join(home, 'ini', '.alibabacloud', 'credentials');
  for (const file of [cli, ini]) mkdirSync(dirname(file), { recursive: true });
  const profiles = [
    { name: 'key', mode: 'AK', access_key_id: 'k', access_key_secret: 's' },
    {
      name: 'own',
      mode: 'RamRoleArn',
      access_key_id: 'k',
      access_key_secret: 's',
      ram_role_arn: 'A',
      expired_seconds: 900,
    },
    { name: 'chained', mode: 'ChainableRamRoleArn', source_profile: 'own', ram_role_arn: 'B', external_id: 'ext' },
    { name: 'loop', mode: 'ChainableRamRoleArn', source_profile: 'loop2', ram_role_arn: 'B' },
    { name: 'loop2', mode: 'ChainableRamRoleArn', source_profile: 'loop', ram_role_arn: 'B' },
    { name: 'lost', mode: 'ChainableRamRoleArn', source_profile: 'nobody', ram_role_arn: 'B' },
    { name: 'bare', mode: 'RamRoleArn', access_key_id: 'k', access_key_secret: 's' },
    { name: 'sso', mode: 'CloudSSO' },
    { name: 'out', mode: 'External', process_command: `/bin/cat ${join(home, 'out.json')}` },
  ];
  writeFileSync(cli, JSON.stringify({ current: 'chained', profiles }));
  writeFileSync(
    join(home, 'out.json'),
    JSON.stringify({ mode: 'StsToken', access_key_id: 'out', access_key_secret: 's', sts_token: 't' }),
  );
  writeFileSync(
    ini,
    '[default]\ntype = ram_role_arn\nsource_profile = base\nrole_arn = C\n[base]\naccess_key_id = i\naccess_key_secret = s\n',
  );
  const get = async (profile: string | undefined, folder = 'cli'): Promise<string> =>
    (await open({ source: 'profile', profile }, sts.url, clock, { HOME: join(home, folder) }).provider.get())
      .accessKeyId;
  assert.equal(await get('own'), 'A<k');
  assert.equal(formOf(sts.asked[0]!).get('DurationSeconds'), '900');
  assert.equal(await get(undefined), 'B<A<k', 'the current one');
  const last = sts.asked.at(-1)!;
  assert.deepEqual([formOf(last).get('ExternalId'), formOf(last).get('SecurityToken')], ['ext', 'token-of-A<k']);
  assert.equal(await get(undefined, 'ini'), 'C<i');
  assert.equal(await get('out'), 'out');
  await assert.rejects(get('loop'), {
    code: 'SLS_UNAUTHORIZED',
    message: /names itself as its source: loop → loop2 → loop/,
  });
  await assert.rejects(get('lost'), { message: /has no profile "nobody"/ });
  await assert.rejects(get('bare'), { message: /profile "bare" in .* has no ram_role_arn/ });
  await assert.rejects(get('sso'), { message: /is of the kind "CloudSSO", which is not read/ });
});

test('keys in files are read again when they change', async () => {
  const files = temporaryDirectory();
  const accessKeyIdFile = join(files, 'id');
  const accessKeySecretFile = join(files, 'secret');
  writeFileSync(accessKeyIdFile, 'one\n');
  writeFileSync(accessKeySecretFile, `${SECRET}\r\n`);
  const { provider, clock } = open({ accessKeyIdFile, accessKeySecretFile }, 'http://127.0.0.1:9');
  assert.deepEqual(await provider.get(), { accessKeyId: 'one', accessKeySecret: SECRET, securityToken: undefined });
  writeFileSync(accessKeyIdFile, 'two\n');
  await clock.advance(10_001);
  while ((await provider.get()).accessKeyId !== 'two') await settle(1);
  rmSync(accessKeySecretFile);
  const gone = open({ accessKeyIdFile, accessKeySecretFile }, 'http://127.0.0.1:9').provider;
  await assert.rejects(gone.get(), {
    code: 'SLS_UNAUTHORIZED',
    message: /accessKeySecret can't be read from .*no such file/,
  });
});
