import assert from 'node:assert/strict';
import test from 'node:test';
import type { HttpRequest } from '../../../src/sls/http/exchange.js';
import { requestText } from '../../../src/sls/http/direct/request-text.js';

const signal = new AbortController().signal;
const asked = (change: Partial<HttpRequest> = {}): string | undefined =>
  requestText({
    ...{ what: 'pull', method: 'GET', target: '/a?b=1', headers: { host: 'p' }, body: Buffer.alloc(0), signal },
    ...change,
  });

test('a GET without a body is a text, and whatever a text could not carry as it is none', () => {
  assert.equal(asked(), 'GET /a?b=1 HTTP/1.1\r\nhost: p\r\nconnection: keep-alive\r\n\r\n');
  assert.equal(asked({ method: 'POST' }), undefined);
  assert.equal(asked({ body: Buffer.from('x') }), undefined, 'a body');
  assert.equal(asked({ target: '/a b' }), undefined, 'a blank in the target');
  assert.equal(asked({ headers: { host: 'p\r\nx: y' } }), undefined, 'a line break in a header');
});

test('the same headers with another target make another text', () => {
  const headers = { host: 'p' };
  assert.match(asked({ headers }) ?? '', /^GET \/a\?b=1 /);
  assert.match(asked({ headers, target: '/c' }) ?? '', /^GET \/c /);
  assert.match(asked({ headers }) ?? '', /^GET \/a\?b=1 /);
});
