import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNLIMITED } from '../../../src/delivery/pace.js';
import { always, batch, endpointAt, expectedFrames, listening, opened } from './support.js';

async function limited(eps: number, burst: number, receiver: Parameters<typeof listening>[0] = {}) {
  const siem = await listening(receiver);
  const rate = { ...UNLIMITED, eps, burst };
  const { destination } = opened({ endpoints: [endpointAt(siem.port)], rate });
  return { siem, destination };
}

test('a batch far larger than the burst is spread over time, and every event arrives', async () => {
  const { siem, destination } = await limited(2_000, 50);
  const started = performance.now();
  const sent = destination.openRoute(always).send(batch(0, 0, 500));
  await siem.until(() => siem.bytes >= 100 * 100);
  assert.ok(siem.bytes < 400 * 100, 'the rest waits');
  await sent;
  const seconds = (performance.now() - started) / 1_000;
  assert.ok(seconds >= 450 / 2_000, `${seconds} s`);
  assert.deepEqual(siem.frames(), [expectedFrames(0, 1, 500)]);
  assert.equal(destination.snapshot().rate.limitEps, 2_000);
});

test('a connection lost while its batch waits for the limit is replaced, and a hard stop does not wait', async () => {
  const { siem, destination } = await limited(10, 10, {
    onSocket: (socket, index) => {
      if (index === 0) socket.once('data', () => socket.resetAndDestroy());
    },
  });
  const rejected = assert.rejects(destination.openRoute(always).send(batch(0, 0, 1_000)), { code: 'ABANDONED' });
  await siem.until(() => siem.sockets.length === 2);
  await destination.closeHard();
  await rejected;
});
