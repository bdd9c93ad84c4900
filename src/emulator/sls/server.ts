import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ForwarderError } from '../../errors/forwarder-error.js';
import { sleep, type Clock } from '../../flow/clock.js';
import type { Call, Reply } from './call.js';
import { control } from './control.js';
import type { Fault } from './faults.js';
import type { SlsEmulatorSettings } from './options.js';
import { route } from './route.js';
import { Service } from './service.js';
import { ServiceError } from './service-error.js';
import { headersOf, parseTarget, projectOf, readBody, sendError, sendHtml, sendReply } from './wire.js';

/** Longer than clients keep a connection idle, so that none is closed under a request. */
const KEEP_ALIVE_MS = 120_000;
const CONTROL_PREFIX = '/_emulator/';

/** The emulator's HTTP listener. */
export class SlsServer {
  readonly #service: Service;
  readonly #clock: Clock;
  readonly #http: Server;
  readonly #stopping = new AbortController();

  private constructor(settings: SlsEmulatorSettings, clock: Clock) {
    this.#clock = clock;
    this.#service = new Service(settings, clock);
    this.#http = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (request, response) => {
      void this.#serve(request, response);
    });
  }

  /** @throws ForwarderError LISTEN_FAILED */
  static async start(settings: SlsEmulatorSettings, clock: Clock): Promise<SlsServer> {
    const server = new SlsServer(settings, clock);
    await server.#listen(settings.host, settings.port);
    return server;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  /** Closes every connection, also those with a reply under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#service.stop();
    const closed = new Promise((resolve) => this.#http.close(resolve));
    this.#http.closeAllConnections();
    await closed;
  }

  #listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#http.once('error', (cause) => {
        this.#service.stop();
        reject(
          new ForwarderError('LISTEN_FAILED', `emulator can't listen on ${host}:${port}: ${cause.message}`, { cause }),
        );
      });
      this.#http.listen(port, host, resolve);
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path, query } = parseTarget(request.url ?? '/');
    const isControl = path.startsWith(CONTROL_PREFIX);
    let operation = isControl ? 'control' : 'unknown';
    try {
      const body = request.method === 'GET' || request.method === 'HEAD' ? new Uint8Array() : await readBody(request);
      if (isControl) {
        const address = request.socket.remoteAddress ?? '';
        sendReply(response, this.#now(), control(this.#service, path.slice(CONTROL_PREFIX.length), body, address));
        return;
      }
      const method = request.method ?? '';
      const target = route(method, path, query);
      ({ operation } = target);
      const headers = headersOf(request);
      const project = projectOf(headers.get('host') ?? '', this.#service.project.name);
      const clientAddress = request.socket.remoteAddress ?? '';
      await this.#answer({ ...target, method, path, query, headers, body, project, clientAddress }, response);
    } catch (error) {
      this.#fail(response, operation, error);
    }
  }

  async #answer(call: Call, response: ServerResponse): Promise<void> {
    const fault = this.#service.faults.next(call);
    if (fault?.delayMs !== undefined) await sleep(this.#clock, fault.delayMs, this.#stopping.signal);
    if (fault !== undefined && this.#before(call, response, fault)) return;
    const reply = await this.#service.answer(call);
    const outcome = fault === undefined ? '200' : this.#spoil(response, reply, fault);
    if (fault === undefined) sendReply(response, this.#now(), reply);
    this.#service.count(call.operation, outcome);
  }

  /** Faults instead of the operation. @returns whether this was one */
  #before({ operation }: Call, response: ServerResponse, fault: Fault): boolean {
    switch (fault.kind) {
      case 'error':
        throw new ServiceError(
          fault.status ?? 500,
          fault.errorCode ?? 'InternalServerError',
          fault.errorMessage ?? 'injected',
        );
      case 'html':
        sendHtml(response, fault.status ?? 502);
        break;
      case 'reset':
        response.socket?.resetAndDestroy();
        break;
      case 'hang':
        break;
      default:
        return false;
    }
    this.#service.count(operation, fault.kind);
    return true;
  }

  /** Faults of the reply. @returns the outcome to count */
  #spoil(response: ServerResponse, reply: Reply, fault: Fault): string {
    const { body } = reply;
    const half = body.subarray(0, Math.floor(body.length / 2));
    switch (fault.kind) {
      case 'lose':
        response.socket?.resetAndDestroy();
        return fault.kind;
      case 'truncate':
        sendReply(response, this.#now(), { ...reply, body: half }, Math.max(1, body.length));
        return fault.kind;
      case 'cut':
        sendReply(response, this.#now(), { ...reply, body: half });
        return fault.kind;
      case 'corrupt':
        sendReply(response, this.#now(), { ...reply, body: flip(body) });
        return fault.kind;
      default:
        sendReply(response, this.#now(), { ...reply, headers: replaced(reply.headers, fault.headers ?? {}) });
        return '200';
    }
  }

  #fail(response: ServerResponse, operation: string, error: unknown): void {
    const known = error instanceof ServiceError;
    const answer = known ? error : new ServiceError(500, 'InternalServerError', String(error));
    this.#service.count(operation, String(answer.status));
    if (response.headersSent || response.destroyed) response.destroy();
    else sendError(response, this.#now(), answer);
  }

  #now(): number {
    return this.#service.clock.now();
  }
}

/** Every 97th byte inverted: enough to break any format, little enough to get past a glance at the size. */
function flip(body: Uint8Array): Uint8Array {
  return body.map((byte, index) => (index % 97 === 0 ? byte ^ 0xff : byte));
}

function replaced(
  headers: Reply['headers'],
  changes: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string>> {
  const changed = Object.entries({ ...headers, ...changes });
  return Object.fromEntries(changed.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}
