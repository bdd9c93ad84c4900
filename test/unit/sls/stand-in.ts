import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterTest } from '../../support/after-test.js';

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Answer = (asked: Asked) => { readonly status?: number; readonly body: unknown; readonly date?: string };

/** A local stand-in of a service that hands out credentials. */
export class StandIn {
  readonly asked: Asked[] = [];
  readonly url: string;
  answer: Answer;
  readonly #server: Server;

  private constructor(server: Server, answer: Answer) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.answer = answer;
  }

  static async start(answer: Answer): Promise<StandIn> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const standIn = new StandIn(server, answer);
    server.on('request', (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const asked = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
        standIn.asked.push(asked);
        const { status = 200, body: answered, date } = standIn.answer(asked);
        // The clock of the tests is not the time.
        response.sendDate = false;
        if (date !== undefined) response.setHeader('date', date);
        response.statusCode = status;
        response.end(typeof answered === 'string' ? answered : JSON.stringify(answered));
      });
    });
    return standIn;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A {@link StandIn} that ends after the test. */
export async function standIn(answer: Answer): Promise<StandIn> {
  const started = await StandIn.start(answer);
  afterTest(() => started.stop());
  return started;
}
