import assert from 'node:assert/strict';
import { EventEmitter, getEventListeners, once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import type net from 'node:net';
import test, { type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { systemClock, type Clock } from '../../../src/flow/clock.js';
import { dialFor, parseEndpoint, type Dial } from '../../../src/sls/endpoint.js';
import type { HttpReply, HttpRequest } from '../../../src/sls/http/exchange.js';
import { type TrafficClass, HttpTransport, type TransportSettings } from '../../../src/sls/http/transport.js';
import { ManualClock } from '../../support/manual-clock.js';
import { serveHttp, serveRaw, type Scripted } from './scripted-server.js';

const LIMITS: TransportSettings = {
  connectTimeoutMs: 5000,
  responseTimeoutMs: 10_000,
  maxBodyBytes: 4 * 1024 * 1024,
  maxSockets: 2,
};
const never = new AbortController().signal;
const PLAIN = { what: 'pull', method: 'GET', target: '/', headers: {}, body: Buffer.alloc(0), signal: never } as const;

interface Bench {
  readonly clock: Clock;
  readonly sizes: number[];
  readonly server: Scripted;
  readonly transport: HttpTransport;
  readonly get: (extra?: Partial<HttpRequest>, traffic?: TrafficClass) => Promise<HttpReply>;
}

function bench(context: TestContext, server: Scripted, settings: Partial<TransportSettings & { clock: Clock }>): Bench {
  const clock = settings.clock ?? systemClock;
  const transport = new HttpTransport({ ...LIMITS, ...settings }, clock);
  const dial = dialTo(`127.0.0.1:${server.port}`);
  const sizes: number[] = [];
  const base: HttpRequest = {
    what: 'pull',
    method: 'GET',
    target: '/x?a=1',
    headers: { host: dial.hostHeader },
    body: Buffer.alloc(0),
    bodyBuffer: (size) => {
      sizes.push(size);
      return new ArrayBuffer(size + 100);
    },
    signal: never,
  };
  context.after(async () => {
    transport.close();
    await server.close();
  });
  const get: Bench['get'] = (extra = {}, traffic = 'pull') => transport.request(dial, traffic, { ...base, ...extra });
  return { clock, sizes, server, transport, get };
}

async function http(context: TestContext, handler: RequestListener, settings = {}): Promise<Bench> {
  return bench(context, await serveHttp(handler), settings);
}

async function raw(context: TestContext, handler: (socket: net.Socket) => void, settings = {}): Promise<Bench> {
  return bench(context, await serveRaw(handler), settings);
}

function dialTo(text: string): Dial {
  const result = parseEndpoint(text);
  assert.ok(result.ok);
  return dialFor(result.endpoint, 'p');
}

function bytes({ body, bodyLength }: HttpReply): Buffer {
  return Buffer.from(body, 0, bodyLength);
}

async function failure(promise: Promise<unknown>, code: string, message: RegExp): Promise<ForwarderError> {
  const thrown = await promise.then(
    () => assert.fail('did not reject'),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof ForwarderError, String(thrown));
  assert.equal(thrown.code, code);
  assert.match(thrown.message, message);
  assert.doesNotMatch(thrown.message, /\n/);
  return thrown;
}

const MEGABYTE = Buffer.alloc(1_700_000, 'sls!');

test('a body of known length goes straight into one buffer of the allocator', async (context) => {
  const { get, sizes } = await http(context, (_, response) => {
    response.setHeader('content-length', MEGABYTE.length);
    response.end(MEGABYTE);
  });
  const reply = await get();
  assert.deepEqual(sizes, [MEGABYTE.length]);
  assert.equal(reply.body.byteLength, MEGABYTE.length + 100);
  assert.ok(bytes(reply).equals(MEGABYTE));
});

test('a chunked body without a length is joined into one buffer', async (context) => {
  const { get, sizes } = await http(context, (_, response) => {
    for (let at = 0; at < MEGABYTE.length; at += 170_000) response.write(MEGABYTE.subarray(at, at + 170_000));
    response.end();
  });
  const reply = await get();
  assert.deepEqual(sizes, [MEGABYTE.length]);
  assert.ok(bytes(reply).equals(MEGABYTE));
});

test('what a body takes is told before it is there: at once where its length is known, else while it grows', async (context) => {
  const { get } = await http(context, (request, response) => {
    if (request.headers['x-known'] === 'yes') response.setHeader('content-length', MEGABYTE.length);
    response.write(MEGABYTE.subarray(0, 800_000));
    response.end(MEGABYTE.subarray(800_000));
  });
  const told = async (known: string, traffic: 'pull' | 'control'): Promise<number[]> => {
    const held: number[] = [];
    await get({ headers: { host: 'p.example', 'x-known': known }, bodyHeld: (size) => held.push(size) }, traffic);
    return held;
  };
  assert.deepEqual(await told('yes', 'pull'), [MEGABYTE.length]);
  assert.deepEqual(await told('yes', 'control'), [MEGABYTE.length]);
  const grown = await told('no', 'pull');
  assert.ok(grown.length > 2 && grown.every((size, i) => size > (grown[i - 1] ?? 0)), String(grown));
  assert.equal(grown.at(-1), 2 * MEGABYTE.length, 'it is joined in the end, and then there twice');
});

test('an empty body allocates nothing', async (context) => {
  const { get, sizes } = await http(context, (_, response) => response.end());
  const reply = await get();
  assert.deepEqual([reply.status, reply.bodyLength, sizes.length], [200, 0, 0]);
});

test('the allocator serves successes only', async (context) => {
  const { get, sizes } = await http(context, (_, response) => {
    response.statusCode = 503;
    response.end('{"errorCode":"ServerBusy"}');
  });
  const reply = await get();
  assert.equal(reply.status, 503);
  assert.equal(bytes(reply).toString(), '{"errorCode":"ServerBusy"}');
  assert.equal(sizes.length, 0);
});

test('what is larger than the limit is refused before it is allocated', async (context) => {
  const claim = await raw(context, (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx'));
  await failure(claim.get(), 'SLS_PROTOCOL', /99999999999 bytes or more, the limit is 4194304/);
  assert.equal(claim.sizes.length, 0);
});

test('over the client of Node, a claim beyond the limit is refused before a body comes, and the connection ends', async (context) => {
  const ended = resolvers<boolean>();
  const { get } = await raw(context, (socket) => {
    socket.once('close', (hadError) => ended.resolve(hadError));
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n');
  });
  await failure(get({}, 'control'), 'SLS_PROTOCOL', /99999999999 bytes or more, the limit is 4194304/);
  await ended.promise;
});

test('a chunked body is cut at the limit', async (context) => {
  const endless = (response: ServerResponse): void => {
    while (!response.destroyed && response.write(MEGABYTE));
    response.once('drain', () => endless(response));
  };
  const { get, sizes } = await http(context, (_, response) => endless(response));
  await failure(get(), 'SLS_PROTOCOL', /the limit is 4194304/);
  assert.equal(sizes.length, 0);
});

test('a text reply has a limit of its own', async (context) => {
  const { get } = await http(context, (_, response) => response.writeHead(500).end(MEGABYTE));
  await failure(get(), 'SLS_PROTOCOL', /the limit is 1048576/);
});

test('a reset before the reply', async (context) => {
  const { get } = await raw(context, (socket) => socket.resetAndDestroy());
  const error = await failure(get(), 'SLS_NETWORK', /^pull: 127\.0\.0\.1:\d+ closed the connection without an answer/);
  assert.equal(error.class, 'retry');
  assert.match(String(error.details['endpoint']), /^p\.127\.0\.0\.1:\d+$/);
});

test('a body cut off before its length', async (context) => {
  const { get } = await raw(context, (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'));
  await failure(get(), 'SLS_NETWORK', /in the middle of its reply, after 4 bytes/);
});

test('a chunked body cut off before its last chunk', async (context) => {
  const { get } = await raw(context, (socket) =>
    socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'),
  );
  await failure(get(), 'SLS_NETWORK', /in the middle of its reply/);
});

test('a reply that is not HTTP', async (context) => {
  const { get } = await raw(context, (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
  await failure(get(), 'SLS_PROTOCOL', /does not answer in HTTP/);
});

test('nobody listens', async (context) => {
  const server = await serveHttp((_, response) => response.end());
  await server.close();
  const transport = new HttpTransport(LIMITS, systemClock);
  context.after(() => transport.close());
  const dial = dialTo(`127.0.0.1:${server.port}`);
  await failure(transport.request(dial, 'pull', PLAIN), 'SLS_NETWORK', /nothing listens at 127\.0\.0\.1/);
  const tls = dialTo(`https://127.0.0.1:${server.port}`);
  await failure(transport.request(tls, 'pull', PLAIN), 'SLS_NETWORK', /nothing listens at/);
});

test('https to a port that speaks plain HTTP', async (context) => {
  const { server, transport } = await raw(context, (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const dial = dialTo(`https://127.0.0.1:${server.port}`);
  await failure(transport.request(dial, 'pull', PLAIN), 'SLS_NETWORK', /does not speak TLS: .* http:\/\//);
});

test('a header that can not travel is an error, not an exception', async (context) => {
  const { get } = await http(context, (_, response) => response.end());
  await failure(get({ headers: { host: 'a\nb' } }), 'SLS_NETWORK', /^pull: /);
});

function resolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** Time a test moves; tells when somebody has looked at it. */
class WatchedClock extends ManualClock {
  reads = 0;

  override monotonic(): number {
    this.reads += 1;
    return super.monotonic();
  }

  async nextRead(act: () => void): Promise<void> {
    const before = this.reads;
    act();
    while (this.reads === before) await turn();
  }
}

/** Pulls have connections of our own, everything else Node's. */
for (const traffic of ['pull', 'control'] as const) {
  test(`${traffic}: a service that says nothing`, async (context) => {
    const clock = new WatchedClock();
    const { get } = await http(context, () => undefined, { clock });
    const reply = failure(get({}, traffic), 'SLS_TIMEOUT', /was silent for 10000 ms/);
    await clock.nextRead(() => undefined);
    await clock.advance(9999);
    assert.equal(clock.pending, 1);
    await clock.advance(1);
    await reply;
    assert.equal(clock.pending, 0);
  });

  test(`${traffic}: a service that answers once and then says nothing on the same connection`, async (context) => {
    const clock = new WatchedClock();
    let asked = 0;
    const { get, server } = await http(
      context,
      (_, response) => {
        asked += 1;
        if (asked === 1) response.end('{}');
      },
      { clock },
    );
    await get({}, traffic);
    const reply = failure(get({}, traffic), 'SLS_TIMEOUT', /was silent for 10000 ms/);
    while (asked < 2) await turn();
    await clock.advance(10_000);
    await reply;
    assert.equal(server.accepted(), 1);
  });

  test(`${traffic}: a service that is slow but not silent`, async (context) => {
    const clock = new WatchedClock();
    const arrived = resolvers<ServerResponse>();
    const { get, transport } = await http(context, (_, response) => arrived.resolve(response), { clock });
    const reply = get({}, traffic);
    const response = await arrived.promise;
    response.setHeader('content-length', 3);
    for (const piece of ['a', 'b', 'c']) {
      await clock.nextRead(() => response.write(piece));
      await clock.advance(9000);
    }
    response.end();
    assert.equal(bytes(await reply).toString(), 'abc');
    transport.close();
    assert.equal(clock.pending, 0);
  });

  test(`${traffic}: a service that falls silent in mid-reply`, async (context) => {
    const clock = new WatchedClock();
    const arrived = resolvers<ServerResponse>();
    const { get } = await http(context, (_, response) => arrived.resolve(response), { clock });
    const reply = failure(get({}, traffic), 'SLS_TIMEOUT', /was silent for 10000 ms/);
    const response = await arrived.promise;
    response.setHeader('content-length', 3);
    await clock.nextRead(() => response.write('a'));
    await clock.advance(10_000);
    await reply;
  });
}

for (const traffic of ['pull', 'control'] as const) {
  test(`${traffic}: a connection that is never made`, async (context) => {
    const clock = new ManualClock();
    // Accepts TCP and never answers the TLS hello: to the client that is still connecting.
    const { server, transport } = await raw(context, () => undefined, { clock });
    const dial = dialTo(`https://127.0.0.1:${server.port}`);
    const reply = failure(transport.request(dial, traffic, PLAIN), 'SLS_TIMEOUT', /no connection to .* within 5000 ms/);
    while (clock.pending === 0) await turn();
    await clock.advance(5000);
    await reply;
  });

  test(`${traffic}: an aborted signal ends a request that waits, reads or stands in line`, async (context) => {
    for (const head of [{ 'content-length': 10 }, {}]) {
      const arrived = resolvers<undefined>();
      const { get } = await http(
        context,
        (_, response) => {
          response.writeHead(200, head).write('begun');
          arrived.resolve(undefined);
        },
        { maxSockets: 1 },
      );
      const stop = new AbortController();
      const reading = failure(get({ signal: stop.signal }, traffic), 'SLS_TIMEOUT', /given up before/);
      await arrived.promise;
      const queued = failure(get({ signal: stop.signal }, traffic), 'SLS_TIMEOUT', /given up before/);
      stop.abort();
      await Promise.all([reading, queued]);
      await failure(get({ signal: stop.signal }, traffic), 'SLS_TIMEOUT', /given up before/);
      assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
    }
  });
}

test('a heartbeat stands in line behind neither pulls nor a thousand shards that begin', async (context) => {
  const waiting: ServerResponse[] = [];
  const { get, server } = await http(context, (request, response) => {
    if (request.url === '/heartbeat') response.end();
    else waiting.push(response);
  });
  const others = Array.from({ length: 40 }, (_, index) => get({}, index % 2 === 0 ? 'pull' : 'control'));
  await get({ target: '/heartbeat' }, 'heartbeat');
  assert.ok(waiting.length < others.length);
  // 2 for pulls, 16 for what shards ask when they begin, one for the heartbeat.
  assert.ok(server.accepted() <= 19, String(server.accepted()));
  const answered = Promise.all(others);
  for (let isDone = false; !isDone;) {
    for (const response of waiting.splice(0)) response.end();
    isDone = await Promise.race([answered.then(() => true), turn().then(() => false)]);
  }
});

test('heartbeats of many logstores do not wait for each other where the service is slow to answer', async (context) => {
  const waiting: ServerResponse[] = [];
  const together = 25;
  // Nobody is answered before so many have asked.
  const { get } = await http(context, (_, response) => {
    waiting.push(response);
    if (waiting.length < together) return;
    for (const one of waiting.splice(0)) one.end('[]');
  });
  const replies = await Promise.all(Array.from({ length: together }, () => get({}, 'heartbeat')));
  assert.ok(replies.every(({ status }) => status === 200));
});

test('connections are kept alive and bounded, and control requests have their own', async (context) => {
  const waiting: ServerResponse[] = [];
  const bell = new EventEmitter();
  const { get, server } = await http(context, (_, response) => {
    waiting.push(response);
    bell.emit('request');
  });
  const pulls = [get(), get(), get(), get()];
  while (waiting.length < 2) await once(bell, 'request');
  const control = get({}, 'control');
  // Arrives although the pulls have taken all of theirs.
  while (waiting.length < 3) await once(bell, 'request');
  assert.equal(server.accepted(), 3);
  const answerAll = (): void => waiting.splice(0).forEach((response) => response.end());
  bell.on('request', answerAll);
  answerAll();
  await Promise.all([...pulls, control]);
  await get();
  assert.equal(getEventListeners(never, 'abort').length, 0);
  assert.equal(server.accepted(), 3);
});
