import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadSync } from 'protobufjs';
import { ShardGenerator } from '../../../src/emulator/sls/generator.js';
import { LogGroupWriter } from '../../../src/emulator/sls/log-group-writer.js';
import { PROFILE_NAMES, type ProfileName } from '../../../src/emulator/sls/profiles/index.js';

interface Group {
  readonly Topic: string;
  readonly Source: string;
  readonly LogTags?: readonly { readonly Key: string }[];
  readonly Logs: readonly { readonly Time: number; readonly Contents: readonly { Key: string; Value: string }[] }[];
}

const list = loadSync(fileURLToPath(import.meta.resolve('@alicloud/log/lib/sls.proto'))).lookupType('sls.LogGroupList');
const NOW = 1_700_000_000_123;

function encode(profile: ProfileName, seed: number, live = false): Buffer {
  const writer = new LogGroupWriter();
  new ShardGenerator({ profile, seed }, 2).write(writer, 40, 10, NOW, live);
  return Buffer.from(writer.out.view());
}

function decode(bytes: Buffer): Group {
  return (list.decode(bytes).toJSON() as { logGroupList: [Group] }).logGroupList[0];
}

/** Fields that hold JSON in the real thing. */
const NESTED: Partial<Record<ProfileName, readonly string[]>> = {
  actiontrail: ['event'],
  k8saudit: ['user', 'sourceIPs', 'objectRef', 'responseStatus', 'requestObject', 'annotations'],
};

for (const profile of PROFILE_NAMES) {
  test(`${profile}: equal seeds give equal logs, other seeds others`, () => {
    assert.ok(encode(profile, 1).equals(encode(profile, 1)));
    assert.ok(!encode(profile, 1).equals(encode(profile, 2)));
  });

  test(`${profile}: complete logs, numbered, with a time`, () => {
    const group = decode(encode(profile, 1, true));
    assert.equal(group.Logs.length, 10);
    assert.ok(group.Topic.length > 0 && group.Source.length > 0);
    group.Logs.forEach((log, index) => {
      const fields = new Map(log.Contents.map(({ Key, Value }) => [Key, Value]));
      assert.equal(fields.size, log.Contents.length, 'no field twice');
      assert.equal(fields.get('emu_seq'), `2-${40 + index}`);
      assert.equal(fields.get('emu_ts'), String(NOW));
      assert.equal(log.Time, Math.floor(NOW / 1000));
      for (const key of NESTED[profile] ?? []) assert.equal(typeof JSON.parse(fields.get(key) ?? ''), 'object');
    });
  });
}

test('sizes are those of real logs', () => {
  const perLog = (profile: ProfileName): number => encode(profile, 1).length / 10;
  assert.ok(perLog('vpcflow') > 350 && perLog('vpcflow') < 550);
  assert.ok(perLog('actiontrail') > 1000 && perLog('actiontrail') < 1500);
  const fields = decode(encode('vpcflow', 1)).Logs[0]!.Contents.length;
  assert.ok(fields >= 19 && fields <= 21);
});

test('what Logtail collects carries its tags', () => {
  const tags = decode(encode('k8saudit', 1)).LogTags?.map(({ Key }) => Key);
  assert.deepEqual(tags, ['__client_ip__', '__receive_time__', '__hostname__', '__path__', '__pack_id__']);
});
