import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModeSink, scenario } from '../support/chaos.js';
import { Hosts, SmallDisk } from '../support/mounts.js';

const NAME = 'siem.test';
const PADDING = 466;

scenario('the name of the receiver gets another address', {}, async (chaos) => {
  const before = await ModeSink.start({ listen: 'tcp://127.0.0.2:0' });
  const { port } = before.receiver;
  const after = await ModeSink.start({ listen: `tcp://127.0.0.3:${port}` });
  chaos.receivesAt([before, after]);
  const hosts = new Hosts(NAME, '127.0.0.2');
  const { problem } = hosts;
  if (problem !== undefined) {
    chaos.t.skip(`no mount namespace: ${problem}`);
    return;
  }
  const destination = { endpoints: [`tcp://${NAME}:${port}`], resolveInterval: '1s' };
  const forwarder = chaos.fleet.start(chaos.config({ destination }), {}, hosts.prefix);
  await chaos.flow(10_000);
  assert.equal((await after.tally()).received, 0);
  await chaos.fault(async () => {
    hosts.set(NAME, '127.0.0.3');
    await forwarder.line(({ reason }) => reason === 'moved');
  });
  await chaos.flow(5000);
  assert.ok((await after.tally()).received > 0);
  await chaos.settle(forwarder);
});

scenario('the disk for dead letters is full, and later is not', { rate: 500, preload: 4000 }, async (chaos) => {
  const sink = await ModeSink.start();
  chaos.receivesAt([sink]);
  const disk = new SmallDisk();
  const problem = disk.open('4m');
  if (problem !== undefined) {
    chaos.t.skip(`no file system of its own: ${problem}`);
    return;
  }
  try {
    const filler = join(disk.directory, 'filler');
    writeFileSync(filler, Buffer.alloc(4 * 1024 * 1024 - 8192));
    const config = (maxEventBytes: string): object =>
      chaos.config({
        // Some of the events are larger than a kibibyte with this.
        pipeline: { format: { structuredData: { 'pad@32473': { pad: 'x'.repeat(PADDING) } } } },
        destination: { maxEventBytes, oversize: 'deadLetter' },
        top: { deadLetters: { directory: disk.directory } },
      });
    const forwarder = chaos.fleet.start(config('1KiB'));
    const said = await forwarder.line(({ code }) => code === 'DEAD_LETTER_REFUSED');
    assert.match(said.msg, /THE SHARD WAITS: .*the disk is full/);
    const waiting = (await chaos.quiet()).unique;
    await chaos.fault(async () => {
      rmSync(filler);
      await forwarder.said('PUT ASIDE');
    });
    await chaos.reach(waiting + 500);
    const events = await chaos.still();
    await chaos.quiet();
    chaos.checkMemory(forwarder);
    forwarder.kill('SIGTERM');
    assert.deepEqual(await forwarder.exited, { code: 0, signal: null }, forwarder.text());
    const before = await chaos.tally();
    assert.equal(before.reordered, 0);
    assert.ok(before.unique < events, 'some are put aside');
    const replay = chaos.fleet.run(['replay', disk.directory, '--config', chaos.fleet.writeConfig(config('64KiB'))]);
    assert.equal((await replay.exited).code, 0, replay.text());
    const { unique, duplicates } = await chaos.reach(events);
    assert.equal(unique, events);
    chaos.tell(`${events} events, 0 lost, ${events - before.unique} of them by replay, ${duplicates} duplicates`);
  } finally {
    disk.close();
  }
});
