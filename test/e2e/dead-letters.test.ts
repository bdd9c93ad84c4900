import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { DeadLetterStore } from '../../src/deadletter/store.js';
import { systemClock } from '../../src/flow/clock.js';
import { configOf, withEnds, type Ends } from '../support/emulator-ends.js';
import { temporaryDirectory } from '../support/temporary.js';
import { RelpServer } from '../support/relp-server.js';
import { encode } from '../support/oracle/log-group-list.js';

const MINUTE = 60_000;
const SHARDS = 4;
const EVENTS = 4000;
const PER_SHARD = EVENTS / SHARDS;

const sidecars = (directory: string): string[] =>
  existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.json')) : [];

async function untilLetters(directory: string): Promise<void> {
  while (sidecars(directory).length === 0) await delay(5);
}

const withLetters = (directory: string, more: object = {}): object => ({
  deadLetters: { directory, after: '1s' },
  ...more,
});

/** One shard's bodies arrive shortened, however often they are pulled. */
const damage = ({ emulator }: Ends): Promise<unknown> =>
  emulator.control('faults', { kind: 'cut', operation: 'PullLogs', shard: 0 });

test('what stays undecodable is put aside with a gap event, the other shards and then this one go on; kill -9 in between changes nothing', async () => {
  await withEnds({ logstore: { shards: SHARDS, preload: EVENTS } }, async (ends) => {
    const directory = join(temporaryDirectory('dead'), 'letters');
    await damage(ends);
    const slow = withLetters(directory, { checkpoint: { interval: '10m' } });
    const killed = ends.fleet.start(configOf(ends, { top: slow }));
    await untilLetters(directory);
    killed.kill('SIGKILL');
    await killed.exited;
    const before = sidecars(directory);

    const forwarder = ends.fleet.start(configOf(ends, { top: withLetters(directory) }));
    await forwarder.said('PUT ASIDE');
    await ends.receiver.waitFor({ unique: EVENTS - PER_SHARD }, MINUTE);
    await ends.emulator.control('append', { logstore: 'audit', events: 10, shard: 1 });
    await ends.receiver.waitFor({ unique: EVENTS - PER_SHARD + 10 }, MINUTE);
    forwarder.kill('SIGTERM');
    assert.deepEqual(await forwarder.exited, { code: 0, signal: null }, forwarder.text());
    assert.ok(before.every((name) => sidecars(directory).includes(name)));
    const told = (await ends.receiver.last(16)).filter((line) => line.includes('EVENTS MISSING'));
    assert.ok(told.length > 0 && told.every((line) => line.includes('reason=undecodable project=demo logstore=audit')));
    assert.deepEqual((await ends.receiver.stats()).parseFlaws, []);

    await ends.emulator.control('faults/clear');
    const after = ends.fleet.start(configOf(ends, { top: withLetters(directory) }));
    await ends.emulator.control('append', { logstore: 'audit', events: 10, shard: 0 });
    await ends.receiver.waitFor({ unique: EVENTS - PER_SHARD + 20 }, MINUTE);
    after.kill('SIGTERM');
    assert.equal((await after.exited).code, 0);
  });
});

test('no room for dead letters: the shard waits and says so, the others go on', async () => {
  await withEnds({ logstore: { shards: SHARDS, preload: 40_000 } }, async (ends) => {
    const directory = temporaryDirectory('dead');
    writeFileSync(join(directory, 'large'), Buffer.alloc(1024 * 1024));
    await damage(ends);
    const top = { deadLetters: { directory, after: '1s', maxBytes: '1MiB' } };
    const forwarder = ends.fleet.start(configOf(ends, { top }));
    await forwarder.line(({ code }) => code === 'DEAD_LETTER_REFUSED');
    await ends.receiver.waitFor({ unique: 30_000 }, MINUTE);
    assert.deepEqual(sidecars(directory), []);
    await ends.emulator.control('faults/clear');
    const { sequence } = await ends.receiver.waitFor({ unique: 40_000 }, MINUTE);
    assert.equal(sequence.lost + sequence.reordered, 0);
  });
});

test('events over the size budget are kept with a gap event; replay refuses them while they are too large, and sends them when not', async () => {
  await withEnds({ logstore: { shards: 2, profile: 'actiontrail', preload: 400 } }, async (ends) => {
    const directory = temporaryDirectory('dead');
    const change = (maxEventBytes: string): object =>
      configOf(ends, { destination: { maxEventBytes, oversize: 'deadLetter' }, top: withLetters(directory) });
    const small = ends.fleet.writeConfig(change('1300B'));
    const once = ends.fleet.run(['--config', small, '--once']);
    assert.deepEqual(await once.exited, { code: 0, signal: null }, once.text());
    const { sequence } = await ends.receiver.stats();
    assert.ok(sequence.unique > 0 && sequence.unique < 400, `${sequence.unique}`);
    const kept = sidecars(directory).map((name) => readFileSync(join(directory, name), 'utf8'));
    const missing = kept.reduce((sum, about) => sum + Number(/maxEventBytes: (\d+) events/.exec(about)?.[1]), 0);
    assert.equal(missing, 400 - sequence.unique);
    assert.match(once.text(), /"reason":"oversize".*"events":\d+/);

    const refused = ends.fleet.run(['replay', directory, '--config', small]);
    assert.equal((await refused.exited).code, 65, refused.text());
    assert.match(refused.text(), /stays: \d+ of its events are still larger than maxEventBytes/);
    const replay = ends.fleet.run(['replay', directory, '--config', ends.fleet.writeConfig(change('64KiB'))]);
    assert.equal((await replay.exited).code, 0, replay.text());
    assert.equal((await ends.receiver.stats()).sequence.unique, 400);
    assert.deepEqual(sidecars(directory), []);
  });
});

