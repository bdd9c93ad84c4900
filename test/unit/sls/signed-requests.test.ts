import assert from 'node:assert/strict';
import test from 'node:test';
import { signV1, signV4, type Signer } from '../../../src/sls/signing/sign.js';
import { SignedRequests, type ToSign } from '../../../src/sls/signing/signed-requests.js';

const KEY = { accessKeyId: 'id', accessKeySecret: 'secret' };
const NOW = 1_700_000_000_100;
const pullOf = (cursor: string): ToSign => ({
  method: 'GET',
  path: '/logstores/l/shards/3',
  query: { type: 'log', cursor },
  headers: { accept: 'application/x-protobuf' },
});

test('the same request within a minute of the service is signed once, and what differs in anything is signed anew', async () => {
  let signed = 0;
  const signer: Signer = (request, credentials, nowMs) => {
    signed += 1;
    return signV1(request, credentials, nowMs);
  };
  const requests = new SignedRequests('p.example.com');
  const fresh = async (call: ToSign, by: Signer = signer, key = KEY, nowMs = NOW): Promise<boolean> => {
    const before = signed;
    const made = await requests.make(call, by, key, nowMs);
    assert.deepEqual(made, await new SignedRequests('p.example.com').make(call, signV1, key, nowMs));
    return signed > before;
  };
  assert.equal(await fresh(pullOf('a')), true);
  assert.equal(await fresh(pullOf('a'), signer, KEY, NOW + 39_899), false, 'the same minute');
  assert.equal(await fresh(pullOf('a'), signer, KEY, NOW + 39_900), true, 'the next one');
  assert.equal(await fresh(pullOf('b'), signer, KEY, NOW + 39_900), true, 'another cursor');
  assert.equal(
    await fresh({ ...pullOf('b'), headers: { accept: '' } }, signer, KEY, NOW + 39_900),
    true,
    'other headers',
  );
  const { query, ...rest } = pullOf('b');
  assert.equal(
    await fresh({ ...rest, query: { ...query, end_cursor: 'z' } }, signer, KEY, NOW + 39_900),
    true,
    'an end',
  );
  const renewed = { accessKeyId: 'id', accessKeySecret: 'renewed', securityToken: 'token' };
  assert.equal(await fresh(pullOf('b'), signer, renewed, NOW + 39_900), true, 'credentials were renewed');
  const commit: ToSign = { method: 'POST', path: '/logstores/l/shards/3', json: { checkpoint: 'a' } };
  assert.equal(await fresh(commit), true);
  assert.equal(await fresh({ ...commit, json: { checkpoint: 'b' } }), true, 'a body is never taken from before');
});

test('a request that differs from the last one in a single thing is signed for itself', async () => {
  const base: ToSign = { ...pullOf('a'), method: 'POST' };
  const renewed = { ...KEY, accessKeySecret: 'renewed' };
  const others: readonly (readonly [string, ToSign, typeof KEY])[] = [
    ['a name more in the query', { ...base, query: { ...base.query, end_cursor: 'z' } }, KEY],
    ['another cursor', { ...base, query: { ...base.query, cursor: 'b' } }, KEY],
    ['a header more', { ...base, headers: { ...base.headers, 'x-log-x': '1' } }, KEY],
    ['a body', { ...base, json: {} }, KEY],
    ['another method', { ...base, method: 'GET' }, KEY],
    ['renewed credentials', base, renewed],
  ];
  for (const [what, call, key] of others) {
    const requests = new SignedRequests('p.example.com');
    await requests.make(base, signV1, KEY, NOW);
    const made = await requests.make(call, signV1, key, NOW);
    assert.deepEqual(made, await new SignedRequests('p.example.com').make(call, signV1, key, NOW), what);
  }
});

test('another way of signing is another request', async () => {
  const requests = new SignedRequests('p.example.com');
  const [v1, v4] = [
    await requests.make(pullOf('a'), signV1, KEY, NOW),
    await requests.make(pullOf('a'), signV4('r'), KEY, NOW),
  ];
  assert.match(v1.headers['authorization'] ?? '', /^LOG id:/);
  assert.match(v4.headers['authorization'] ?? '', /^SLS4-HMAC-SHA256 /);
});
