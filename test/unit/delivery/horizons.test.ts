import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FrameBatch } from '../../../src/model/batch.js';
import type { Keeper } from '../../../src/model/ports.js';
import {
  always,
  batch,
  endpointAt,
  eventually,
  expectedFrames,
  firstSeen,
  listening,
  opened,
  soon,
} from './support.js';

/** Gives memory back, and makes the same frames again. */
class Source implements Keeper {
  readonly gone: number[] = [];
  readonly made: number[] = [];
  readonly #mayTake: (frames: FrameBatch) => boolean;

  constructor(mayTake: (frames: FrameBatch) => boolean = () => true) {
    this.#mayTake = mayTake;
  }

  arrived(frames: FrameBatch): boolean {
    if (!this.#mayTake(frames)) return false;
    this.gone.push(frames.seq);
    // Whoever gets this memory next writes over it.
    frames.bytes.fill(0x21);
    return true;
  }

  again({ shard, seq }: { readonly shard: number; readonly seq: number }): Promise<readonly FrameBatch[]> {
    this.made.push(seq);
    return Promise.resolve([batch(shard, seq)]);
  }
}

const LONG_RETRY = { initialMs: 60_000, maxMs: 60_000 };
const YOUNG = { proofMs: 3_600_000, probationMs: 3_600_000, proofBytes: 2 ** 30 };

test('what has arrived and is not proven is made again and sent again, in order, before what is in memory', async () => {
  const siem = await listening();
  const { destination } = opened({ endpoints: [endpointAt(siem.port)], ...YOUNG }, { holdMs: 1 });
  const keeper = new Source(({ seq }) => seq < 3);
  const route = destination.openRoute(always, { keeper });
  let settled = 0;
  for (let seq = 0; seq < 5; seq++)
    void route.send(batch(0, seq)).then(
      () => (settled += 1),
      () => undefined,
    );
  await eventually(() => keeper.gone.length === 3);
  assert.equal(destination.snapshot().connections[0]?.pendingBytes, 2_000, 'two batches are in memory');
  siem.sockets[0]?.resetAndDestroy();
  await siem.until(() => siem.frames()[1]?.length === 50);
  assert.deepEqual(keeper.made, [0, 1, 2]);
  assert.deepEqual(siem.frames(), [expectedFrames(0, 5), expectedFrames(0, 5)]);
  assert.equal(settled, 0, 'nothing is proven');
  assert.equal(destination.snapshot().connections[0]?.unprovenEvents, 50);
});

test('a balancer that accepts and hangs up makes nothing settle, however often', async () => {
  const siem = await listening({
    onSocket: (socket, index) => {
      if (index < 4) socket.once('data', () => socket.end());
    },
  });
  const { destination, log } = opened({ endpoints: [endpointAt(siem.port)], ...YOUNG }, { holdMs: 1 });
  const route = destination.openRoute(always, { keeper: new Source() });
  let settled = 0;
  for (let seq = 0; seq < 3; seq++)
    void route.send(batch(0, seq)).then(
      () => (settled += 1),
      () => undefined,
    );
  await siem.until(() => siem.frames()[4]?.length === 30);
  assert.equal(settled, 0);
  assert.equal(destination.snapshot().connections[0]?.proof, 'none');
  const said = log.lines.filter(({ fields }) => fields['code'] === 'CONNECTION_UNREAD');
  assert.match(said.map(({ message }) => message).join('|'), /^connections are accepted, but nobody seems to read/);
});

test('the end of a young connection proves something where the receiver answers at once, and an empty one too', async () => {
  const siem = await listening();
  const tuning = { leastAgeMs: 1, confirmMs: 5, promptMs: 2_000 };
  const { destination } = opened({ endpoints: [endpointAt(siem.port)], ...YOUNG }, tuning);
  const sent = destination.openRoute(always).send(batch(0, 0));
  assert.equal(await destination.end(soon(10_000)), true);
  await sent;
  assert.equal(siem.sockets.length, 2, 'the empty one');
});

test('… and nothing where the answer comes late: a stop says what will be sent again', async () => {
  const siem = await listening({
    onSocket: (socket) => {
      // As a balancer does whose server is down: it hangs up at a time of its own.
      socket.allowHalfOpen = true;
      setTimeout(() => socket.end(), 200);
    },
  });
  const tuning = { leastAgeMs: 1, confirmMs: 5, promptMs: 20 };
  const { destination, log } = opened({ endpoints: [endpointAt(siem.port)], ...YOUNG }, tuning);
  const sent = destination.openRoute(always).send(batch(0, 0));
  const refused = assert.rejects(sent);
  await siem.until(() => siem.bytes === 1_000);
  assert.equal(await destination.end(soon(10_000)), false, 'the stop need not wait for the rest');
  await refused;
  assert.match(
    log.lines.map(({ message }) => message).join('|'),
    /too soon to prove that the receiver has read everything/,
  );
});

test('a route that asks for proof gets it: the connection is replaced, and its end settles what it had', async () => {
  const siem = await listening();
  const { destination } = opened(
    { endpoints: [endpointAt(siem.port)], ...YOUNG },
    { leastAgeMs: 1, confirmMs: 5, promptMs: 2_000 },
  );
  const route = destination.openRoute(always);
  const sent = [0, 1, 2].map((seq) => route.send(batch(0, seq)));
  route.prove();
  await Promise.all(sent);
  assert.deepEqual(firstSeen(siem.frames()), expectedFrames(0, 3));
  assert.equal(siem.frames().flat().length, 30, 'no duplicates');
});

test('an end of the receiver that came before ours, and was not heard yet, is no answer', async () => {
  const siem = await listening();
  const settings = { proofMs: 3_600_000, probationMs: 0, proofBytes: 2 ** 30 };
  const { destination } = opened({ endpoints: [endpointAt(siem.port)], ...settings, retry: LONG_RETRY });
  const sent = destination.openRoute(always).send(batch(0, 0));
  let isSettled = false;
  void sent.then(
    () => (isSettled = true),
    () => undefined,
  );
  await siem.until(() => siem.bytes === 1_000);
  await eventually(() => destination.snapshot().connections[0]?.unackedBytes === 0);
  // As when our process was stopped: its FIN is here, and the first thing we hear is that we are to stop.
  siem.sockets[0]?.destroy();
  const ended = destination.end(soon(300));
  assert.equal(await ended, false);
  assert.equal(isSettled, false);
});
