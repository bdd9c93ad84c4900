import assert from 'node:assert/strict';
import test from 'node:test';
import { encodeQuery, signV1, signV4, type Unsigned } from '../../../src/sls/signing/sign.js';

const AK = { accessKeyId: 'testid', accessKeySecret: 'testsecret' };
const STS = { ...AK, securityToken: 'CAISexampleToken==' };
const NOW = Date.UTC(2023, 0, 2, 3, 4, 5);
const HOST = 'my-proj.cn-hangzhou.log.aliyuncs.com';
const CURSOR = 'MTQ0NzI5OTYwNjg5NjYzMjM1Ng==';
const GROUP = '/logstores/my-store/consumergroups/my-group';
const SHARD = '/logstores/my-store/shards/0';

function get(path: string, query: Record<string, string>, headers: Record<string, string> = {}): Unsigned {
  const all = { 'x-log-apiversion': '0.6.0', 'x-log-bodyrawsize': '0', ...headers };
  return { method: 'GET', path, query, headers: all, body: Buffer.alloc(0) };
}

function post(query: Record<string, string>, body: string, headers: Record<string, string> = {}): Unsigned {
  const all = { 'x-log-apiversion': '0.6.0', 'content-type': 'application/json', ...headers };
  return { method: 'POST', path: GROUP, query, headers: all, body: Buffer.from(body) };
}

// Requests A to F with the signatures two official SDKs of other languages make for them.
const V1 = [
  {
    name: 'heartbeat with a consumer outside ASCII',
    request: post({ type: 'heartbeat', consumer: 'c 1/ä' }, '[0, 1]'),
    credentials: AK,
    signature: 'P9Gqm5JYmhibYuzRPo6pD6zAmi8=',
  },
  {
    name: 'pull',
    request: get(SHARD, { type: 'log', cursor: CURSOR, count: '1000' }),
    credentials: AK,
    signature: 'rXyVu7RVwp7XNZX7LEv27TYWf0k=',
  },
  {
    name: 'pull with an STS token',
    request: get(SHARD, { type: 'log', cursor: CURSOR, count: '1000' }),
    credentials: STS,
    signature: 'nCesWrwQWcSUwn8Eq1mNTGU1K6g=',
  },
  {
    name: 'a GET with a content type',
    request: get(SHARD, { type: 'cursor', from: 'end' }, { 'content-type': 'application/x-protobuf' }),
    credentials: AK,
    signature: 'fJtazY0nGNMhTuAjyTlepSADPL8=',
  },
  {
    name: 'checkpoint',
    request: post(
      { type: 'checkpoint', consumer: 'c-1', forceSuccess: 'True' },
      `{"shard": 0, "checkpoint": "${CURSOR}"}`,
    ),
    credentials: AK,
    signature: 'sEJLCqMU30icNh2kKbd8OeDeGr8=',
  },
  {
    name: 'an empty query value',
    request: get('/logstores', { logstoreName: '', offset: '0', size: '1000' }),
    credentials: AK,
    signature: 'yWvtYfCEurcBlj1iwI37tDekW08=',
  },
];

for (const { name, request, credentials, signature } of V1) {
  test(`V1 signs like the other SDKs: ${name}`, async () => {
    const headers = await signV1(request, credentials, NOW);
    assert.equal(headers['authorization'], `LOG testid:${signature}`);
    assert.equal(headers['date'], 'Mon, 02 Jan 2023 03:04:05 GMT');
    assert.equal(headers['x-acs-security-token'], 'securityToken' in credentials ? STS.securityToken : undefined);
  });
}

test('V1 sends the MD5 of a body in upper case, and none without a body', async () => {
  const [heartbeat, pull] = [V1[0]!, V1[1]!];
  const withBody = await signV1(heartbeat.request, AK, NOW);
  const without = await signV1(pull.request, AK, NOW);
  assert.equal(withBody['content-md5'], '264884439B70AB09A86BC848421C6DE6');
  assert.equal(without['content-md5'], undefined);
});

const V4 = [
  {
    name: 'heartbeat with a consumer outside ASCII',
    request: post({ consumer: 'c 1/ä', type: 'heartbeat' }, '[0, 1]', { host: HOST }),
    credentials: AK,
    signature: 'afec0bed373ff3753152dfde32f8807629d3abb9ba048d18ca8f9acaae6cf591',
  },
  {
    name: 'pull with an STS token',
    request: get(SHARD, { type: 'log', cursor: CURSOR, count: '1000' }, { host: HOST }),
    credentials: STS,
    signature: '77b2302ccf387e4d3e85f167df436a8e898b635fd7a77331ee5bc017a6a3c764',
  },
  {
    name: 'an empty query value',
    request: get('/logstores', { logstoreName: '', offset: '0', size: '1000' }, { host: HOST }),
    credentials: AK,
    signature: '0cacbb20be064f4f69d4342acfd60cba4c1c19905440a99fd1465762a3daf36b',
  },
];

for (const { name, request, credentials, signature } of V4) {
  test(`V4 signs like the other SDKs: ${name}`, async () => {
    const headers = await signV4('cn-hangzhou')(request, credentials, NOW);
    const scope = 'testid/20230102/cn-hangzhou/sls/aliyun_v4_request';
    assert.equal(headers['authorization'], `SLS4-HMAC-SHA256 Credential=${scope},Signature=${signature}`);
    assert.equal(headers['x-log-date'], '20230102T030405Z');
  });
}

test('V4 makes the signature of the vector all official SDKs share', async () => {
  const request: Unsigned = {
    method: 'POST',
    path: '/logstores',
    query: { ' abc': 'efg', ' agc ': '', '': 'efg', 'A-bc': 'eFg' },
    headers: { hello: 'world', 'x-log-test': 'het123', 'x-acs-ppp': 'dds' },
    body: Buffer.from('adasd= -asd zcas'),
  };
  const credentials = { accessKeyId: 'acsddda21dsd', accessKeySecret: 'zxasdasdasw2' };
  const headers = await signV4('cn-hangzhou')(request, credentials, Date.UTC(2022, 7, 8, 3, 23, 30));
  const [, signature] = headers['authorization']?.split(',Signature=') ?? [];
  assert.equal(signature, 'a98f5632e93836e63839cd836a54055f480020a9364ca944e2d34f2eb9bf1bed');
});

test('V4 leaves headers out of the signature that a proxy may add or drop', async () => {
  const { request, credentials, signature } = V4[1]!;
  const headers = { ...request.headers, accept: 'application/x-protobuf', 'user-agent': 'x' };
  const signed = await signV4('cn-hangzhou')({ ...request, headers }, credentials, NOW);
  assert.ok(signed['authorization']?.endsWith(signature));
});

test('the query is sorted and encoded by RFC 3986', () => {
  assert.equal(encodeQuery({ b: "!'()*~ +/=", a: 'ä', empty: '' }), 'a=%C3%A4&b=%21%27%28%29%2A~%20%2B%2F%3D&empty');
});
