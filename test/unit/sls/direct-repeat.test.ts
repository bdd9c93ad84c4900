import assert from 'node:assert/strict';
import type net from 'node:net';
import test, { type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { DirectPool } from '../../../src/sls/http/direct/pool.js';
import { dialFor, parseEndpoint } from '../../../src/sls/endpoint.js';
import type { HttpReply, HttpRequest } from '../../../src/sls/http/exchange.js';
import { ManualClock } from '../../support/manual-clock.js';
import { serveRaw } from './scripted-server.js';

const LIMITS = { connectTimeoutMs: 5000, responseTimeoutMs: 10_000, maxBodyBytes: 1 << 22 };
const EMPTY = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nx-log-count: 0\r\n\r\n';
const FULL = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nx-log-count: 1\r\n\r\nlogs';

/** A pool of connections to a server that answers request number n as `answer` says. */
async function setUp(context: TestContext, answer: (n: number, socket: net.Socket) => string | undefined) {
  const clock = new ManualClock();
  const asked: number[] = [];
  const pieces: number[] = [];
  const server = await serveRaw((socket, piece) => {
    // Else the second of two replies waits 40 ms for the acknowledgement of the first, for which the test's clock does not wait.
    socket.setNoDelay();
    const requests = [...piece.matchAll(/^GET \/(\d+)/gm)].map(([, n]) => Number(n));
    pieces.push(requests.length);
    for (const n of requests) {
      asked.push(n);
      const text = answer(n, socket);
      if (text !== undefined) socket.write(text);
    }
  });
  const parsed = parseEndpoint(`127.0.0.1:${server.port}`);
  assert.ok(parsed.ok);
  const pool = new DirectPool(dialFor(parsed.endpoint, 'p'), 2, LIMITS, clock);
  context.after(async () => {
    pool.close();
    await server.close();
  });
  return { clock, pool, server, asked, pieces };
}

function request(n: number, signal = new AbortController().signal): HttpRequest {
  return { what: `poll ${n}`, method: 'GET', target: `/${n}`, headers: { host: 'p' }, body: Buffer.alloc(0), signal };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/** Lets time pass in steps during which the replies come. */
async function pass(clock: ManualClock, isOver: () => boolean): Promise<void> {
  for (let steps = 0; !isOver(); steps++) {
    assert.ok(steps < 2000, 'it does not end');
    await clock.advance(5);
    for (let turns = 0; turns < 5; turns++) await turn();
  }
}

test('the same is asked at the times that are named, all of one time in one write, until the reply is another', async (context) => {
  const counts = new Map<number, number>();
  const { clock, pool, server, asked, pieces } = await setUp(context, (n) => {
    const count = (counts.get(n) ?? 0) + 1;
    counts.set(n, count);
    return count === n + 3 ? FULL : EMPTY;
  });
  const start = clock.monotonic();
  const at: number[][] = [[], [], [], []];
  const bodies: string[] = [];
  let left = 4;
  for (const n of [0, 1, 2, 3]) {
    const onReply = (reply: HttpReply): number | undefined => {
      at[n]!.push(clock.monotonic() - start);
      if (reply.bodyLength === 0) return (Math.floor(clock.monotonic() / 200) + 1) * 200;
      bodies.push(Buffer.from(reply.body).toString());
      return undefined;
    };
    void pool.watch(request(n), { at: start + 100, onReply }).then(() => (left -= 1));
  }
  await clock.advance(99);
  assert.equal(asked.length, 0);
  await pass(clock, () => left === 0);
  assert.deepEqual(
    [0, 1, 2, 3].map((n) => counts.get(n)),
    [3, 4, 5, 6],
  );
  assert.deepEqual(bodies, ['logs', 'logs', 'logs', 'logs']);
  assert.deepEqual(pieces, [4, 4, 4, 3, 2, 1]);
  assert.equal(server.accepted(), 1);
  const late = at.flatMap((times) => times.slice(1).map((time, index) => time - 200 * (index + 1)));
  assert.ok(Math.min(...late) >= 0 && Math.max(...late) < 100, late.join());
  assert.equal(clock.pending, 1, 'the connection’s own');
});

test('who has enough is let go at once, with and without a question under way, and the others are asked on', async (context) => {
  const held: net.Socket[] = [];
  const { clock, pool, asked } = await setUp(context, (_, socket) =>
    asked.length > 2 ? EMPTY : void held.push(socket),
  );
  const given = [new AbortController(), new AbortController()];
  const replies = [0, 0];
  const ends = given.map((controller, n) =>
    pool.watch(request(n, controller.signal), {
      at: clock.monotonic(),
      onReply: () => {
        replies[n]! += 1;
        return clock.monotonic() + 50;
      },
    }),
  );
  await clock.advance(0);
  await until(() => asked.length === 2);
  given[0]!.abort();
  await ends[0];
  held[0]!.write(EMPTY + EMPTY);
  await pass(clock, () => replies[1]! > 0);
  await pass(clock, () => asked.length === 3);
  assert.deepEqual(asked, [0, 1, 1]);
  given[1]!.abort();
  await ends[1];
  assert.equal(replies[0], 0, 'nobody waits for it');
  await clock.advance(1000);
  assert.deepEqual(asked, [0, 1, 1]);
  await pool.watch(request(3, given[1]!.signal), { at: 0, onReply: () => assert.fail() });
});

const WAYS: Readonly<Record<string, (socket: net.Socket) => string | undefined>> = {
  'a reset': (socket) => void socket.resetAndDestroy(),
  'an end': (socket) => void socket.end(),
  'a reply that is the last': () => EMPTY.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
  'a reply for Node’s parser': () => 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'a reply nobody can read': () => 'HELLO\r\n\r\n',
  'too large a body': () => 'HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n',
  silence: () => undefined,
};

for (const [name, way] of Object.entries(WAYS))
  test(`${name} ends the questions of all that share a connection, or lets them go on; none waits for ever`, async (context) => {
    let ill = false;
    const { clock, pool, asked } = await setUp(context, (_, socket) => (ill ? way(socket) : EMPTY));
    let left = 3;
    let replies = 0;
    for (const n of [0, 1, 2])
      void pool
        .watch(request(n), {
          at: clock.monotonic(),
          onReply: () => (++replies, ill && replies > 30 ? undefined : clock.monotonic() + 50),
        })
        .then(() => (left -= 1));
    await pass(clock, () => replies >= 6);
    ill = true;
    while (left > 0) {
      await clock.advance(200);
      await turn();
    }
    assert.ok(asked.length < 60, `${asked.length}`);
    await clock.advance(LIMITS.responseTimeoutMs);
    assert.ok(clock.pending <= 2, `${clock.pending} timers`);
  });

test('a single one that gets no answer is given up after three seconds, not after the whole time of a pull', async (context) => {
  const { clock, pool, asked } = await setUp(context, () => undefined);
  let isOver = false;
  void pool.watch(request(0), { at: clock.monotonic(), onReply: () => assert.fail() }).then(() => (isOver = true));
  await clock.advance(0);
  await until(() => asked.length === 1);
  await clock.advance(2990);
  assert.equal(isOver, false);
  await clock.advance(20);
  assert.equal(isOver, true);
});

test('what can not travel over a connection of ours is not asked', async (context) => {
  const { clock, pool, asked } = await setUp(context, () => EMPTY);
  await pool.watch({ ...request(0), target: '/a b' }, { at: 0, onReply: () => assert.fail() });
  assert.deepEqual([asked.length, clock.pending], [0, 0]);
});
