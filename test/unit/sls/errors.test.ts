import assert from 'node:assert/strict';
import test from 'node:test';
import { describeSkew, replyError } from '../../../src/sls/errors.js';
import type { HttpReply } from '../../../src/sls/http/exchange.js';

const CONTEXT = { what: 'pull from shard 3 of p/l', secrets: ['s3cr3t', 'tok3n'], skewMs: undefined };

function reply(status: number, body: unknown, headers: Record<string, string> = {}): HttpReply {
  const text = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const copy = new Uint8Array(text).buffer;
  return { status, headers: { 'x-log-requestid': 'ABC123', ...headers }, body: copy, bodyLength: text.length };
}

function refusal(status: number, errorCode: string, errorMessage = ''): HttpReply {
  return reply(status, { errorCode, errorMessage });
}

// Status, the service's code, its text, our code.
const TABLE: readonly (readonly [number, string, string, string])[] = [
  [400, 'NotExistConsumerWithBody', 'non-exist consumer with non-empty body', 'SLS_CONSUMER_UNKNOWN'],
  [404, 'ConsumerNotExist', '', 'SLS_CONSUMER_UNKNOWN'],
  [404, 'ConsumerNotExsit', '', 'SLS_CONSUMER_UNKNOWN'],
  [400, 'ConsumerNotMatch', '', 'SLS_CONSUMER_UNKNOWN'],
  [400, 'ShardNotExist', '', 'SLS_SHARD_GONE'],
  [404, 'ShardNotExsit', '', 'SLS_SHARD_GONE'],
  [400, 'InvalidCursor', '', 'SLS_CURSOR_INVALID'],
  [400, 'ParameterInvalid', 'Invalid cursor MTI=', 'SLS_CURSOR_INVALID'],
  [400, 'ParameterInvalid', 'Invalid loggroup count, (0,1000]', 'SLS_REQUEST_INVALID'],
  [404, 'ProjectNotExist', '', 'SLS_NOT_FOUND'],
  [404, 'ProjectNotExists', '', 'SLS_NOT_FOUND'],
  [404, 'LogStoreNotExist', '', 'SLS_NOT_FOUND'],
  [400, 'LogStoreWithoutShard', '', 'SLS_NOT_FOUND'],
  [404, 'ConsumerGroupNotExist', '', 'SLS_NOT_FOUND'],
  [404, 'SomethingNew', '', 'SLS_NOT_FOUND'],
  [403, 'ShardReadQuotaExceed', '', 'SLS_QUOTA'],
  [403, 'ReadQuotaExceed', '', 'SLS_QUOTA'],
  [403, 'MetaOperationQpsLimitExceeded', '', 'SLS_QUOTA'],
  [403, 'ExceedQuota', '', 'SLS_QUOTA'],
  [403, 'SomethingNew', 'Read QPS Exceed', 'SLS_QUOTA'],
  [429, 'TooManyRequests', '', 'SLS_QUOTA'],
  [403, 'ProjectForbidden', '', 'SLS_UNAUTHORIZED'],
  [403, 'SomethingNew', 'no', 'SLS_UNAUTHORIZED'],
  [401, 'Unauthorized', '', 'SLS_UNAUTHORIZED'],
  [401, 'SignatureNotMatch', '', 'SLS_UNAUTHORIZED'],
  [400, 'InvalidAccessKeyId.NotFound', '', 'SLS_UNAUTHORIZED'],
  [403, 'SecurityToken.Expired', '', 'SLS_UNAUTHORIZED'],
  [401, 'SomethingNew', '', 'SLS_UNAUTHORIZED'],
  [400, 'RequestTimeExpired', '', 'SLS_CLOCK_SKEW'],
  [400, 'RequestTimeTooSkewed', '', 'SLS_CLOCK_SKEW'],
  [500, 'InternalServerError', '', 'SLS_SERVER'],
  [500, 'RequestTimeout', '', 'SLS_SERVER'],
  [503, 'ServerBusy', '', 'SLS_SERVER'],
  [502, 'SomethingNew', '', 'SLS_SERVER'],
  [405, 'InvalidMethod', '', 'SLS_REQUEST_INVALID'],
  [400, 'constructor', '', 'SLS_REQUEST_INVALID'],
];

