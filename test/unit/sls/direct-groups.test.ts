import assert from 'node:assert/strict';
import type net from 'node:net';
import test, { type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { systemClock, type Clock } from '../../../src/flow/clock.js';
import { DirectPool } from '../../../src/sls/http/direct/pool.js';
import { dialFor, parseEndpoint } from '../../../src/sls/endpoint.js';
import type { HttpReply, HttpRequest } from '../../../src/sls/http/exchange.js';
import { GroupSize } from '../../../src/sls/http/direct/group-size.js';
import { ManualClock } from '../../support/manual-clock.js';
import { serveRaw, type Scripted } from './scripted-server.js';

const LIMITS = { connectTimeoutMs: 5000, responseTimeoutMs: 10_000, maxBodyBytes: 1 << 22 };
const never = new AbortController().signal;

function open(server: Scripted, connections: number, clock: Clock): DirectPool {
  const endpoint = parseEndpoint(`127.0.0.1:${server.port}`);
  assert.ok(endpoint.ok);
  return new DirectPool(dialFor(endpoint.endpoint, 'p'), connections, LIMITS, clock);
}

function lane(context: TestContext, server: Scripted, connections = 2, clock: Clock = systemClock): DirectPool {
  const direct = open(server, connections, clock);
  context.after(async () => {
    direct.close();
    await server.close();
  });
  return direct;
}

const poll = (n: number, signal = never): HttpRequest => ({
  what: `poll ${n}`,
  method: 'GET',
  target: `/${n}`,
  headers: { host: 'p.example' },
  body: Buffer.alloc(0),
  bodyBuffer: (size) => new ArrayBuffer(size + 10),
  expectsLittle: true,
  signal,
});

const reply = (body: string, more = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;

const text = (got: HttpReply | undefined): string | undefined =>
  got && Buffer.from(got.body, 0, got.bodyLength).toString('latin1');

/** Calls back with each request's number, in the order of one connection; their pieces may be cut anywhere. */
function serve(onRequest: (socket: net.Socket, n: number) => void): Promise<Scripted> {
  const begun = new WeakMap<net.Socket, string>();
  return serveRaw((socket, piece) => {
    const requests = ((begun.get(socket) ?? '') + piece).split('\r\n\r\n');
    begun.set(socket, requests.pop() ?? '');
    for (const request of requests) onRequest(socket, Number(/^GET \/(\d+)/.exec(request)?.[1]));
  });
}

const codeOf = (result: PromiseSettledResult<unknown> | undefined): unknown =>
  result?.status === 'rejected' && result.reason instanceof ForwarderError ? result.reason.code : 'answered';

test('polls of one turn share connections, and each gets its own reply, however they are cut and whatever their size', async (context) => {
  let sizes: readonly number[] = [];
  let cut = 0;
  let asked = 0;
  const server = await serve((socket, n) => {
    asked += 1;
    const whole = Buffer.from(reply(`${n}`.repeat(sizes[n] ?? 0)));
    // Not in the middle of a turn of its own: replies to several are then one piece of the stream, or cut where none ends.
    socket.write(whole.subarray(0, cut));
    socket.write(whole.subarray(cut));
  });
  const direct = lane(context, server);
  const size = fc.oneof(fc.constant(0), fc.nat(400), fc.nat(40_000));
  await fc.assert(
    fc.asyncProperty(fc.array(size, { minLength: 1, maxLength: 70 }), fc.nat(300), async (wanted, at) => {
      [sizes, cut] = [wanted, at];
      const got = await Promise.all(wanted.map((_, n) => direct.request(poll(n))));
      assert.deepEqual(
        got.map(text),
        wanted.map((length, n) => `${n}`.repeat(length)),
      );
    }),
    { numRuns: 60 },
  );
  assert.equal(server.accepted(), 2);
  assert.ok(asked > 60);
});

test('a service that ends the connection after each reply answers all, and is asked hardly more than once for each', async (context) => {
  let asked = 0;
  const server = await serve((socket, n) => {
    asked += 1;
    socket.end(reply(`${n}`, 'Connection: close\r\n'));
  });
  const direct = lane(context, server);
  const all = Array.from({ length: 20 }, (_, n) => n);
  assert.deepEqual((await Promise.all(all.map((n) => direct.request(poll(n))))).map(text), all.map(String));
  assert.ok(asked <= 40, `${asked} requests for 20`);
});

test('a reset in the middle of a reply is the failure of that one; those behind it are asked again', async (context) => {
  let resets = 1;
  const server = await serve((socket, n) => {
    if (n !== 2 || resets-- <= 0) socket.write(reply(`${n}`));
    else socket.write(reply('x'.repeat(40_000)).slice(0, 30_000), () => socket.resetAndDestroy());
  });
  const direct = lane(context, server, 1);
  const ends = await Promise.allSettled([0, 1, 2, 3].map((n) => direct.request(poll(n))));
  assert.deepEqual(ends.map(codeOf), ['answered', 'answered', 'SLS_NETWORK', 'answered']);
});

test('who gives up waits no longer, and costs the others no reply', async (context) => {
  const given = new AbortController();
  let hold = true;
  const server = await serve((socket, n) => {
    if (n === 1 && hold) {
      hold = false;
      given.abort();
    } else if (n !== 1) socket.write(reply(`${n}`));
  });
  const direct = lane(context, server, 1);
  const ends = await Promise.allSettled(
    [0, 1, 2, 3].map((n) => direct.request(poll(n, n === 1 ? given.signal : never))),
  );
  assert.deepEqual(ends.map(codeOf), ['answered', 'SLS_TIMEOUT', 'answered', 'answered']);
  const late = new AbortController();
  const waiting = direct.request(poll(5, late.signal));
  late.abort();
  await assert.rejects(waiting, { code: 'SLS_TIMEOUT' });
});

test('an unusual reply among others sends all that are not answered through Node', async (context) => {
  const server = await serve((socket, n) => {
    socket.write(n === 1 ? reply('').replace('Content-Length: 0', 'Transfer-Encoding: chunked') : reply(`${n}`));
  });
  const direct = lane(context, server, 1);
  const got = await Promise.all([0, 1, 2].map((n) => direct.request(poll(n))));
  assert.deepEqual(got.map(text), ['0', undefined, undefined]);
});

test('a reply that does not come holds up those behind it for three seconds, and only its own fails', async (context) => {
  const clock = new ManualClock();
  let asked = 0;
  const held = new WeakSet<net.Socket>();
  const server = await serve((socket, n) => {
    asked += 1;
    if (n === 1) held.add(socket);
    else if (!held.has(socket)) socket.write(reply(`${n}`));
  });
  const direct = lane(context, server, 2, clock);
  const all = [0, 1, 2, 3].map((n) => direct.request(poll(n)));
  const ends = Promise.allSettled(all);
  assert.equal(text(await all[0]), '0');
  await clock.advance(2999);
  assert.equal(asked, 4);
  await clock.advance(1);
  assert.deepEqual((await Promise.all([all[2], all[3]])).map(text), ['2', '3']);
  assert.equal(asked, 7);
  await clock.advance(LIMITS.responseTimeoutMs);
  assert.deepEqual((await ends).map(codeOf), ['answered', 'SLS_TIMEOUT', 'answered', 'answered']);
  assert.equal(asked, 7);
});

test('whatever the bytes between replies become, every poll has an end, and those asked again alone their reply', async (context) => {
  let damage = (bytes: Buffer): Buffer => bytes;
  let damaged = false;
  const server = await serve((socket, n) => {
    const bytes = Buffer.from(reply(`${n}`.repeat(20)));
    if (n !== 1 || damaged) socket.write(bytes);
    else socket.write(damage(bytes));
    damaged ||= n === 1;
  });
  context.after(() => server.close());
  const size = reply('1'.repeat(20)).length;
  const seen = new Set<string | undefined>();
  const damages = fc.oneof(
    fc.tuple(fc.nat(size - 1), fc.nat(255)).map(([at, byte]) => (bytes: Buffer) => {
      bytes[at] = byte;
      return bytes;
    }),
    fc.nat(size).map((end) => (bytes: Buffer) => bytes.subarray(0, end)),
    fc.tuple(fc.nat(size), fc.uint8Array({ maxLength: 40 })).map(
      ([at, more]) =>
        (bytes: Buffer) =>
          Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]),
    ),
  );
  await fc.assert(
    fc.asyncProperty(damages, async (one) => {
      [damage, damaged] = [one, false];
      const clock = new ManualClock();
      const direct = open(server, 2, clock);
      let left = 4;
      const all = Promise.allSettled([0, 1, 2, 3].map((n) => direct.request(poll(n)).finally(() => (left -= 1))));
      while (left > 0) await clock.advance(500);
      for (const end of await all) {
        if (end.status === 'rejected') assert.ok(end.reason instanceof ForwarderError, String(end.reason));
        else seen.add(text(end.value)?.slice(0, 3));
      }
      assert.ok(damaged);
      direct.close();
    }),
    { numRuns: 200 },
  );
  for (const usual of ['000', '111', '222', '333', undefined]) assert.ok(seen.has(usual), `${usual} was never seen`);
});

