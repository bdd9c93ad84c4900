import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configOf, withEnds, type Ends } from '../support/emulator-ends.js';
import { send } from '../support/sls-request.js';

const MINUTE = 60_000;
/** What is under way when the group goes is read again. */
const AGAIN = 20_000;

const append = ({ emulator }: Ends, events: number): Promise<unknown> =>
  emulator.control('append', { logstore: 'audit', events });

async function deleteGroup({ emulator }: Ends): Promise<void> {
  const path = '/logstores/audit/consumergroups/siem';
  const { status } = await send(emulator.port, { method: 'DELETE', path });
  assert.equal(status, 200);
}

const WHERE = { pipeline: { start: 'end' } } as const;

test('consumer groups deleted while two processes read: made again where they were, nothing is lost', async () => {
  await withEnds({ logstore: { shards: 4, preload: 0 } }, async (ends) => {
    const names = ['one', 'two'];
    const fleet = names.map((consumer) =>
      ends.fleet.start(configOf(ends, { pipeline: { ...WHERE.pipeline, consumer } })),
    );
    for (const forwarder of fleet) await forwarder.said('shard acquired');
    let sent = 0;
    for (let round = 0; round < 2; round++) {
      for (const when of ['before', 'during', 'after']) {
        await append(ends, AGAIN);
        sent += AGAIN;
        if (when === 'before') await ends.receiver.waitFor({ unique: sent }, MINUTE);
        if (when === 'during') await deleteGroup(ends);
      }
      await ends.receiver.waitFor({ unique: sent }, MINUTE);
    }
    const { sequence } = await ends.receiver.waitFor({ unique: sent }, MINUTE);
    assert.equal(sequence.lost, 0);
    const lines = fleet.flatMap((forwarder) => forwarder.lines.filter(({ msg }) => msg.includes('is made again')));
    assert.ok(lines.length >= 2, 'said each time');
    for (const forwarder of fleet) {
      forwarder.kill('SIGTERM');
      assert.equal((await forwarder.exited).code, 0, forwarder.text());
    }
  });
});

test('a logstore deleted and made again while it is read is read from its beginning', async () => {
  await withEnds({ logstore: { shards: 4, preload: 20_000 } }, async (ends) => {
    const forwarder = ends.fleet.start(configOf(ends, { pipeline: { start: '-2h', onExpiredCursor: 'fail' } }));
    await ends.receiver.waitFor({ unique: 20_000 }, MINUTE);
    await ends.emulator.control('logstores/delete', { logstore: 'audit' });
    await forwarder.line(({ code }) => code === 'SLS_NOT_FOUND');
    await ends.receiver.reset();
    await ends.emulator.control('logstores/create', {
      logstore: 'audit',
      profile: 'vpcflow',
      shards: 2,
      preload: 10_000,
    });
    await append(ends, 5000);
    const { sequence } = await ends.receiver.waitFor({ unique: 15_000 }, MINUTE);
    assert.equal(sequence.lost, 0);
    await forwarder.said('the logstore was deleted and made again');
    forwarder.kill('SIGTERM');
    assert.equal((await forwarder.exited).code, 0, forwarder.text());
  });
});
