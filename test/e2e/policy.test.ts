import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ACTIONS } from '../../src/emulator/sls/ram-actions.js';
import type { RamPolicy } from '../../src/emulator/sls/ram-policy.js';
import { configOf, withEnds } from '../support/emulator-ends.js';

const cli = fileURLToPath(new URL('../../src/cli.js', import.meta.url));
const ROLE = 'acs:ram::1234567890123456:role/siem-reader';
const EVENTS = 5_000;
const SOURCE = {
  signature: 'v4',
  region: 'cn-hangzhou',
  credentials: { accessKeyId: 'emulator', accessKeySecret: 'emulator', assumeRole: { roleArn: ROLE } },
};

/** What the command prints for a pipeline that reads these as the group `siem`. */
function policyOf(names: object): RamPolicy {
  const pipeline = { name: 'main', ...names, consumerGroup: 'siem', destination: 'siem' };
  const input = JSON.stringify({
    sources: { main: { endpoint: 'cn-hangzhou', ...SOURCE } },
    pipelines: [pipeline],
    destinations: { siem: { endpoints: ['tcp://127.0.0.1:514'] } },
  });
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'policy', '-c', '-'], { input });
  assert.equal(status, 0, String(stderr));
  return JSON.parse(String(stdout)) as RamPolicy;
}

for (const [what, names] of [
  ['names', { project: 'demo', logstore: 'audit' }],
  ['patterns', { project: 'de*', logstore: ['au*', '!autumn'] }],
] as const) {
  test(`${what}: with the rights of forwarder policy, and no others, a run reads everything; it uses every one of them`, async () => {
    const policy = policyOf(names);
    const options = {
      logstore: { shards: 2, preload: EVENTS },
      emulator: { region: 'cn-hangzhou', roles: [{ arn: ROLE, policy }] },
    };
    await withEnds(options, async ({ emulator, receiver, fleet }) => {
      const credentials = { ...SOURCE.credentials, stsEndpoint: emulator.endpoint };
      const source = { ...SOURCE, credentials };
      const forwarder = fleet.start(configOf({ emulator, receiver }, { source, pipeline: names }));
      await receiver.waitFor({ unique: EVENTS }, 60_000);
      forwarder.kill('SIGTERM');
      assert.deepEqual(await forwarder.exited, { code: 0, signal: null }, forwarder.text());

      const { requests } = (await emulator.control('stats')) as { requests: Record<string, Record<string, number>> };
      const refused = Object.entries(requests).filter(([, outcomes]) => '401' in outcomes);
      assert.deepEqual(refused, []);
      const used = new Set(Object.keys(requests).map((operation) => ACTIONS[operation as keyof typeof ACTIONS]));
      const given = policy.Statement.flatMap(({ Action }) => Action);
      assert.deepEqual(
        given.filter((action) => !used.has(action)),
        [],
      );
    });
  });
}
