import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import test, { type TestContext } from 'node:test';
import { systemClock } from '../../../src/flow/clock.js';
import { startSlsEmulator } from '../../../src/emulator/sls-handle.js';
import { createSlsClient } from '../../../src/sls/client.js';
import { staticCredentials } from '../../../src/sls/credentials/credentials.js';
import { openCredentials } from '../../../src/sls/credentials/choose.js';
import { dialFor, parseEndpoint, type Dial } from '../../../src/sls/endpoint.js';
import { Exchange, type HttpRequest } from '../../../src/sls/http/exchange.js';
import { chooseProxy, parseProxy, type Proxy } from '../../../src/sls/http/proxy.js';
import { HttpTransport } from '../../../src/sls/http/transport.js';
import { TunnelAgent } from '../../../src/sls/http/tunnel.js';
import { testCerts } from '../../support/certs.js';
import { RecordingLog } from '../../support/recording-log.js';
import { serveHttp, serveRaw } from './scripted-server.js';
import { refused } from './refused.js';

const LIMITS = { connectTimeoutMs: 2000, responseTimeoutMs: 5000, maxBodyBytes: 1 << 20, maxSockets: 2 };
const fail = (message: string): Error => new Error(message);
const signal = new AbortController().signal;
const REQUEST: HttpRequest = {
  what: 'pull',
  method: 'GET',
  target: '/x?a=1',
  headers: {},
  body: Buffer.alloc(0),
  signal,
};

function proxyOf(text: string): Proxy {
  const result = parseProxy(text);
  assert.ok(result.ok, text);
  return result.proxy;
}

function dialTo(text: string, proxy: Proxy): Dial {
  const result = parseEndpoint(text);
  assert.ok(result.ok);
  return dialFor(result.endpoint, 'p', () => proxy);
}

interface TestProxy {
  readonly port: number;
  /** Request lines and what `Proxy-Authorization` said. */
  readonly seen: string[];
}

