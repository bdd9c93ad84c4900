import { Agent, get, type IncomingMessage } from 'node:http';
import type { ForwarderSettings } from '../../src/config/settings.js';
import { encodeQuery, signV1 } from '../../src/sls/signing/sign.js';

const AGENT = new Agent({ keepAlive: true });
/** Log groups: the most that PullLogs gives. */
const COUNT = '1000';

interface Names {
  readonly project: string;
  readonly logstore: string;
}

interface Reply {
  readonly headers: IncomingMessage['headers'];
  readonly body: Uint8Array;
}

/** One pull of the beginning of a shard, signed once and sent again and again; its bodies all arrive in the same buffer. */
export class PullRequest {
  readonly rawSize: number;
  readonly #send: (into: Uint8Array) => Promise<Reply>;
  readonly #buffer: Uint8Array;

  private constructor(rawSize: number, bodyBytes: number, send: (into: Uint8Array) => Promise<Reply>) {
    this.rawSize = rawSize;
    this.#send = send;
    this.#buffer = new Uint8Array(bodyBytes);
  }

  static async prepare({ sources }: ForwarderSettings, names: Names, shard: number): Promise<PullRequest> {
    const [service] = sources.values();
    if (service === undefined || service === 'embedded') throw new Error('the limit program needs a source of its own');
    const path = `/logstores/${names.logstore}/shards/${shard}`;
    const ask = async (query: Readonly<Record<string, string>>, accept: Readonly<Record<string, string>>) => {
      const { host, port } = service.endpoint;
      const unsigned = {
        host: `${names.project}.${host}:${port}`,
        'x-log-apiversion': '0.6.0',
        'x-log-bodyrawsize': '0',
        ...accept,
      };
      const request = { method: 'GET', path, query, headers: unsigned, body: Buffer.alloc(0) } as const;
      const { accessKeyId = '', accessKeySecret = '' } = service.credentials;
      const headers = await signV1(request, { accessKeyId, accessKeySecret }, Date.now());
      return (into?: Uint8Array) => exchange({ host, port, path: `${path}?${encodeQuery(query)}`, headers }, into);
    };
    const { body } = await (await ask({ type: 'cursor', from: 'begin' }, {}))();
    const { cursor } = JSON.parse(Buffer.from(body).toString()) as { cursor: string };
    const pull = { accept: 'application/x-protobuf', 'accept-encoding': 'lz4' };
    const send = await ask({ type: 'log', cursor, count: COUNT }, pull);
    const first = await send();
    return new PullRequest(Number(first.headers['x-log-bodyrawsize']), first.body.length, send);
  }

  /** @returns the compressed body; the next pull overwrites it. */
  async pull(): Promise<Uint8Array> {
    return (await this.#send(this.#buffer)).body;
  }
}

interface Target {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

function exchange(target: Target, into?: Uint8Array): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = get({ ...target, agent: AGENT }, (response) => {
      const { statusCode, headers } = response;
      const body = into ?? new Uint8Array(Number(headers['content-length']));
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        body.set(chunk, length);
        length += chunk.length;
      });
      response.on('end', () => {
        if (statusCode === 200) resolve({ headers, body });
        else reject(new Error(`the emulator answered ${statusCode}: ${Buffer.from(body).toString()}`));
      });
    });
    request.on('error', reject);
  });
}
