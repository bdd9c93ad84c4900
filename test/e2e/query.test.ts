import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configOf, withEnds, type Ends } from '../support/emulator-ends.js';

const EVENTS = 20_000;

/** Reads the logstore once with a group of its own. @returns events that came */
async function readOnce({ emulator, receiver, fleet }: Ends, consumerGroup: string, query: string): Promise<number> {
  const before = (await receiver.stats()).sequence.received;
  const config = configOf({ emulator, receiver }, { pipeline: { consumerGroup, query } });
  const once = fleet.run(['--config', fleet.writeConfig(config), '--once']);
  assert.equal((await once.exited).code, 0, once.text());
  return (await receiver.stats()).sequence.received - before;
}

test('a query is run by the service: what it leaves out never comes, and shards end although nothing is left', async () => {
  await withEnds({ logstore: { shards: 3, preload: EVENTS } }, async (ends) => {
    const rejected = await readOnce(ends, 'rejected', "* | where action = 'REJECT'");
    const others = await readOnce(ends, 'others', "* | where action != 'REJECT'");
    assert.ok(rejected > EVENTS / 6 && rejected < EVENTS / 3, `${rejected} of ${EVENTS}`);
    assert.equal(rejected + others, EVENTS);
    assert.equal(await readOnce(ends, 'nothing', "* | where action = 'NEITHER'"), 0);
    const { logstores } = (await ends.emulator.control('stats')) as {
      logstores: { audit: { shards: Record<string, { endCursor: string }> } };
    };
    const groups = (await ends.emulator.control('groups', { logstore: 'audit' })) as {
      name: string;
      shards: { shard: number; checkpoint: string }[];
    }[];
    for (const { shard, checkpoint } of groups.find(({ name }) => name === 'nothing')?.shards ?? []) {
      assert.equal(checkpoint, logstores.audit.shards[String(shard)]?.endCursor, `shard ${shard}`);
    }
  });
});

test('a query the service does not understand ends the start with its words', async () => {
  await withEnds({ logstore: { shards: 1, preload: 10 } }, async (ends) => {
    const config = configOf(ends, { pipeline: { query: '* | extend' } });
    const forwarder = ends.fleet.start(config);
    const line = await forwarder.said('ParameterInvalid');
    assert.match(line.msg, /pull from shard 0 of demo\/audit: refused with 400 .*SPL/);
  });
});
