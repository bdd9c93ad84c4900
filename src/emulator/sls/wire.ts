import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reply } from './call.js';
import { refuse, type ServiceError } from './service-error.js';
import { MAX_BODY_BYTES } from './write-api.js';

export interface Target {
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
}

/** The request target, also in the absolute form that clients use towards a proxy (RFC 9112 §3.2.2). */
export function parseTarget(url: string): Target {
  const local = url.replace(/^https?:\/\/[^/?]*/, '');
  const [path = '', ...rest] = local.split('?');
  return { path: path === '' ? '/' : path, query: new Map(new URLSearchParams(rest.join('?'))) };
}

/** The parameters of a call in the style of STS, where a request is one. */
export function rpcAction(
  path: string,
  query: ReadonlyMap<string, string>,
  body: Uint8Array,
): ReadonlyMap<string, string> | undefined {
  if (path !== '/') return undefined;
  const form = body.length > 0 && body[0] !== 0x7b ? new URLSearchParams(Buffer.from(body).toString()) : [];
  const all = new Map([...query, ...form]);
  return all.has('Action') ? all : undefined;
}

export function headersOf(request: IncomingMessage): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

/** @throws ServiceError PostBodyTooLarge */
export async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (size > MAX_BODY_BYTES) throw refuse.bodyTooLarge(String(size));
  return Buffer.concat(chunks);
}

/** The headers of every reply. Names are lower case because the Python SDK looks for exactly those. */
function commonHeaders(now: number): Record<string, string> {
  return {
    server: 'sls-emulator',
    date: new Date(now).toUTCString(),
    'access-control-allow-origin': '*',
    'x-log-time': String(Math.floor(now / 1000)),
    'x-log-requestid': randomBytes(12).toString('hex').toUpperCase(),
  };
}

/** @param length what `content-length` says, where it is not the body's */
export function sendReply(response: ServerResponse, now: number, reply: Reply, length = reply.body.length): void {
  response.writeHead(200, { ...commonHeaders(now), ...reply.headers, 'content-length': length });
  if (length === reply.body.length) response.end(reply.body);
  else response.write(reply.body, () => response.destroy());
}

export function sendError(response: ServerResponse, now: number, error: ServiceError): void {
  const body = JSON.stringify({ errorCode: error.code, errorMessage: error.message });
  response.writeHead(error.status, {
    ...commonHeaders(now),
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** Sends an error in the format of services of the RPC style. */
export function sendRpcError(response: ServerResponse, now: number, { status, code, message }: ServiceError): void {
  const RequestId = randomBytes(16).toString('hex').toUpperCase();
  const body = JSON.stringify({ RequestId, HostId: 'sts.aliyuncs.com', Code: code, Message: message });
  response.writeHead(status, {
    date: new Date(now).toUTCString(),
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

export function sendHtml(response: ServerResponse, status: number): void {
  const page = `<html><head><title>${status}</title></head><body><h1>${status}</h1><hr>proxy</body></html>\n`;
  response.writeHead(status, { 'content-type': 'text/html', 'content-length': page.length });
  response.end(page);
}
