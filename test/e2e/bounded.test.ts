import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configOf, withEnds } from '../support/emulator-ends.js';

const MINUTE = 60_000;
const LIVE = { logstore: { shards: 3, preload: 3000, ratePerSecond: 300 } } as const;

test('--once reads every shard up to its end at start, commits and exits 0 while logs go on coming', async () => {
  await withEnds(LIVE, async ({ emulator, receiver, fleet }) => {
    const config = fleet.writeConfig(configOf({ emulator, receiver }));
    const first = fleet.run(['--config', config, '--once']);
    assert.deepEqual(await first.exited, { code: 0, signal: null }, first.text());
    await first.said('every shard was read to its end');
    const { sequence } = await receiver.waitFor({ unique: 3000 }, MINUTE);
    assert.equal(sequence.lost + sequence.duplicates + sequence.reordered, 0);
    const second = fleet.run(['--config', config, '--once']);
    assert.equal((await second.exited).code, 0, second.text());
    const after = (await receiver.stats()).sequence;
    assert.ok(after.unique > sequence.unique, 'goes on where the first ended');
    assert.equal(after.lost + after.duplicates + after.reordered, 0);
  });
});

test('--from and --to read what was received between two moments, and nothing else', async () => {
  // The emulator's preloaded logs were received over the hour before its start.
  await withEnds({ logstore: { shards: 2, preload: 6000 } }, async ({ emulator, receiver, fleet }) => {
    const config = fleet.writeConfig(configOf({ emulator, receiver }));
    const half = fleet.run(['--config', config, '--from', '-2h', '--to', '-30m']);
    assert.equal((await half.exited).code, 0, half.text());
    const { unique } = (await receiver.stats()).sequence;
    assert.ok(unique > 2400 && unique < 3600, `${unique} of 6000 events in the first half hour`);
    const rest = fleet.run(['run', '--config', config, '--once']);
    assert.equal((await rest.exited).code, 0, rest.text());
    const { sequence } = await receiver.stats();
    assert.deepEqual(sequence, { received: 6000, unique: 6000, lost: 0, duplicates: 0, reordered: 0 });
  });
});

test('a pipeline that can not start neither stops nor delays the others; with none left the program ends', async () => {
  await withEnds({ logstore: { shards: 2, preload: 2000 } }, async (ends) => {
    const config = configOf(ends) as { pipelines: object[] };
    const absent = { ...config.pipelines[0], name: 'absent', logstore: 'no-such-logstore' };
    const forwarder = ends.fleet.start({ ...config, pipelines: [absent, ...config.pipelines] });
    await ends.receiver.waitFor({ unique: 2000 }, MINUTE);
    const line = await forwarder.line(({ code }) => code === 'SLS_NOT_FOUND');
    assert.deepEqual([line['pipeline'], line.level], ['absent', 'error']);
    forwarder.kill('SIGTERM');
    assert.equal((await forwarder.exited).code, 0, forwarder.text());
    const nobody = ends.fleet.start({
      ...config,
      pipelines: [absent, { ...absent, name: 'too', consumerGroup: 'g2' }],
    });
    assert.equal((await nobody.exited).code, 78, nobody.text());
  });
});

test('--once again, within the timeout of the group and without a name in the config, does not wait for its own former name', async () => {
  await withEnds(LIVE, async (ends) => {
    const pipeline = {
      consumer: '',
      consumerGroup: `g-${process.pid}`,
      heartbeat: { interval: '500ms', timeout: '120s' },
    };
    const config = ends.fleet.writeConfig(configOf(ends, { pipeline }));
    for (let run = 0; run < 3; run++) {
      const forwarder = ends.fleet.run(['--config', config, '--once']);
      // The group's timeout is as long as this test may take: a run that waited for it would not end.
      assert.equal((await forwarder.exited).code, 0, forwarder.text());
      assert.equal(forwarder.lines.filter(({ msg }) => msg === 'shard released').length, 3, 'all shards, each time');
    }
    const { sequence } = await ends.receiver.stats();
    assert.equal(sequence.lost + sequence.duplicates + sequence.reordered, 0);
  });
});
