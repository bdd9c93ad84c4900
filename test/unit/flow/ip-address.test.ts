import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback } from '../../../src/flow/ip-address.js';

test('a loopback host is localhost, a name below it, or a loopback address', () => {
  for (const host of [
    'localhost',
    'LocalHost',
    'sls.localhost',
    '127.0.0.1',
    '127.9.8.7',
    '::1',
    '[::1]',
    '::ffff:127.0.0.1',
    '0:0:0:0:0:0:0:1',
  ])
    assert.ok(isLoopback(host), host);
});

test('a name that begins like a loopback address is none', () => {
  for (const host of [
    '127.example.com',
    '127.0.0.1.example.com',
    '127.1.',
    '127',
    '128.0.0.1',
    '::2',
    '::',
    'fe80::1',
    'localhost.example.com',
    'mylocalhost',
    '',
  ])
    assert.ok(!isLoopback(host), host);
});
