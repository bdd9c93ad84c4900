import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import type { Guarantee } from '../../../src/delivery/delivery-settings.js';
import {
  always,
  batch,
  endpointAt,
  eventually,
  expectedFrames,
  firstSeen,
  freePort,
  listening,
  opened,
  soon,
} from './support.js';

const isAbandoned = (error: unknown): boolean => error instanceof ForwarderError && error.code === 'ABANDONED';

for (const guarantee of ['written', 'acked', 'settled'] satisfies Guarantee[]) {
  test(`guarantee ${guarantee}: every frame arrives once, in the order of the calls, and end leaves nothing`, async () => {
    const siem = await listening();
    const { destination } = opened({ endpoints: [endpointAt(siem.port)], guarantee });
    const route = destination.openRoute(always);
    const sent = Array.from({ length: 50 }, (_, seq) => route.send(batch(1, seq)));
    await Promise.all(sent);
    await destination.end(soon(5_000));
    await siem.until(() => siem.bytes === 50_000);
    assert.deepEqual(siem.frames(), [expectedFrames(1, 50)]);
    const { totals, connections } = destination.snapshot();
    const { stages, ...counters } = totals;
    const counted = (stage: keyof typeof stages): number => stages[stage].counts.reduce((sum, each) => sum + each, 0);
    assert.deepEqual([counted('written'), counted('settled')], [50, 50]);
    if (guarantee !== 'written') assert.equal(counted('acked'), 50);
    assert.deepEqual(counters, {
      writtenBytes: 50_000,
      writtenEvents: 500,
      settledBytes: 50_000,
      settledEvents: 500,
      resentEvents: 0,
      connects: 1,
      errors: {},
    });
    assert.deepEqual(connections, [
      {
        endpoint: `tcp://127.0.0.1:${siem.port}`,
        phase: 'closed',
        pendingBytes: 0,
        unprovenEvents: 0,
        proof: guarantee === 'settled' ? 'probation' : 'answer',
        unackedBytes: 0,
        stall: undefined,
        failure: undefined,
        blind: false,
      },
    ]);
  });
}

test('routes spread over the connections and each sticks to its own', async () => {
  const siem = await listening();
  const { destination } = opened({ endpoints: [endpointAt(siem.port)], connections: 3 });
  const routes = [0, 1, 2, 3, 4, 5].map(() => destination.openRoute(always));
  await Promise.all(
    routes.flatMap((route, shard) => Array.from({ length: 20 }, (_, seq) => route.send(batch(shard, seq)))),
  );
  assert.equal(siem.sockets.length, 3);
  for (const frames of siem.frames()) assert.equal(new Set(frames.map((frame) => frame.split(':')[0])).size, 2);
  for (let shard = 0; shard < 6; shard++) {
    const own = siem.frames().map((frames) => frames.filter((frame) => frame.startsWith(`${shard}:`)));
    assert.deepEqual(own.flat(), expectedFrames(shard, 20));
  }
  routes[1]?.close();
  await destination.openRoute(always).send(batch(9, 0));
  assert.ok(
    siem.frames().some((frames) => frames.includes('9:0:0') && frames.includes('1:0:0')),
    'the lightest connection takes a new route',
  );
});

test('a route with nothing unsettled leaves a connection that lags by more than a window, and no other', async () => {
  const siem = await listening({
    onSocket: (socket, index) => {
      if (index === 0) socket.pause();
    },
  });
  const { destination } = opened({ endpoints: [endpointAt(siem.port)], connections: 2, replayBytes: 4 * 2 ** 20 });
  const busy = destination.openRoute(always);
  await siem.until(() => siem.sockets.length === 1);
  const other = destination.openRoute(always);
  const third = destination.openRoute(always);
  const backlog = Array.from({ length: 20 }, (_, seq) => busy.send(batch(0, seq, 50, 10_000)));
  await third.send(batch(2, 0));
  await other.send(batch(1, 0));
  const stuck = Promise.allSettled([...backlog, busy.send(batch(0, 20))]);
  assert.deepEqual(firstSeen(siem.frames()), [...expectedFrames(2, 1), ...expectedFrames(1, 1)]);
  assert.equal(siem.frames()[0]?.length, 0, 'what is behind unsettled batches stays behind them');
  siem.sockets[0]?.resume();
  await stuck;
  assert.deepEqual(siem.frames()[0], [...expectedFrames(0, 20, 50), ...expectedFrames(0, 21).slice(200)]);
});

