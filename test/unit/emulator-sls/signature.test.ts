import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Accounts } from '../../../src/emulator/sls/accounts.js';
import { withDefaults } from '../../../src/emulator/sls/options.js';
import { authenticate, signV1, signV4, type SignedRequest } from '../../../src/emulator/sls/signature.js';
import { signer } from '../../support/sls-request.js';

const CURSOR = 'MTQ0NzI5OTYwNjg5NjYzMjM1Ng==';
const DATE = 'Mon, 02 Jan 2023 03:04:05 GMT';
const NOW = Date.parse(DATE);
const V4_DATE = '20230102T030405Z';
const CREDENTIALS = { accessKeyId: 'testid', accessKeySecret: 'testsecret', securityToken: undefined };
const LIST = { logstoreName: '', offset: '0', size: '1000' };
const PULL = { type: 'log', cursor: CURSOR, count: '1000' };

function make(
  line: string,
  query: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
  body = '',
): SignedRequest {
  const [method = '', path = ''] = line.split(' ');
  return {
    method,
    path,
    query: new Map(Object.entries(query)),
    headers: new Map(Object.entries(headers)),
    body: Buffer.from(body),
  };
}

const V1_HEADERS = { date: DATE, 'x-log-apiversion': '0.6.0', 'x-log-signaturemethod': 'hmac-sha1' };
const EMPTY_BODY = { 'x-log-bodyrawsize': '0' };

// Expected values were computed with the official Python and Go SDKs.
describe('signature V1', () => {
  test('a heartbeat: decoded query, content type, MD5, no raw size', () => {
    const headers = {
      ...V1_HEADERS,
      'content-type': 'application/json',
      'content-md5': '264884439B70AB09A86BC848421C6DE6',
    };
    const query = { type: 'heartbeat', consumer: 'c 1/ä' };
    const request = make('POST /logstores/my-store/consumergroups/my-group', query, headers, '[0, 1]');
    assert.equal(signV1(request, 'testsecret'), 'P9Gqm5JYmhibYuzRPo6pD6zAmi8=');
  });

  test('a pull, plain and with a security token', () => {
    const line = 'GET /logstores/my-store/shards/0';
    assert.equal(
      signV1(make(line, PULL, { ...V1_HEADERS, ...EMPTY_BODY }), 'testsecret'),
      'rXyVu7RVwp7XNZX7LEv27TYWf0k=',
    );
    const token = { 'x-acs-security-token': 'CAISexampleToken==' };
    const signed = signV1(make(line, PULL, { ...V1_HEADERS, ...EMPTY_BODY, ...token }), 'testsecret');
    assert.equal(signed, 'nCesWrwQWcSUwn8Eq1mNTGU1K6g=');
  });

  test('a content type on a GET counts, an empty value keeps its equals sign, x-log-date does not count', () => {
    const typed = { ...V1_HEADERS, ...EMPTY_BODY, 'content-type': 'application/x-protobuf' };
    const cursor = make('GET /logstores/my-store/shards/0', { type: 'cursor', from: 'end' }, typed);
    assert.equal(signV1(cursor, 'testsecret'), 'fJtazY0nGNMhTuAjyTlepSADPL8=');
    const dated = { ...V1_HEADERS, ...EMPTY_BODY, 'x-log-date': DATE };
    assert.equal(signV1(make('GET /logstores', LIST, dated), 'testsecret'), 'yWvtYfCEurcBlj1iwI37tDekW08=');
  });

  test('agrees with the Node SDK', () => {
    const headers = { ...V1_HEADERS, ...EMPTY_BODY, 'content-type': 'application/json', 'x-acs-security-token': 't' };
    const query = { b: 'ü', a: '1+2 3', empty: '' };
    const theirs = signer._sign('GET', '/logstores/x', query, headers, CREDENTIALS);
    assert.equal(`LOG testid:${signV1(make('GET /logstores/x', query, headers), 'testsecret')}`, theirs);
  });

  test('a body that is not the one the MD5 was made of', () => {
    const headers = { ...V1_HEADERS, 'content-md5': '264884439B70AB09A86BC848421C6DE6' };
    assert.throws(() => signV1(make('POST /logstores', {}, headers, '[0, 2]'), 'testsecret'), {
      code: 'PostBodyInvalid',
    });
  });
});

