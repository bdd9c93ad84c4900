import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { configOf, withEnds } from '../support/emulator-ends.js';
import { temporaryDirectory } from '../support/temporary.js';

const ROLE = 'acs:ram::1234567890123456:role/siem-reader';
const EVENTS = 20_000;

test('over HTTPS with V4, as a role that a profile leads to, filtered by a consume processor: every event once', async () => {
  const directory = temporaryDirectory();
  const options = {
    logstore: { shards: 3, preload: EVENTS },
    emulator: { region: 'cn-hangzhou', tls: {}, roles: [{ arn: ROLE, externalId: 'ext' }] },
  };
  await withEnds(options, async ({ emulator, receiver, fleet }) => {
    const ca = join(directory, 'ca.pem');
    writeFileSync(ca, emulator.ca ?? '');
    const profiles = [
      { name: 'base', mode: 'AK', access_key_id: 'emulator', access_key_secret: 'emulator' },
      { name: 'me', mode: 'ChainableRamRoleArn', source_profile: 'base', ram_role_arn: ROLE, external_id: 'ext' },
    ];
    const file = join(directory, 'config.json');
    writeFileSync(file, JSON.stringify({ current: 'me', profiles }));
    await emulator.control('processor', { name: 'accepted', spl: "* | where action != 'REJECT'" });
    const source = {
      signature: 'v4',
      region: 'cn-hangzhou',
      credentials: { source: 'profile', file, stsEndpoint: emulator.endpoint },
    };
    const run = async (pipeline: object, env: Record<string, string>) => {
      const config = fleet.writeConfig(configOf({ emulator, receiver }, { source, pipeline }));
      const once = fleet.run(['--config', config, '--once'], env);
      return { code: (await once.exited).code, text: once.text() };
    };
    const untrusted = fleet.start(configOf({ emulator, receiver }, { source, pipeline: { consumerGroup: 'no' } }));
    assert.match(
      (await untrusted.said('is not trusted')).msg,
      /certificate of .* is not trusted .*NODE_EXTRA_CA_CERTS/,
    );
    const trusted = { NODE_EXTRA_CA_CERTS: ca };
    const whole = await run({}, trusted);
    assert.equal(whole.code, 0, whole.text);
    const { sequence } = await receiver.stats();
    assert.deepEqual([sequence.unique, sequence.duplicates, sequence.lost], [EVENTS, 0, 0]);
    const filtered = await run({ consumerGroup: 'filtered', processor: 'accepted' }, trusted);
    assert.equal(filtered.code, 0, filtered.text);
    const more = (await receiver.stats()).sequence.received - EVENTS;
    assert.ok(more > EVENTS / 2 && more < EVENTS, `${more} of ${EVENTS}`);
    const { requests } = (await emulator.control('stats')) as { requests: Record<string, Record<string, number>> };
    assert.ok((requests['AssumeRole']?.['200'] ?? 0) >= 2);
  });
});