for (const [status, errorCode, text, code] of TABLE) {
  test(`${status} ${errorCode} ${text} is ${code}`, () => {
    const error = replyError(refusal(status, errorCode, text), CONTEXT);
    assert.equal(error.code, code);
    assert.deepEqual(error.details, { status, requestId: 'ABC123', errorCode });
    assert.ok(error.message.startsWith(`pull from shard 3 of p/l: refused with ${status} ${errorCode}`));
  });
}

test('a quota of how many there may be is told from one of how often', () => {
  for (const code of ['ExceedQuota', 'QuotaExceed', 'ProjectQuotaExceed'])
    assert.match(replyError(refusal(403, code, ''), CONTEXT).message, /delete one that nobody uses/);
  for (const code of ['ReadQuotaExceed', 'ShardReadQuotaExceed', 'MetaOperationQpsLimitExceeded'])
    assert.match(replyError(refusal(403, code, ''), CONTEXT).message, /going slower$/);
});

test('the wrapped form of older front ends is understood', () => {
  const wrapped = reply(401, { Error: { Code: 'Unauthorized', Message: 'no' } });
  assert.equal(replyError(wrapped, CONTEXT).code, 'SLS_UNAUTHORIZED');
});

test('what is not in the format of the service is said to come from elsewhere', () => {
  const html = { 'content-type': 'text/html' };
  const proxy = replyError(reply(407, '<html>Proxy Authentication Required</html>', html), CONTEXT);
  assert.equal(proxy.code, 'PROXY_REFUSED');
  assert.match(proxy.message, /a proxy nobody told us of wants a password/);
  assert.match(replyError(reply(403, '<html>', html), CONTEXT).message, /HTTP 403 .*text\/html.* a proxy in between/);
  assert.equal(replyError(reply(404, '<html>', html), CONTEXT).code, 'SLS_PROTOCOL');
  assert.equal(replyError(reply(401, ''), CONTEXT).code, 'SLS_PROTOCOL');
  assert.equal(replyError(reply(302, '', { location: 'http://login.example' }), CONTEXT).code, 'SLS_PROTOCOL');
  assert.equal(replyError(reply(204, ''), CONTEXT).code, 'SLS_PROTOCOL');
  assert.equal(replyError(reply(400, { errorCode: 7 }), CONTEXT).code, 'SLS_PROTOCOL');
  assert.equal(replyError(reply(502, '<html>Bad Gateway</html>', html), CONTEXT).code, 'SLS_SERVER');
});

test('the advice names the missing right', () => {
  const text = 'denied by sts or ram, action: log:ConsumerGroupHeartBeat, resource: acs:log:cn:1:project/p';
  assert.match(replyError(refusal(401, 'Unauthorized', text), CONTEXT).message, /grant log:ConsumerGroupHeartBeat to/);
});

test('a message never shows a secret, and is one bounded line', () => {
  const echo = `key s3cr3t and tok3n\r\n${'x'.repeat(5000)}`;
  const error = replyError(refusal(401, 'Unauthorized s3cr3t', echo), CONTEXT);
  assert.doesNotMatch(JSON.stringify([error.message, error.details]), /s3cr3t|tok3n|\\n/);
  assert.ok(error.message.length < 600);
});

test('a clock that is off is described', () => {
  const error = replyError(refusal(400, 'RequestTimeExpired'), { ...CONTEXT, skewMs: -1_200_000 });
  assert.match(error.message, /clock is 20 min ahead of the service's; set the clock/);
  assert.match(describeSkew(90_000), /90 s behind/);
  assert.match(describeSkew(-28_800_000), /8 h ahead/);
});

test('a wish for how long to wait is honoured within reason', () => {
  const busy = (seconds: string): number | undefined =>
    replyError(reply(503, { errorCode: 'ServerBusy', errorMessage: '' }, { 'retry-after': seconds }), CONTEXT)
      .retryAfterMs;
  assert.equal(busy('3'), 3000);
  assert.equal(busy('999999'), 300_000);
  assert.equal(busy('soon'), undefined);
});