const V4_HEADERS = {
  host: 'my-proj.cn-hangzhou.log.aliyuncs.com',
  'x-log-apiversion': '0.6.0',
  'x-log-date': V4_DATE,
};
const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const SCOPE = '20230102/cn-hangzhou';

describe('signature V4', () => {
  test('a heartbeat', () => {
    const headers = {
      ...V4_HEADERS,
      'content-type': 'application/json',
      'x-log-content-sha256': '923682bea6d517dc178d480c88e129e485ed902f4fa024866666658cd4ea6836',
    };
    const query = { type: 'heartbeat', consumer: 'c 1/ä' };
    const request = make('POST /logstores/my-store/consumergroups/my-group', query, headers, '[0, 1]');
    const expected = 'afec0bed373ff3753152dfde32f8807629d3abb9ba048d18ca8f9acaae6cf591';
    assert.equal(signV4(request, 'testsecret', SCOPE), expected);
  });

  test('a pull with a security token; an empty value loses its equals sign', () => {
    const headers = { ...V4_HEADERS, ...EMPTY_BODY, 'x-log-content-sha256': EMPTY_HASH };
    const pull = make('GET /logstores/my-store/shards/0', PULL, {
      ...headers,
      'x-acs-security-token': 'CAISexampleToken==',
    });
    const expected = '77b2302ccf387e4d3e85f167df436a8e898b635fd7a77331ee5bc017a6a3c764';
    assert.equal(signV4(pull, 'testsecret', SCOPE), expected);
    const list = make('GET /logstores', LIST, headers);
    assert.equal(signV4(list, 'testsecret', SCOPE), '0cacbb20be064f4f69d4342acfd60cba4c1c19905440a99fd1465762a3daf36b');
  });
});

describe('authentication', () => {
  const authorization = 'LOG testid:yWvtYfCEurcBlj1iwI37tDekW08=';
  const good = { ...V1_HEADERS, ...EMPTY_BODY, authorization };
  const check =
    (headers: Readonly<Record<string, string>>, now = NOW, securityToken?: string) =>
    () => {
      const accounts = new Accounts(withDefaults({ ...CREDENTIALS, securityToken }));
      authenticate(make('GET /logstores', LIST, headers), accounts, now);
    };
  const without = (name: string): Record<string, string> => {
    return Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));
  };

  test('lets good requests in, to a quarter of an hour of difference', () => {
    check(good)();
    check(good, NOW + 15 * 60_000)();
    const v4 = {
      ...V4_HEADERS,
      ...EMPTY_BODY,
      'x-log-content-sha256': EMPTY_HASH,
      authorization: `SLS4-HMAC-SHA256 Credential=testid/${SCOPE}/sls/aliyun_v4_request,Signature=0cacbb20be064f4f69d4342acfd60cba4c1c19905440a99fd1465762a3daf36b`,
    };
    check(v4)();
    assert.throws(check({ ...v4, host: 'other' }), { code: 'SignatureNotMatch', status: 401 });
  });

  test('tells what is wrong by the codes of the service', () => {
    assert.throws(check(without('authorization')), { code: 'MissingParameter', status: 400 });
    assert.throws(check(without('x-log-apiversion')), { code: 'MissingAPIVersion', status: 400 });
    assert.throws(check({ ...good, 'x-log-apiversion': '0.5.0' }), { code: 'InvalidAPIVersion', status: 400 });
    assert.throws(check(without('date')), { code: 'MissingParameter', status: 400 });
    assert.throws(check({ ...good, date: 'yesterday' }), { code: 'InvalidDateFormat', status: 400 });
    assert.throws(check(good, NOW + 15 * 60_000 + 1), { code: 'RequestTimeExpired', status: 400 });
    assert.throws(check(good, NOW - 15 * 60_000 - 1), { code: 'RequestTimeExpired', status: 400 });
    assert.throws(check({ ...good, authorization: 'LOG other:abc=' }), { code: 'Unauthorized', status: 401 });
    assert.throws(check({ ...good, authorization: 'Basic abc' }), { code: 'Unauthorized', status: 401 });
    assert.throws(check({ ...good, authorization: 'LOG testid:abc=' }), { code: 'SignatureNotMatch', status: 401 });
    assert.throws(check({ ...good, 'x-log-bodyrawsize': '1' }), { code: 'SignatureNotMatch', status: 401 });
    assert.throws(check(good, NOW, 'token'), { code: 'Unauthorized', status: 401 });
  });
});
