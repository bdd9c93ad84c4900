import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { hostAllowed } from './admin-host.js';
import { ForwarderError } from '../errors/forwarder-error.js';
import type { Verdict } from './health.js';
import { printable } from '../errors/printable.js';
import type { Metrics } from './metrics.js';

export interface AdminDeps {
  /** Port 0 lets the system choose. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly metrics: Metrics;
  readonly health: () => Verdict;
  readonly ready: () => Verdict;
}

export interface Admin {
  /** `http://127.0.0.1:9464` */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves /metrics, /healthz and /readyz.
 * @throws ForwarderError LISTEN_FAILED
 */
export async function startAdmin(deps: AdminDeps): Promise<Admin> {
  const { host, port } = deps.listen;
  const server = createServer(LIMITS, (request, response) => {
    answer(deps, request, response);
  });
  server.setTimeout(LIMITS.requestTimeout);
  endLongestUnused(server);
  await listen(server, host, port);
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${addressText(host, actual)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A probe is a few hundred bytes, at once. Milliseconds. Node looks for late requests only at each `connectionsCheckingInterval`. */
const LIMITS = {
  maxHeaderSize: 8192,
  headersTimeout: 5000,
  requestTimeout: 5000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 500,
};
const MAX_CONNECTIONS = 64;

/**
 * A new connection is always accepted. When there are too many, the one whose last request is the longest ago ends. So connections that stay
 * silent, or read their answer slowly, cannot keep a probe out.
 */
function endLongestUnused(server: Server): void {
  const longestUnusedFirst = new Set<IncomingMessage['socket']>();
  server.on('connection', (socket: IncomingMessage['socket']) => {
    const [oldest] = longestUnusedFirst;
    if (oldest !== undefined && longestUnusedFirst.size >= MAX_CONNECTIONS) {
      longestUnusedFirst.delete(oldest);
      oldest.destroy();
    }
    longestUnusedFirst.add(socket);
    socket.on('close', () => longestUnusedFirst.delete(socket));
  });
  server.on('request', ({ socket }: IncomingMessage) => {
    if (longestUnusedFirst.delete(socket)) longestUnusedFirst.add(socket);
  });
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on('error', (error) => reject(listenFailed(addressText(host, port), error)));
    server.listen({ host, port }, resolve);
  });
}

const addressText = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something listens there already, perhaps another forwarder',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
};

function listenFailed(address: string, error: Error): ForwarderError {
  const code = 'code' in error ? String(error.code) : error.message;
  const message = `can't listen on ${address}: ${REASONS[code] ?? code}; set admin.listen to another host:port, or to off`;
  return new ForwarderError('LISTEN_FAILED', message, { cause: error });
}

function answer(deps: AdminDeps, request: IncomingMessage, response: ServerResponse): void {
  const path = request.url?.split('?')[0];
  const route = path === undefined ? undefined : ROUTES.get(path);
  if (!hostAllowed(request.headers.host, deps.listen.host)) send(response, 421, 'text/plain', WRONG_HOST);
  else if (route === undefined) send(response, 404, 'text/plain', `not found; try ${[...ROUTES.keys()].join(', ')}\n`);
  else if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    send(response, 405, 'text/plain', 'only GET and HEAD\n');
  } else route(deps, response);
}

const WRONG_HOST =
  "this host name is not one of this machine's, so the request may come from a web page (DNS rebinding); ask by IP address or host name\n";

type AdminRoute = (deps: AdminDeps, response: ServerResponse) => void;

const ROUTES: ReadonlyMap<string, AdminRoute> = new Map<string, AdminRoute>([
  ['/metrics', sendMetrics],
  ['/healthz', ({ health }, response) => sendVerdict(response, health())],
  ['/readyz', ({ ready }, response) => sendVerdict(response, ready())],
]);

function sendMetrics({ metrics }: AdminDeps, response: ServerResponse): void {
  metrics.render().then(
    (text) => send(response, 200, metrics.contentType, text),
    () => send(response, 500, 'text/plain', 'the metrics could not be read\n'),
  );
}

function sendVerdict(response: ServerResponse, { ok, ...more }: Verdict): void {
  const body = `${printable(JSON.stringify({ status: ok ? 'ok' : 'failing', ...more }))}\n`;
  send(response, ok ? 200 : 503, 'application/json', body);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  // Whatever a request still brings is not wanted: the connection ends with the answer.
  const close = status >= 400 && status < 500 ? { connection: 'close' } : {};
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...close });
  response.end(body);
}
