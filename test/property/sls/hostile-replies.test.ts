import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { dialFor, parseEndpoint } from '../../../src/sls/endpoint.js';
import { replyError } from '../../../src/sls/errors.js';
import type { HttpReply } from '../../../src/sls/http/exchange.js';
import { getCheckpoint } from '../../../src/sls/api/get-checkpoint.js';
import { getCursor } from '../../../src/sls/api/get-cursor.js';
import { getRetention } from '../../../src/sls/api/get-logstore.js';
import { heartbeat } from '../../../src/sls/api/send-heartbeat.js';
import { findConsumerGroup } from '../../../src/sls/api/list-consumer-groups.js';
import { listShards } from '../../../src/sls/api/list-shards.js';
import { pullLogs } from '../../../src/sls/api/pull-logs.js';

const signal = new AbortController().signal;

/** Values near the right ones get deeper than noise: real keys, wrong types, huge numbers. */
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(0, -1, 3, 1.5, 2 ** 53, 1e308, '', 'MTI=', 'g', 'readonly', '0'.repeat(32), true, null),
);
const entry = fc.dictionary(
  fc.constantFrom('shard', 'checkpoint', 'cursor', 'name', 'timeout', 'order', 'shardID', 'status', '__proto__'),
  value,
);
const shardEntry = fc.record(
  { shardID: value, status: value, inclusiveBeginKey: value, exclusiveEndKey: value },
  { requiredKeys: [] },
);
const json = fc
  .oneof(value, entry, fc.array(value), fc.array(entry), fc.array(shardEntry))
  .map((data) => JSON.stringify(data));
const truncated = fc.tuple(json, fc.nat(200)).map(([text, end]) => text.slice(0, end));
const body = fc.oneof(
  json.map((text) => Buffer.from(text)),
  truncated.map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.constant(Buffer.from('<html><body>Sign in</body></html>')),
);
const number = fc.constantFrom('0', '1', '77', '1e9', '9'.repeat(15));
const plausible = fc.record({
  'x-log-cursor': fc.constantFrom('MTI=', 'MTM='),
  'x-log-count': number,
  'x-log-bodyrawsize': number,
  'x-log-compresstype': fc.constantFrom('lz4', 'zstd', ''),
});
const noise = fc.dictionary(
  fc.constantFrom(
    'x-log-cursor',
    'x-log-count',
    'x-log-bodyrawsize',
    'x-log-compresstype',
    'x-log-cursor-time',
    'x-log-requestid',
    'content-type',
    'retry-after',
    'date',
  ),
  fc.oneof(fc.string(), fc.constantFrom('0', '1', '77', 'lz4', 'zstd', 'MTI=', '-1', '1e9', '9'.repeat(40))),
);

const headers = fc.oneof(noise, plausible);

function reply(status: number, bytes: Buffer, fields: Record<string, string>): HttpReply {
  return { status, headers: fields, body: new Uint8Array(bytes).buffer, bodyLength: bytes.length };
}

/** Runs an API function against the reply; anything but a value or SLS_PROTOCOL is a bug. */
async function valueOrRefusal<T>(attempt: Promise<T>): Promise<T | undefined> {
  try {
    return await attempt;
  } catch (thrown) {
    assert.ok(thrown instanceof ForwarderError, String(thrown));
    assert.equal(thrown.code, 'SLS_PROTOCOL');
    return undefined;
  }
}

function isShardId(shard: number): boolean {
  return Number.isInteger(shard) && shard >= 0 && shard <= 0x7fff_ffff;
}