test('a receiver absent at start: waits, says so in words, and delivers once it is there', async () => {
  const port = await freePort();
  const { destination, log } = opened({ endpoints: [endpointAt(port)] });
  const sent = destination.openRoute(always).send(batch(0, 0));
  await eventually(() => destination.snapshot().totals.errors['DIAL_FAILED'] !== undefined);
  const siem = await listening({ port });
  await sent;
  assert.deepEqual(siem.frames(), [expectedFrames(0, 1)]);
  const warning = log.lines.find(({ level }) => level === 'warn');
  assert.match(warning?.message ?? '', /can't connect: nothing listens there/);
  assert.equal(warning?.fields['code'], 'DIAL_FAILED');
});

test('reset in mid-stream, several times: nothing lost, order kept, duplicates counted', async () => {
  const siem = await listening({
    onSocket: (socket, index) => {
      let got = 0;
      socket.on('data', (chunk: Buffer) => {
        got += chunk.length;
        if (index < 3 && got > 200_000) socket.resetAndDestroy();
      });
    },
  });
  const { destination } = opened({ endpoints: [endpointAt(siem.port)] });
  const route = destination.openRoute(always);
  await Promise.all(Array.from({ length: 100 }, (_, seq) => route.send(batch(0, seq, 10, 1_000))));
  assert.deepEqual(firstSeen(siem.frames()), expectedFrames(0, 100));
  const { totals } = destination.snapshot();
  assert.equal(totals.connects, 4);
  assert.equal(totals.errors['CONNECTION_RESET'], 3);
  assert.equal(totals.settledEvents, 1_000);
  const duplicates = siem.frames().flat().length - 1_000;
  assert.ok(
    duplicates > 0 && duplicates <= totals.resentEvents,
    `${duplicates} duplicates, ${totals.resentEvents} resent`,
  );
});

test('a receiver that is gone with unread bytes in its buffer: those are sent again (the loss all others have)', async () => {
  const siem = await listening({
    onSocket: (socket, index) => {
      if (index === 0) socket.pause();
    },
  });
  const { destination } = opened({ endpoints: [endpointAt(siem.port)], proofMs: 60_000 });
  const route = destination.openRoute(always);
  const sent = route.send(batch(0, 0));
  await eventually(() => destination.snapshot().totals.writtenBytes !== 0);
  await eventually(() => destination.snapshot().connections[0]?.unackedBytes === 0);
  siem.sockets[0]?.resetAndDestroy();
  await siem.until(() => siem.bytes >= 1_000);
  assert.deepEqual(siem.frames()[1], expectedFrames(0, 1));
  await destination.end(soon(5_000));
  await sent;
});

test('FIN of the receiver is seen at once, without anything to send', async () => {
  const siem = await listening();
  const { destination } = opened({ endpoints: [endpointAt(siem.port)] });
  const route = destination.openRoute(always);
  await route.send(batch(0, 0));
  siem.sockets[0]?.end();
  await siem.until(() => siem.sockets.length === 2);
  assert.equal(destination.snapshot().totals.errors['CONNECTION_ENDED'], 1);
  await route.send(batch(0, 1));
  assert.deepEqual(siem.frames()[1], expectedFrames(0, 2).slice(10));
});

test('what a receiver says is read and ignored', async () => {
  const siem = await listening({ onSocket: (socket) => socket.write(Buffer.alloc(3_000_000)) });
  const { destination } = opened({ endpoints: [endpointAt(siem.port)] });
  await destination.openRoute(always).send(batch(0, 0));
  await eventually(() => siem.sockets[0]?.writableLength === 0);
  assert.equal(destination.snapshot().totals.connects, 1);
});

test('a receiver that stalls and then goes on: waits, resumes, sends nothing twice', async () => {
  const siem = await listening({ onSocket: (socket) => socket.pause() });
  const { destination, log } = opened(
    { endpoints: [endpointAt(siem.port)], stallTimeoutMs: 100 },
    { shutWindowTimeoutMs: 300, sliceBytes: { tcp: 100_000, tls: 100_000 } },
  );
  const route = destination.openRoute(always);
  const sent = Promise.all(Array.from({ length: 20 }, (_, seq) => route.send(batch(0, seq, 100, 10_000))));
  const stalled = (): boolean =>
    log.lines.some(({ message }) =>
      message.endsWith('zero window: the receiver is alive but reads nothing; waiting for it'),
    );
  await eventually(() => destination.snapshot().connections[0]?.stall === 'zeroWindow');
  await eventually(stalled);
  const { totals } = destination.snapshot();
  assert.ok(totals.writtenBytes < 20_000_000, 'the kernel takes no more');
  assert.equal(totals.settledEvents, 0, 'nothing settles behind a shut window');
  siem.sockets[0]?.resume();
  await sent;
  assert.deepEqual(siem.frames(), [expectedFrames(0, 20, 100)]);
  assert.equal(destination.snapshot().totals.resentEvents, 0);
  assert.ok(log.lines.some(({ message }) => message === 'works again'));
  assert.equal(destination.snapshot().connections[0]?.stall, undefined);
});

test('a stalled receiver is left for the next one, if there is a next one', async () => {
  const stuck = await listening({ onSocket: (socket) => socket.pause() });
  const other = await listening();
  const { destination } = opened(
    { endpoints: [endpointAt(stuck.port), endpointAt(other.port)] },
    { shutWindowTimeoutMs: 100 },
  );
  const route = destination.openRoute(always);
  await Promise.all(Array.from({ length: 20 }, (_, seq) => route.send(batch(0, seq, 100, 10_000))));
  assert.deepEqual(firstSeen(other.frames()), expectedFrames(0, 20, 100));
  assert.equal(destination.snapshot().totals.errors['CONNECTION_STALLED'], 1);
});

test('two endpoints, the first dead: goes on to the second without a pause', async () => {
  const siem = await listening();
  const { destination } = opened({
    endpoints: [endpointAt(await freePort()), endpointAt(siem.port)],
    retry: { initialMs: 60_000, maxMs: 60_000 },
  });
  await destination.openRoute(always).send(batch(0, 0));
  assert.deepEqual(siem.frames(), [expectedFrames(0, 1)]);
});

test('accepts and hangs up, again and again: the back-off grows although every dial succeeds', async () => {
  const siem = await listening({ onSocket: (socket) => socket.resetAndDestroy() });
  const { destination, log } = opened({
    endpoints: [endpointAt(siem.port)],
    retry: { initialMs: 1, maxMs: 1_000_000 },
  });
  const sent = assert.rejects(destination.openRoute(always).send(batch(0, 0)), isAbandoned);
  await siem.until(() => siem.sockets.length === 8);
  await destination.closeHard();
  await sent;
  assert.equal(log.lines.filter(({ level }) => level === 'warn').length <= 2, true, 'and the log is not flooded');
});

test('a fence that turned false while the receiver was away: its batches are given up, those of others are not', async () => {
  const port = await freePort();
  const { destination } = opened({ endpoints: [endpointAt(port)] });
  let held = true;
  const lost = destination.openRoute(() => held);
  const kept = destination.openRoute(always);
  const results = [lost.send(batch(1, 0)), kept.send(batch(2, 0)), lost.send(batch(1, 1))];
  held = false;
  const siem = await listening({ port });
  const [first, second, third] = await Promise.allSettled(results);
  assert.equal(first?.status === 'rejected' && isAbandoned(first.reason), true);
  assert.equal(second?.status, 'fulfilled');
  assert.equal(third?.status === 'rejected' && isAbandoned(third.reason), true);
  assert.deepEqual(siem.frames(), [expectedFrames(2, 1)]);
  held = true;
  await assert.rejects(lost.send(batch(1, 2)), isAbandoned, 'a lost claim does not come back');
});

test('the fence is asked again before a batch is sent again', async () => {
  const siem = await listening();
  const { destination } = opened({ endpoints: [endpointAt(siem.port)], proofMs: 60_000 });
  let held = true;
  const sent = assert.rejects(destination.openRoute(() => held).send(batch(1, 0)), isAbandoned);
  await siem.until(() => siem.bytes === 1_000);
  held = false;
  siem.sockets[0]?.resetAndDestroy();
  await sent;
  await siem.until(() => siem.sockets.length === 2);
  assert.deepEqual(siem.frames()[1], []);
});

test('abandon: what waits is rejected at once, a batch half written is finished but not settled', async () => {
  const siem = await listening({ onSocket: (socket) => socket.pause() });
  const { destination } = opened({ endpoints: [endpointAt(siem.port)], guarantee: 'acked' });
  const [lost, kept] = [destination.openRoute(always), destination.openRoute(always)];
  const half = lost.send(batch(1, 0, 100, 200_000));
  const waiting = lost.send(batch(1, 1));
  const other = kept.send(batch(2, 0));
  await eventually(() => destination.snapshot().connections[0]?.unackedBytes !== 0);
  assert.equal(destination.isBlocked, true, 'its one connection has not settled what it was given');
  lost.abandon();
  await assert.rejects(waiting, isAbandoned);
  siem.sockets[0]?.resume();
  await assert.rejects(half, isAbandoned);
  await other;
  assert.deepEqual(siem.frames(), [[...expectedFrames(1, 1, 100), ...expectedFrames(2, 1)]]);
  assert.equal(destination.snapshot().connections[0]?.pendingBytes, 0);
  assert.equal(destination.isBlocked, false);
});

test('end under load delivers and settles everything, also over a reset', async () => {
  const siem = await listening({
    onSocket: (socket, index) => {
      if (index === 0) socket.once('data', () => socket.resetAndDestroy());
    },
  });
  const { destination } = opened({ endpoints: [endpointAt(siem.port)] });
  const route = destination.openRoute(always);
  const sent = Array.from({ length: 100 }, (_, seq) => route.send(batch(0, seq)));
  await destination.end(soon(10_000));
  await Promise.all(sent);
  assert.deepEqual(firstSeen(siem.frames()), expectedFrames(0, 100));
  await assert.rejects(route.send(batch(0, 100)), isAbandoned);
});

test("the receiver's FIN after ours settles at once what would have to wait", async () => {
  const siem = await listening();
  const { destination } = opened({ endpoints: [endpointAt(siem.port)], proofMs: 3_600_000 });
  const sent = destination.openRoute(always).send(batch(0, 0));
  await destination.end(soon(10_000));
  await sent;
  assert.equal(destination.snapshot().totals.settledEvents, 10);
});

test('hard close rejects everything and resets; end does so at its deadline', async () => {
  const siem = await listening({ onSocket: (socket) => socket.pause() });
  for (const close of ['hard', 'deadline']) {
    const { destination } = opened({ endpoints: [endpointAt(siem.port)] });
    const route = destination.openRoute(always);
    const sent = Array.from({ length: 20 }, (_, seq) => route.send(batch(0, seq, 100, 10_000)));
    const settled = Promise.allSettled(sent);
    await eventually(() => destination.snapshot().connections[0]?.unackedBytes !== 0);
    await (close === 'hard' ? destination.closeHard() : destination.end(soon(50)));
    for (const result of await settled) assert.equal(result.status === 'rejected' && isAbandoned(result.reason), true);
    assert.deepEqual(destination.snapshot().connections[0], {
      endpoint: `tcp://127.0.0.1:${siem.port}`,
      phase: 'closed',
      pendingBytes: 0,
      unprovenEvents: 0,
      proof: 'probation',
      unackedBytes: 0,
      stall: undefined,
      failure: undefined,
      blind: false,
    });
  }
});

test('end with nothing to deliver does not wait for a receiver that is not there', { timeout: 20_000 }, async () => {
  const { destination } = opened({
    endpoints: [endpointAt(await freePort())],
    retry: { initialMs: 60_000, maxMs: 60_000 },
  });
  const route = destination.openRoute(always);
  await eventually(() => destination.snapshot().connections[0]?.phase === 'waiting');
  route.close();
  // No deadline: with one, the end would come in any case.
  await destination.end(new AbortController().signal);
  assert.equal(destination.snapshot().connections[0]?.phase, 'closed');
});

test('a batch without frames is settled in its turn', async () => {
  const siem = await listening();
  const { destination } = opened({ endpoints: [endpointAt(siem.port)] });
  const route = destination.openRoute(always);
  const order: number[] = [];
  await Promise.all(
    [batch(0, 0), batch(0, 1, 0), batch(0, 2)].map((frames) => route.send(frames).then(() => order.push(frames.seq))),
  );
  assert.deepEqual(order, [0, 1, 2]);
});

test('the cap on unacked bytes does not cap the throughput', async () => {
  const siem = await listening();
  const { destination } = opened({ endpoints: [endpointAt(siem.port)], replayBytes: 4 * 2 ** 20 }, { beatMs: 60_000 });
  const route = destination.openRoute(always);
  const sent = Promise.all(Array.from({ length: 30 }, (_, seq) => route.send(batch(0, seq, 10, 100_000))));
  await siem.until(() => siem.bytes === 30_000_000);
  await destination.closeHard();
  await assert.rejects(sent, isAbandoned);
});

test('no connection that broke leaves more duplicates than what is unproven and one batch', async () => {
  const [window, size, losses] = [4 * 2 ** 20, 500_000, 6];
  const siem = await listening({
    onSocket: (socket, index) => {
      let read = 0;
      socket.on('data', (chunk: Buffer) => {
        read += chunk.length;
        if (index < losses && read >= 12_000_000) socket.resetAndDestroy();
      });
    },
  });
  const { destination } = opened({
    endpoints: [endpointAt(siem.port)],
    replayBytes: window,
    proofMs: 60_000,
    proofBytes: window / 2,
  });
  const route = destination.openRoute(always);
  const sent = Array.from({ length: 160 }, (_, seq) => route.send(batch(0, seq, 50, size / 50)));
  await Promise.all([...sent, destination.end(soon(60_000))]);
  const frames = siem.frames();
  assert.deepEqual(firstSeen(frames), expectedFrames(0, 160, 50));
  const seen = new Set<string>();
  const twice = frames.map((each) => {
    const before = seen.size;
    for (const frame of each) seen.add(frame);
    return ((each.length - (seen.size - before)) * size) / 50;
  });
  assert.ok(twice.some((bytes) => bytes > 0));
  assert.ok(Math.max(...twice) <= window + size, `bytes twice after each loss: ${twice.join(' ')}`);
});

test('IPv6 is acknowledged, too', async () => {
  const siem = await listening({ host: '::1' });
  const { destination } = opened(
    { endpoints: [endpointAt(siem.port, 'tcp', '::1')], guarantee: 'acked' },
    { blindAckMs: 3_600_000 },
  );
  await destination.openRoute(always).send(batch(0, 0));
  assert.equal(siem.bytes, 1_000);
});

test('where the kernel does not tell what is acked, the log says so once and the connections show it', async () => {
  const siem = await listening();
  const { destination, log } = opened(
    { endpoints: [endpointAt(siem.port)], connections: 2 },
    { blindAckMs: 50, kernelTables: '/nowhere' },
  );
  const routes = [destination.openRoute(always), destination.openRoute(always)];
  const blind = (): number => destination.snapshot().connections.filter((one) => one.blind).length;
  for (let seq = 0; blind() < 2 || !log.lines.some(({ level }) => level === 'warn'); seq++) {
    await Promise.all(routes.map((route, shard) => route.send(batch(shard, seq))));
  }
  const warnings = log.lines.filter(({ level }) => level === 'warn');
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]?.message ?? '', /^the kernel does not tell/);
});

test('where the kernel does not tell, an end does not wait for what is never known to be acked', async () => {
  const siem = await listening();
  const { destination } = opened(
    { endpoints: [endpointAt(siem.port)], proofMs: 3_600_000 },
    { blindAckMs: 3_600_000, kernelTables: '/nowhere' },
  );
  const sent = destination.openRoute(always).send(batch(0, 0));
  await eventually(() => destination.snapshot().connections[0]?.blind === true);
  const [hasSettled] = await Promise.all([destination.end(soon(5_000)), sent]);
  assert.equal(hasSettled, true);
});