test('an event that a RELP receiver refuses for good is put aside with a gap event; replay sends it when it is welcome', async () => {
  await withEnds({ logstore: { shards: 2, preload: 2000 } }, async (ends) => {
    const directory = temporaryDirectory('dead');
    let picky = true;
    const siem = await RelpServer.listen({
      answer: (_, __, message) => (picky && /emu_seq=1-7(?!\d)/.test(message) ? 'refuse' : 'ok'),
    });
    try {
      const destination = { endpoints: [`relp://127.0.0.1:${siem.port}`] };
      const config = configOf(ends, { destination, top: withLetters(directory) });
      const forwarder = ends.fleet.start(config);
      const seen = (): Set<string | undefined> =>
        new Set(siem.messages.flat().map((message) => /emu_seq=(\d+-\d+)/.exec(message)?.[1]));
      const told = (): string[] => siem.messages.flat().filter((message) => message.includes('EVENTS MISSING'));
      while (seen().size < 2000 || told().length === 0) await delay(20);
      assert.ok(!seen().has('1-7') && seen().has('1-999') && seen().has('0-999'));
      assert.match(told()[0] ?? '', /refused by the receiver.*reason=refused project=demo logstore=audit shard=1 /);
      forwarder.kill('SIGTERM');
      assert.deepEqual(await forwarder.exited, { code: 0, signal: null }, forwarder.text());
      assert.equal(sidecars(directory).length, 1);

      picky = false;
      const replay = ends.fleet.run(['replay', directory, '--config', ends.fleet.writeConfig(config)]);
      assert.equal((await replay.exited).code, 0, replay.text());
      assert.ok(seen().has('1-7'));
      assert.deepEqual(sidecars(directory), []);
    } finally {
      await ends.fleet.end();
      await siem.close();
    }
  });
});

test('replay sends letters again and removes them; what can not be used stays, and says why', async () => {
  await withEnds({ logstore: { preload: 0 } }, async (ends) => {
    const directory = temporaryDirectory('dead');
    const settings = { directory, maxBytes: 1_000_000, retryMs: 0 };
    const box = (await DeadLetterStore.open(settings, systemClock)).box({
      name: 'main',
      project: 'demo',
      logstore: 'audit',
    });
    const text = (value: string): Uint8Array => Buffer.from(value);
    for (let shard = 0; shard < 20; shard++) {
      const contents = [{ key: text('emu_seq'), value: text(`${shard}-0`) }];
      const body = encode([{ logs: [{ time: 1_700_000_000, contents }], tags: [] }]);
      await box.keep({
        kind: 'batch',
        shard,
        cursor: 'a',
        nextCursor: 'b',
        reason: 'a bug',
        encoding: 'none',
        rawSize: body.length,
        body,
      });
    }
    const bad = await box.keep({
      kind: 'batch',
      shard: 99,
      cursor: 'a',
      nextCursor: 'b',
      reason: 'x',
      encoding: 'lz4',
      rawSize: 9,
      body: text('no'),
    });
    writeFileSync(join(directory, 'broken.json'), '{');
    const config = ends.fleet.writeConfig(configOf(ends));
    const replay = ends.fleet.run(['replay', directory, '--config', config]);
    assert.equal((await replay.exited).code, 65, replay.text());
    assert.ok(
      replay.output.some((line) => line.startsWith(`${bad} stays:`)),
      replay.text(),
    );
    assert.ok(replay.output.includes('broken stays: broken.json is not JSON'), replay.text());
    assert.ok(replay.output.includes('20 of 22 dead letters sent and removed'));
    assert.equal((await ends.receiver.stats()).sequence.unique, 20);
    assert.deepEqual(sidecars(directory).sort(), ['broken.json', `${bad}.json`].sort());

    const none = ends.fleet.run(['replay', join(directory, 'nowhere'), '--config', config]);
    assert.equal((await none.exited).code, 66, none.text());
  });
});

test('a replay whose receiver is away waits, and stops on SIGTERM with the letters still there', async () => {
  await withEnds({ logstore: { preload: 0 }, receiver: { mode: { kind: 'refusing' } } }, async (ends) => {
    const directory = temporaryDirectory('dead');
    const settings = { directory, maxBytes: 1_000_000, retryMs: 0 };
    const box = (await DeadLetterStore.open(settings, systemClock)).box({
      name: 'main',
      project: 'demo',
      logstore: 'audit',
    });
    const body = encode([{ logs: [{ time: 1_700_000_000, contents: [] }], tags: [] }]);
    await box.keep({
      kind: 'batch',
      shard: 0,
      cursor: 'a',
      nextCursor: 'b',
      reason: 'x',
      encoding: 'none',
      rawSize: body.length,
      body,
    });
    const replay = ends.fleet.run(['replay', directory, '--config', ends.fleet.writeConfig(configOf(ends))]);
    await replay.line(({ code }) => code === 'DIAL_FAILED');
    replay.kill('SIGTERM');
    assert.equal((await replay.exited).code, 75, replay.text());
    assert.equal(sidecars(directory).length, 1);
  });
});
