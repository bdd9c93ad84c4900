import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { newSdk } from './sls-sdk.js';

/** The SDK's own signature: what it sends the emulator must accept. */
export const signer = newSdk('unused');

export interface SlsRequest {
  readonly method?: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Added or, where undefined, removed before signing. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly accessKeyId?: string;
  readonly accessKeySecret?: string;
  /** Asked for as a proxy would be. */
  readonly absolute?: boolean;
  /** Unix milliseconds. */
  readonly now?: number;
}

export interface SlsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  /** The body, where it is JSON. */
  readonly json: unknown;
}

/** One request to an emulator, signed V1 for project `demo`, on a connection of its own. */
export function send(port: number, asked: SlsRequest): Promise<SlsResponse> {
  const { method = 'GET', query = {}, body = '' } = asked;
  const headers = signedHeaders(asked, method, query, body);
  const search = new URLSearchParams(query).toString();
  const target = `${asked.path}${search === '' ? '' : `?${search}`}`;
  const path = asked.absolute === true ? `http://${headers['host'] ?? ''}:80${target}` : target;
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, method, path, headers, agent: false };
    const call = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const whole = Buffer.concat(chunks);
        const isJson = response.headers['content-type'] === 'application/json' && whole.length > 0;
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers as SlsResponse['headers'],
          body: whole,
          json: isJson ? JSON.parse(whole.toString()) : undefined,
        });
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

function signedHeaders(
  asked: SlsRequest,
  method: string,
  query: Readonly<Record<string, string>>,
  body: string | Buffer,
): Record<string, string> {
  const given: Record<string, string | undefined> = {
    host: 'demo.127.0.0.1',
    date: new Date(asked.now ?? Date.now()).toUTCString(),
    'x-log-apiversion': '0.6.0',
    'x-log-signaturemethod': 'hmac-sha1',
    'x-log-bodyrawsize': String(body.length),
    'content-length': String(Buffer.byteLength(body)),
    ...(body.length > 0
      ? {
          'content-type': 'application/json',
          'content-md5': createHash('md5').update(body).digest('hex').toUpperCase(),
        }
      : {}),
    ...asked.headers,
  };
  const headers = Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const credentials = {
    accessKeyId: asked.accessKeyId ?? 'emulator',
    accessKeySecret: asked.accessKeySecret ?? 'emulator',
  };
  return { authorization: signer._sign(method, asked.path, query, headers, credentials), ...headers };
}