test('what may be long has a connection for itself', async (context) => {
  const held: [net.Socket, number][] = [];
  const server = await serve((socket, n) => void held.push([socket, n]));
  const direct = lane(context, server, 3);
  const all = [0, 1, 2].map((n) => direct.request({ ...poll(n), expectsLittle: n === 2 }));
  while (held.length < 3) await turn();
  assert.equal(new Set(held.map(([socket]) => socket)).size, 3);
  for (const [socket, n] of held) socket.write(reply(`${n}`));
  assert.deepEqual((await Promise.all(all)).map(text), ['0', '1', '2']);
});

test('groups grow while replies come at once, and shrink when those behind have to wait', () => {
  const size = new GroupSize();
  const first = size.now;
  size.answered(first, 0);
  assert.equal(size.now, 2 * first);
  size.answered(first, 0);
  assert.equal(size.now, 2 * first, 'a smaller group tells nothing of a larger one');
  size.answered(size.now, 25);
  assert.equal(size.now, 2 * first);
  size.answered(size.now, 100);
  assert.equal(size.now, first);
  for (let i = 0; i < 10; i++) size.answered(size.now, 0);
  assert.equal(size.now, 64);
  size.cutShort();
  assert.equal(size.now, 1);
  size.answered(1, 0);
  assert.equal(size.now, 2);
  for (let i = 0; i < 10; i++) size.answered(size.now, 1000);
  assert.equal(size.now, 1);
});
