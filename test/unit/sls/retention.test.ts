import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getRetention } from '../../../src/sls/api/get-logstore.js';
import type { Retention } from '../../../src/model/snapshot.js';

function retentionOf(answer: object): Promise<Retention> {
  const bytes = Buffer.from(JSON.stringify(answer));
  const body = new Uint8Array(bytes).buffer;
  const call = () => Promise.resolve({ status: 200, headers: {}, body, bodyLength: bytes.length });
  return getRetention(call, new AbortController().signal);
}

test('the retention of a logstore: seconds, or for ever, as the console writes it', async () => {
  assert.equal(await retentionOf({ ttl: 30 }), 30 * 86_400);
  assert.equal(await retentionOf({ ttl: 3649 }), 3649 * 86_400);
  assert.equal(await retentionOf({ ttl: 3650 }), 'forEver');
});

test('a logstore without a retention in days is refused', async () => {
  for (const answer of [{}, { ttl: 0 }, { ttl: '30' }])
    await assert.rejects(retentionOf(answer), { code: 'SLS_PROTOCOL' });
});
