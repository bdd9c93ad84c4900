import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ReceiverMode } from '../../src/emulator/receiver/contract.js';
import { LOGS_PER_GROUP } from '../../src/emulator/sls/profiles/index.js';
import { configOf, withEnds, type Ends } from '../support/emulator-ends.js';
import type { ForwarderProcess } from '../support/forwarder.js';

const MINUTE = 60_000;
const EVENTS = 20_000;
const DEADLINE_MS = 1500;
/** What a busy machine may be late by. */
const LATE_MS = 4000;
/** The only commit is the one of the stop. */
const AT_THE_STOP = { checkpoint: { interval: '10m' }, admin: { listen: '127.0.0.1:0' } };

async function untilCounted(forwarder: ForwarderProcess, counter: string, least: number): Promise<void> {
  const { msg } = await forwarder.said('metrics and health at');
  const url = `${/http:\S+/.exec(msg)?.[0] ?? ''}/metrics`;
  const line = new RegExp(`^forwarder_${counter}_total\\{[^}]*\\} (\\d+)`, 'm');
  for (let count = 0; count < least;) {
    await delay(20);
    const text = await (await fetch(url)).text();
    count = Number(line.exec(text)?.[1] ?? 0);
  }
}

/** Half of the events are settled; then something breaks, and the other half comes. */
async function half(ends: Ends, breaks: () => Promise<unknown>): Promise<ForwarderProcess> {
  const top = { ...AT_THE_STOP, shutdown: { timeout: `${DEADLINE_MS}ms` } };
  const forwarder = ends.fleet.start(configOf(ends, { top }));
  await untilCounted(forwarder, 'settled_events', EVENTS / 2);
  await breaks();
  await ends.emulator.control('append', { logstore: 'audit', events: EVENTS / 2 });
  return forwarder;
}

async function askToStop(forwarder: ForwarderProcess): Promise<void> {
  forwarder.kill('SIGTERM');
  await forwarder.said('stopping');
}

/** The forwarder takes what follows its first signal more closely for its echo. */
const ONE_WISH_MS = 200;

/** One signal more, and no other: one that comes when nobody listens any more would end it by itself. */
async function stopNow(forwarder: ForwarderProcess): Promise<void> {
  await askToStop(forwarder);
  await delay(ONE_WISH_MS + 1);
  forwarder.kill('SIGTERM');
}

/** Starts again with everything well: all arrives, and of what was settled before nothing comes again. */
async function goesOn(ends: Ends): Promise<void> {
  const forwarder = ends.fleet.start(configOf(ends));
  const { sequence } = await ends.receiver.waitFor({ unique: EVENTS }, MINUTE);
  forwarder.kill('SIGTERM');
  assert.deepEqual(await forwarder.exited, { code: 0, signal: null }, forwarder.text());
  assert.equal(sequence.lost + sequence.reordered, 0);
  assert.ok(sequence.duplicates <= EVENTS / 2, `${sequence.duplicates} duplicates`);
}

const FAULTS: readonly ReceiverMode[] = [
  { kind: 'refusing' },
  { kind: 'stalled' },
  { kind: 'slow', bytesPerSecond: 10_000 },
  { kind: 'resetting', afterBytes: 20_000 },
];

for (const mode of FAULTS) {
  test(`a stop while the receiver is ${mode.kind} ends by its deadline and commits what is settled`, async () => {
    await withEnds({ logstore: { preload: EVENTS / 2 } }, async (ends) => {
      const forwarder = await half(ends, () => ends.receiver.setMode(mode));
      const began = performance.now();
      forwarder.kill('SIGTERM');
      const { code } = await forwarder.exited;
      assert.ok(performance.now() - began < DEADLINE_MS + LATE_MS);
      assert.ok(code === 0 || code === 75, forwarder.text());
      await ends.receiver.setMode({ kind: 'normal' });
      await goesOn(ends);
    });
  });
}

test('a second signal commits the watermark before it ends', async () => {
  await withEnds({ logstore: { preload: EVENTS / 2 } }, async (ends) => {
    const forwarder = await half(ends, () => ends.receiver.setMode({ kind: 'refusing' }));
    await untilCounted(forwarder, 'log_groups', EVENTS / 2 / LOGS_PER_GROUP + 1);
    await stopNow(forwarder);
    assert.deepEqual(await forwarder.exited, { code: 75, signal: null }, forwarder.text());
    await ends.receiver.setMode({ kind: 'normal' });
    await goesOn(ends);
  });
});

test('a stop while the Log Service is away ends all the same; what could not be committed comes again', async () => {
  await withEnds({ logstore: { preload: EVENTS / 2 } }, async (ends) => {
    const forwarder = await half(ends, () => ends.emulator.control('faults', { kind: 'reset' }));
    const began = performance.now();
    forwarder.kill('SIGTERM');
    const { code } = await forwarder.exited;
    assert.ok(performance.now() - began < DEADLINE_MS + LATE_MS);
    assert.ok(code === 0 || code === 75, forwarder.text());
    await ends.emulator.control('faults/clear');
    await goesOn(ends);
  });
});

test('commits that hang do not make a stop outlast its time', async () => {
  await withEnds({ logstore: { preload: EVENTS } }, async (ends) => {
    const timeoutMs = 6000;
    const forwarder = ends.fleet.start(
      configOf(ends, { top: { ...AT_THE_STOP, shutdown: { timeout: `${timeoutMs}ms` } } }),
    );
    await untilCounted(forwarder, 'settled_events', EVENTS);
    await ends.emulator.control('faults', { kind: 'hang', operation: 'UpdateCheckpoint' });
    const began = performance.now();
    forwarder.kill('SIGTERM');
    assert.deepEqual(await forwarder.exited, { code: 75, signal: null }, forwarder.text());
    const tookMs = performance.now() - began;
    assert.ok(tookMs < timeoutMs + 1000, `${Math.round(tookMs)} ms`);
  });
});

/** Loaded into every thread of the forwarder: its formatter threads never come back from the first batch they are given. */
const HANGING = `import { isMainThread } from 'node:worker_threads';
const { set } = Uint8Array.prototype;
if (!isMainThread) Uint8Array.prototype.set = function (bytes, at) {
  if (bytes.length > 10_000) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  return set.call(this, bytes, at);
};`;

for (const [name, timeout, stop] of [
  ['deadline', `${DEADLINE_MS}ms`, askToStop],
  ['second signal', '5m', stopNow],
] as const) {
  test(`a formatter thread that never answers does not hold up a stop beyond its ${name}`, async () => {
    await withEnds({ logstore: { preload: EVENTS } }, async (ends) => {
      const env = { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(HANGING)}"` };
      const forwarder = ends.fleet.start(configOf(ends, { top: { ...AT_THE_STOP, shutdown: { timeout } } }), env);
      await untilCounted(forwarder, 'pulls', 4);
      const began = performance.now();
      await stop(forwarder);
      assert.deepEqual(await forwarder.exited, { code: 75, signal: null }, forwarder.text());
      assert.ok(performance.now() - began < DEADLINE_MS + LATE_MS);
      assert.equal((await ends.receiver.stats()).sequence.received, 0);
    });
  });
}
