import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { configOf, withEnds } from '../support/emulator-ends.js';

const MINUTE = 60_000;

interface View {
  readonly shard: number;
  readonly behindSeconds: number;
  readonly checkpoint: string;
  readonly consumer: string;
}

test('checkpoints are shown, exported, set and imported; not while somebody reads', async () => {
  await withEnds({ logstore: { shards: 2, preload: 2000 } }, async (ends) => {
    const { fleet, receiver } = ends;
    const heartbeat = { interval: '300ms', timeout: '2s' };
    const config = fleet.writeConfig(configOf(ends, { pipeline: { consumer: 'reader', heartbeat } }));
    const checkpoint = async (...args: string[]): Promise<{ code: number | null; text: string }> => {
      const ran = fleet.run(['checkpoint', ...args, '--config', config]);
      const { code } = await ran.exited;
      return { code, text: ran.output.join('\n') };
    };
    const forwarder = fleet.run(['--config', config]);
    await receiver.waitFor({ unique: 2000 }, MINUTE);
    const refused = await checkpoint('set', '--shard', 'all', '--to', 'begin');
    assert.equal(refused.code, 75, refused.text);
    assert.match(refused.text, /nothing was changed: reader reads in this consumer group/);
    forwarder.kill('SIGTERM');
    assert.equal((await forwarder.exited).code, 0);

    const { text } = await checkpoint('show', '--json');
    const views = JSON.parse(text) as View[];
    assert.deepEqual(
      views.map(({ shard, behindSeconds, consumer }) => ({ shard, behindSeconds, consumer })),
      [0, 1].map((shard) => ({ shard, behindSeconds: 0, consumer: 'reader' })),
    );
    assert.match(
      (await checkpoint('show')).text,
      /demo\/audit, consumer group siem\nshard +status +position[^\n]*\n0 +readwrite .* at the end/,
    );
    const exported = (await checkpoint('export')).text;

    let set = await checkpoint('set', '--shard', '1', '--to', 'begin');
    for (; set.code === 75; set = await checkpoint('set', '--shard', '1', '--to', 'begin'));
    assert.deepEqual(set, { code: 0, text: '1 checkpoint set' });
    const once = fleet.run(['--config', config, '--once']);
    assert.equal((await once.exited).code, 0, once.text());
    assert.equal((await receiver.stats()).sequence.duplicates, 1000, 'shard 1 was read again');

    const file = `${config}.json`;
    assert.deepEqual(await checkpoint('export', file), { code: 0, text: `exported to ${file}` });
    assert.equal(readFileSync(file, 'utf8').trim(), exported.trim());
    const nowhere = await checkpoint('export', `${config}/x.json`);
    assert.equal(nowhere.code, 64);
    assert.match(nowhere.text, /can't write ".*\/x\.json": a part of the path is not a directory$/);
    assert.match(
      (await checkpoint('export', '/nowhere/x.json')).text,
      /"\/nowhere\/x\.json": there is no such directory$/,
    );
    assert.match((await checkpoint('export', '/dev/full')).text, /can't write "\/dev\/full": the disk is full$/);
    assert.equal((await checkpoint('show', file)).code, 64);

    await checkpoint('set', '--shard', 'all', '--to', 'begin', '--force');
    assert.deepEqual(await checkpoint('import', file, '--force'), { code: 0, text: '2 checkpoints set' });
    const restored = JSON.parse((await checkpoint('show', '--json')).text) as View[];
    assert.deepEqual(
      restored.map((view) => view.checkpoint),
      views.map((view) => view.checkpoint),
    );
    writeFileSync(file, exported.replace('"audit"', '"other"'));
    const foreign = await checkpoint('import', file, '--force');
    assert.equal(foreign.code, 78);
    assert.match(foreign.text, /cursors mean nothing in demo\/audit/);
    const garbage = await checkpoint('set', '--shard', '0', '--to', 'MTIzNDU2Nzg5MA==', '--force');
    assert.equal(garbage.code, 65, garbage.text);
    assert.equal((await checkpoint('set', '--shard', '0')).code, 64);
  });
});