/** Forwards like a real one, by CONNECT and by absolute form, to 127.0.0.1 whatever the name. */
async function startProxy(context: TestContext, status = 200): Promise<TestProxy> {
  const seen: string[] = [];
  const note = ({ method, url, headers }: http.IncomingMessage): void => {
    seen.push(`${method} ${url} ${headers['proxy-authorization'] ?? '-'}`);
  };
  const sockets = new Set<net.Socket>();
  const server = http.createServer((request, response) => {
    note(request);
    if (status !== 200) {
      response.writeHead(status, { 'content-type': 'text/html' }).end('<html>no</html>');
      return;
    }
    const { port, pathname, search } = new URL(request.url ?? '');
    const headers = { ...request.headers };
    delete headers['proxy-authorization'];
    const onward = http.request({ host: '127.0.0.1', port, method: request.method, path: pathname + search, headers });
    onward.on('response', (reply) => {
      response.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(response);
    });
    request.pipe(onward);
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (request: http.IncomingMessage, socket: net.Socket) => {
    note(request);
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 15\r\n\r\n<html>no</html>`);
      return;
    }
    const onward = net.connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    for (const end of [onward, socket]) end.on('error', () => undefined);
    sockets.add(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, seen };
}

test('addresses of proxies', () => {
  const plain = { authorization: undefined, secrets: [] };
  assert.deepEqual(proxyOf('http://proxy.corp:3128'), { host: 'proxy.corp', port: 3128, ...plain });
  assert.deepEqual(proxyOf('Proxy.corp'), { host: 'proxy.corp', port: 80, ...plain });
  assert.deepEqual(proxyOf('http://[::1]:8080/'), { host: '::1', port: 8080, ...plain });
  const basic = Buffer.from('me:p@ss').toString('base64');
  assert.deepEqual(proxyOf('http://me:p%40ss@10.0.0.1:3128'), {
    host: '10.0.0.1',
    port: 3128,
    authorization: `Basic ${basic}`,
    secrets: [basic, 'p@ss', 'p%40ss'],
  });
});

for (const text of [
  'https://me:hunter2@proxy:1',
  'socks5://me:hunter2@proxy:1',
  'http://me:hunter2@proxy:99999',
  'http://me:hunter2@proxy/path',
  'http://me:hunter2%zz@proxy',
  'http://me:hun/ter2@proxy',
  'http://',
  '',
  'http://me:hunter2@pro xy',
]) {
  test(`"${text}" is no proxy, said without repeating it`, () => {
    const result = parseProxy(text);
    assert.ok(!result.ok);
    assert.doesNotMatch(result.message, /hunter2|ter2/);
  });
}

test('the environment decides where nothing is configured', () => {
  const env = { HTTPS_PROXY: 'http://s:1', http_proxy: 'h:2', NO_PROXY: '.corp, example.com:8443,10.0.0.7 *.in' };
  const choose = chooseProxy('environment', env, fail);
  const via = (tls: boolean, host: string, port = tls ? 443 : 80): string | undefined =>
    choose({ tls, host, port })?.host;
  assert.equal(via(true, 'p.cn-hangzhou.log.aliyuncs.com'), 's');
  assert.equal(via(false, 'p.cn-hangzhou.log.aliyuncs.com'), 'h');
  for (const host of ['127.0.0.1', 'localhost', '::1', 'a.corp', 'corp', '10.0.0.7', 'x.in']) {
    assert.equal(via(true, host), undefined, host);
  }
  assert.equal(via(true, 'example.com', 8443), undefined);
  assert.equal(via(true, 'example.com'), 's');
  assert.equal(via(true, 'notcorp'), 's');
  assert.equal(
    chooseProxy('environment', { ...env, no_proxy: '*' }, fail)({ tls: true, host: 'a', port: 443 }),
    undefined,
  );
  assert.equal(chooseProxy('off', env, fail)({ tls: true, host: 'a', port: 443 }), undefined);
  assert.equal(chooseProxy(proxyOf('x:1'), env, fail)({ tls: true, host: '127.0.0.1', port: 443 })?.host, 'x');
});

test('a variable that can not be read is named, and not repeated', () => {
  const choose = chooseProxy('environment', { HTTPS_PROXY: 'socks5://me:hunter2@proxy' }, fail);
  assert.throws(() => choose({ tls: true, host: 'a.b', port: 443 }), /^Error: HTTPS_PROXY: (?!.*hunter2)/);
});

test('plain HTTP goes through in absolute form, with the password of the proxy', async (context) => {
  const emulator = await startSlsEmulator({
    accessKeyId: 'a',
    accessKeySecret: 's',
    project: 'p',
    logstores: [{ name: 'store', shards: 1, preload: 10 }],
  });
  context.after(() => emulator.stop());
  const proxy = await startProxy(context);
  const result = parseEndpoint(`http://log.example.com:${new URL(emulator.endpoint).port}`);
  assert.ok(result.ok);
  const client = createSlsClient(
    {
      ...LIMITS,
      endpoint: result.endpoint,
      signature: 'v1',
      credentials: staticCredentials({ accessKeyId: 'a', accessKeySecret: 's' }),
      proxyFor: () => proxyOf(`http://me:hunter2@127.0.0.1:${proxy.port}`),
    },
    systemClock,
    new RecordingLog(),
  );
  context.after(() => client.close());
  const names = { project: 'p', logstore: 'store', consumerGroup: 'g', consumer: 'c' };
  const { source } = client.openLogstore({ ...names, compression: 'lz4', bodyBuffer: (size) => new ArrayBuffer(size) });
  assert.equal((await source.listShards(signal)).length, 1);
  const line = `GET http://p.log.example.com:${result.endpoint.port}/logstores/store/shards`;
  assert.deepEqual(proxy.seen, [`${line} Basic ${Buffer.from('me:hunter2').toString('base64')}`]);
});

test('TLS goes through one tunnel that is used again, its certificate checked for the name of the service', async (context) => {
  const { server: pair, ca } = await testCerts();
  const service = https.createServer(pair, (request, response) =>
    response.end(`${request.headers.host} ${request.url}`),
  );
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  context.after(() => {
    service.closeAllConnections();
    service.close();
  });
  const { port } = service.address() as AddressInfo;
  const proxy = await startProxy(context);
  const via = proxyOf(`http://me:hunter2@127.0.0.1:${proxy.port}`);
  const agent = new TunnelAgent(via, 2000, systemClock, { keepAlive: true, ca: ca.cert });
  context.after(() => agent.destroy());
  const get = async (name: string): Promise<string> => {
    const dial = { tls: true, host: name, port, hostHeader: `p.${name}`, servername: name, via };
    const request = { ...REQUEST, headers: { host: dial.hostHeader } };
    const reply = await new Exchange(dial, request, LIMITS, systemClock).run((options) =>
      https.request({ ...options, agent, servername: dial.servername }),
    );
    return Buffer.from(reply.body, 0, reply.bodyLength).toString();
  };
  assert.equal(await get('localhost'), 'p.localhost /x?a=1');
  assert.equal(await get('localhost'), 'p.localhost /x?a=1');
  assert.deepEqual(proxy.seen, [`CONNECT localhost:${port} Basic ${Buffer.from('me:hunter2').toString('base64')}`]);
  await refused(get('elsewhere.example'), 'SLS_NETWORK', /the certificate of elsewhere\.example:\d+ is not trusted/);
});

for (const scheme of ['http', 'https'] as const) {
  const through = (context: TestContext, proxy: Proxy): Promise<unknown> => {
    const transport = new HttpTransport(LIMITS, systemClock);
    context.after(() => transport.close());
    return transport.request(dialTo(`${scheme}://log.example.com`, proxy), 'pull', REQUEST);
  };

  test(`${scheme}: a proxy that is not there is named`, async (context) => {
    const gone = await serveRaw(() => undefined);
    await gone.close();
    await refused(
      through(context, proxyOf(`http://me:hunter2@127.0.0.1:${gone.port}`)),
      'SLS_NETWORK',
      /the proxy 127\.0\.0\.1:\d+.*check/,
    );
  });

  test(`${scheme}: a proxy that speaks something else is named`, async (context) => {
    const odd = await serveRaw((socket) => socket.end('SSH-2.0-OpenSSH_9\r\n'));
    context.after(() => odd.close());
    const code = scheme === 'http' ? 'SLS_PROTOCOL' : 'SLS_NETWORK';
    await refused(
      through(context, proxyOf(`127.0.0.1:${odd.port}`)),
      code,
      /the proxy 127\.0\.0\.1.* does not answer in HTTP/,
    );
  });
}

for (const [status, code, message] of [
  [407, 'PROXY_REFUSED', /wants a user and a password \(407\)/],
  [403, 'PROXY_REFUSED', /does not let us through/],
  [503, 'SLS_NETWORK', /can't reach the service \(503\)/],
] as const) {
  test(`a tunnel is refused with ${status}: ${code}`, async (context) => {
    const proxy = await startProxy(context, status);
    const transport = new HttpTransport(LIMITS, systemClock);
    context.after(() => transport.close());
    const dial = dialTo('https://log.example.com', proxyOf(`127.0.0.1:${proxy.port}`));
    const many = Array.from({ length: 9 }, () => refused(transport.request(dial, 'pull', REQUEST), code, message));
    await Promise.all(many);
  });
}

test('a tunnel that is never granted ends in time', async (context) => {
  const silent = await serveRaw(() => undefined);
  context.after(() => silent.close());
  const transport = new HttpTransport({ ...LIMITS, connectTimeoutMs: 50 }, systemClock);
  context.after(() => transport.close());
  const dial = dialTo('https://log.example.com', proxyOf(`127.0.0.1:${silent.port}`));
  await refused(transport.request(dial, 'pull', REQUEST), 'SLS_TIMEOUT', /let nobody through within 50 ms/);
});

test('407 for a plain request says what to do, with a wrong password and without a proxy we know of', async (context) => {
  const proxy = await startProxy(context, 407);
  const result = parseEndpoint('http://log.example.com');
  assert.ok(result.ok);
  const credentials = staticCredentials({ accessKeyId: 'a', accessKeySecret: 's' });
  const base = { ...LIMITS, endpoint: result.endpoint, signature: 'v1', credentials } as const;
  const names = { project: 'p', logstore: 'store', consumerGroup: 'g', consumer: 'c', compression: 'lz4' } as const;
  const bodyBuffer = (size: number): ArrayBuffer => new ArrayBuffer(size);
  const via = proxyOf(`http://me:hunter2@127.0.0.1:${proxy.port}`);
  const known = createSlsClient({ ...base, proxyFor: () => via }, systemClock, new RecordingLog());
  context.after(() => known.close());
  const shards = known.openLogstore({ ...names, bodyBuffer }).source.listShards(signal);
  await refused(shards, 'PROXY_REFUSED', /does not accept this user or password \(407\)/);

  const hidden = await serveHttp((_, response) => response.writeHead(407).end());
  context.after(() => hidden.close());
  const direct = parseEndpoint(`127.0.0.1:${hidden.port}`);
  assert.ok(direct.ok);
  const unaware = createSlsClient({ ...base, endpoint: direct.endpoint }, systemClock, new RecordingLog());
  context.after(() => unaware.close());
  await refused(
    unaware.openLogstore({ ...names, bodyBuffer }).source.listShards(signal),
    'PROXY_REFUSED',
    /see proxy of the source/,
  );
});

test('STS is asked through the proxy', async (context) => {
  const proxy = await startProxy(context, 407);
  const provider = openCredentials(
    {
      source: 'oidc',
      roleArn: 'r',
      oidcProviderArn: 'o',
      oidcTokenFile: import.meta.filename,
      stsEndpoint: 'http://sts.example.com',
      metadataEndpoint: 'http://127.0.0.1:9',
      ...{ accessKeyId: undefined, accessKeySecret: undefined, securityToken: undefined, file: undefined },
      ...{ profile: undefined, roleName: undefined, uri: undefined },
    },
    {},
    systemClock,
    new RecordingLog(),
    () => proxyOf(`127.0.0.1:${proxy.port}`),
  );
  await refused(provider.get(), 'PROXY_REFUSED', /the STS service: the proxy .*407/);
  assert.match(proxy.seen[0] ?? '', /^POST http:\/\/sts\.example\.com\/\?Action=AssumeRoleWithOIDC/);
});