test('whatever a 200 carries, it is understood or refused, never half believed', async () => {
  await fc.assert(
    fc.asyncProperty(body, headers, async (bytes, fields) => {
      const call = (): Promise<HttpReply> => Promise.resolve(reply(200, bytes, fields));
      const cursor = await valueOrRefusal(getCursor(call, 3, 'begin', signal));
      assert.ok(cursor === undefined || /^[!-~]+$/.test(cursor));
      const checkpoint = await valueOrRefusal(getCheckpoint(call, 'g', 3, signal));
      assert.ok(checkpoint === undefined || /^[!-~]+$/.test(checkpoint));
      const held = (await valueOrRefusal(heartbeat(call, 'g', 'c', [], signal))) ?? [];
      assert.ok(held.every(isShardId) && new Set(held).size === held.length);
      const shards = (await valueOrRefusal(listShards(call, signal))) ?? [];
      assert.ok(shards.every(({ shard, beginKey }) => isShardId(shard) && beginKey.length === 32));
      const retention = await valueOrRefusal(getRetention(call, signal));
      assert.ok(retention === undefined || retention === 'forEver' || retention >= 86_400);
      const group = await valueOrRefusal(findConsumerGroup(call, 'g', signal));
      assert.ok(group === undefined || (group.timeoutSeconds > 0 && typeof group.inOrder === 'boolean'));
    }),
    { numRuns: 1000 },
  );
});

test('whatever the headers of a pull claim, what is passed on is consistent', async () => {
  await fc.assert(
    fc.asyncProperty(body, headers, async (bytes, fields) => {
      const request = {
        shard: 3,
        cursor: 'MTI=',
        endCursor: undefined,
        count: 10,
        compression: 'lz4',
        signal,
      } as const;
      const bodyBuffer = (size: number): ArrayBuffer => new ArrayBuffer(size);
      const call = (): Promise<HttpReply> => Promise.resolve(reply(200, bytes, fields));
      const pulled = await valueOrRefusal(pullLogs(call, { ...request, bodyBuffer, maxRawBytes: Infinity }));
      if (pulled === undefined) return;
      assert.equal(pulled.bodyLength, bytes.length);
      assert.ok(Number.isSafeInteger(pulled.rawSize) && Number.isSafeInteger(pulled.logGroups));
      assert.ok(pulled.bodyLength > 0 || (pulled.logGroups === 0 && pulled.rawSize === 0));
      assert.match(pulled.nextCursor, /^[!-~]+$/);
    }),
    { numRuns: 1000 },
  );
});

test('every refusal becomes one typed, single-line error without the secret', () => {
  const secret = 'k3y-4711';
  const text = fc.oneof(fc.string(), fc.constantFrom('InvalidCursor', `x${secret}x`, '__proto__', 'toString'));
  const refusal = fc.record({ errorCode: text, errorMessage: text }).map((data) => Buffer.from(JSON.stringify(data)));
  fc.assert(
    fc.property(fc.integer({ min: 201, max: 599 }), fc.oneof(body, refusal), headers, (status, bytes, fields) => {
      const error = replyError(reply(status, bytes, fields), { what: 'pull', secrets: [secret], skewMs: undefined });
      assert.ok(error instanceof ForwarderError);
      assert.ok(['retry', 'permanent', 'fatal'].includes(error.class));
      const said = JSON.stringify([error.message, error.details]);
      assert.ok(!said.includes(secret) && !error.message.includes('\n') && said.length < 2000);
    }),
    { numRuns: 2000 },
  );
});

test('any text is an endpoint that can be dialled or is refused with one line', () => {
  const scheme = fc.constantFrom('', 'http://', 'https://', 'HTTPS://', 'ftp://', '//');
  const host = fc.oneof(
    fc.string(),
    fc.domain(),
    fc.ipV4(),
    fc.ipV6().map((ip) => `[${ip}]`),
    fc.webAuthority(),
  );
  const port = fc.oneof(
    fc.constant(''),
    fc.integer().map((number) => `:${number}`),
  );
  fc.assert(
    fc.property(fc.tuple(scheme, host, port), (parts) => {
      const result = parseEndpoint(parts.join(''));
      if (!result.ok) {
        assert.doesNotMatch(result.message, /\n/);
        return;
      }
      const { tls, port: number } = result.endpoint;
      const dial = dialFor(result.endpoint, 'p');
      assert.ok(number > 0 && number < 65_536);
      assert.ok(URL.canParse(`${tls ? 'https' : 'http'}://${dial.host.includes(':') ? `[${dial.host}]` : dial.host}`));
      assert.match(dial.hostHeader, /^p\.[^\s/@]+$/);
    }),
    { numRuns: 3000 },
  );
});
