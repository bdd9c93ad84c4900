import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configOf, withEnds, type ConfigChange } from '../support/emulator-ends.js';

const MINUTE = 60_000;
const wrongSecret = { credentials: { accessKeyId: 'emulator', accessKeySecret: 'not-the-secret' } };

const MISTAKES: readonly (readonly [what: string, change: ConfigChange, exit: number, said: RegExp])[] = [
  ['a wrong secret', { source: wrongSecret }, 77, /signature|credential|AccessKey/i],
  ['an unknown key id', { source: { credentials: { accessKeyId: 'nobody', accessKeySecret: 'x' } } }, 77, /AccessKey/i],
  ['a project that does not exist', { pipeline: { project: 'elsewhere' } }, 78, /elsewhere/],
  ['a logstore that does not exist', { pipeline: { logstore: 'nothing' } }, 78, /nothing/],
];

test('what an operator must mend ends the start with one clear line and its exit code', async () => {
  await withEnds({ logstore: { preload: 10 } }, async (ends) => {
    for (const [what, change, exit, said] of MISTAKES) {
      const forwarder = ends.fleet.start(configOf(ends, change));
      assert.deepEqual(await forwarder.exited, { code: exit, signal: null }, `${what}:\n${forwarder.text()}`);
      const errors = forwarder.lines.filter(({ level }) => level === 'error');
      assert.equal(errors.length, 1, `${what}:\n${forwarder.text()}`);
      assert.match(errors[0]!.msg, said, what);
      assert.deepEqual(forwarder.output, [], 'no stack trace');
      assert.ok(!forwarder.text().includes('not-the-secret'));
    }
  });
});

test('a service that is away is waited for', async () => {
  await withEnds({ logstore: { preload: 10 } }, async (ends) => {
    await ends.emulator.control('faults', { kind: 'reset' });
    const forwarder = ends.fleet.start(configOf(ends));
    await forwarder.line(({ code }) => code === 'SLS_NETWORK');
    await ends.emulator.control('faults/clear');
    await ends.receiver.waitFor({ unique: 10 }, MINUTE);
  });
});

test('a receiver that takes nothing can hold a stop up only until its deadline', async () => {
  await withEnds({ logstore: { preload: 60_000 }, receiver: { mode: { kind: 'stalled' } } }, async (ends) => {
    const forwarder = ends.fleet.start(configOf(ends, { top: { shutdown: { timeout: '1s' } } }));
    await ends.receiver.waitFor({ connections: 2 }, MINUTE);
    forwarder.kill('SIGINT');
    assert.deepEqual(await forwarder.exited, { code: 75, signal: null }, forwarder.text());
    await ends.receiver.setMode({ kind: 'normal' });
    ends.fleet.start(configOf(ends));
    const { sequence } = await ends.receiver.waitFor({ unique: 60_000 }, MINUTE);
    assert.equal(sequence.lost, 0);
  });
});
