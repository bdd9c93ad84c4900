import assert from 'node:assert/strict';
import test from 'node:test';
import { readHead } from '../../../src/sls/http/direct/reply-head.js';

const read = (text: string): unknown => readHead(Buffer.from(text));

test('a head that has begun well is waited for, and one that can not become well is not', () => {
  for (const begun of ['', 'HTT', 'HTTP/1.1 200 OK', 'HTTP/1.1 200 OK\r', 'HTTP/1.1 200 OK\r\nx-log'])
    assert.equal(read(begun), 'incomplete', JSON.stringify(begun));
  for (const odd of ['ICY 200 OK', 'HTTP/1.0', 'HTTP/1.1 200 OK\n', 'HTTP/1.1 200 OK\r\nx: y\nz'])
    assert.equal(read(odd), 'unusual', JSON.stringify(odd));
});
