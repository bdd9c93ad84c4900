import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { loadSync } from 'protobufjs';
import { startSlsEmulator, type SlsEmulatorHandle } from '../../../src/emulator/sls-handle.js';
import { loopbackAgent, newSdk, type Sdk } from '../../support/sls-sdk.js';
import { send } from '../../support/sls-request.js';

const PROTO = new URL(import.meta.resolve('@alicloud/log/lib/sls.proto'));

/** The unmodified Node SDK against the emulator. It reads no logs; what it wrote is pulled by hand and decoded with its own schema. */
describe('@alicloud/log', () => {
  const agent = loopbackAgent();
  let emulator: SlsEmulatorHandle;
  let sdk: Sdk;
  before(async () => {
    emulator = await startSlsEmulator({ project: 'demo', logstores: [{ name: 'audit', shards: 1 }] });
    sdk = newSdk(`127.0.0.1:${emulator.port}`);
  });
  after(async () => {
    agent.destroy();
    await emulator.stop();
  });

  test('writes logs that come out as they went in', async () => {
    const logs = [
      { timestamp: 1_700_000_000, timestampNsPart: 123_456_789, content: { level: 'INFO', text: 'vé 产品' } },
      { timestamp: 1_700_000_001, content: { level: '', text: 'x'.repeat(100_000) } },
    ];
    const data = { logs, tags: [{ host: 'h1' }], topic: 'tp', source: '1.2.3.4' };
    await sdk.postLogStoreLogs('demo', 'audit', data, { agent });
    const path = '/logstores/audit/shards/0';
    const begin = await send(emulator.port, { path, query: { type: 'cursor', from: 'begin' } });
    const { cursor } = begin.json as { cursor: string };
    const pulled = await send(emulator.port, { path, query: { type: 'log', cursor, count: '10' } });
    assert.equal(pulled.headers['x-log-count'], '1');
    const type = loadSync(PROTO.pathname).lookupType('sls.LogGroupList');
    assert.deepEqual(type.decode(pulled.body).toJSON(), {
      logGroupList: [
        {
          Logs: [
            {
              Time: 1_700_000_000,
              Contents: [
                { Key: 'level', Value: 'INFO' },
                { Key: 'text', Value: 'vé 产品' },
              ],
              TimeNs: 123_456_789,
            },
            {
              Time: 1_700_000_001,
              Contents: [
                { Key: 'level', Value: '' },
                { Key: 'text', Value: 'x'.repeat(100_000) },
              ],
            },
          ],
          Topic: 'tp',
          Source: '1.2.3.4',
          LogTags: [{ Key: 'host', Value: 'h1' }],
        },
      ],
    });
  });

  test('manages logstores', async () => {
    assert.equal(((await sdk.getProject('demo', { agent })) as { projectName: string }).projectName, 'demo');
    await sdk.createLogStore('demo', 'second', { ttl: 1, shardCount: 3 }, { agent });
    assert.deepEqual(await sdk.listLogStore('demo', {}, { agent }), {
      count: 2,
      total: 2,
      logstores: ['audit', 'second'],
    });
    const second = (await sdk.getLogStore('demo', 'second', { agent })) as { shardCount: number };
    assert.equal(second.shardCount, 3);
    await sdk.deleteLogStore('demo', 'second', { agent });
    await assert.rejects(sdk.getLogStore('demo', 'second', { agent }), { code: 'LogStoreNotExist' });
  });

  test('understands refusals', async () => {
    await assert.rejects(sdk.getProject('other', { agent }), { code: 'ProjectNotExist' });
    const wrong = newSdk(`127.0.0.1:${emulator.port}`, 'emulator', 'wrong');
    await assert.rejects(wrong.getProject('demo', { agent }), {
      code: 'SignatureNotMatch',
      requestid: /^[0-9A-F]{24}$/,
    });
    await assert.rejects(sdk.createLogStore('demo', 'audit', { shardCount: 1 }, { agent }), {
      code: 'LogStoreAlreadyExist',
    });
    await assert.rejects(sdk.getLogs('demo', 'audit', new Date(), new Date(), {}, { agent }), {
      code: 'InvalidMethod',
    });
  });
});
