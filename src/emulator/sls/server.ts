import type { IncomingMessage, ServerResponse } from 'node:http';
import { asForwarderError, ForwarderError } from '../../errors/forwarder-error.js';
import { sleep, type Clock } from '../../flow/clock.js';
import { addressOf, type Address } from './project-host.js';
import { json, type Call, type Reply } from './call.js';
import { control } from './control.js';
import type { Fault } from './faults.js';
import { Front } from './front.js';
import type { SlsEmulatorSettings } from './options.js';
import { route, type Route } from './route.js';
import { Service } from './emulated-service.js';
import { ServiceError } from './service-error.js';
import { headersOf, parseTarget, readBody, rpcAction, sendError, sendHtml, sendReply, sendRpcError } from './wire.js';

const CONTROL_PREFIX = '/_emulator/';

/** The emulator's HTTP listener. */
export class SlsServer {
  readonly #service: Service;
  readonly #clock: Clock;
  readonly #front: Front;
  readonly #stopping = new AbortController();

  private constructor(settings: SlsEmulatorSettings, clock: Clock) {
    this.#clock = clock;
    this.#service = new Service(settings, clock);
    this.#front = new Front((request, response) => void this.#serve(request, response), settings.tls);
  }

  /** @throws ForwarderError LISTEN_FAILED */
  static async start(settings: SlsEmulatorSettings, clock: Clock): Promise<SlsServer> {
    const server = new SlsServer(settings, clock);
    await server.#listen(settings.host, settings.port);
    return server;
  }

  get port(): number {
    return this.#front.port;
  }

  /** Closes every connection, also those with a reply under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#service.stop();
    await this.#front.close();
  }

  async #listen(host: string, port: number): Promise<void> {
    try {
      await this.#front.listen(host, port);
    } catch (cause) {
      this.#service.stop();
      const { message } = asForwarderError(cause);
      throw new ForwarderError('LISTEN_FAILED', `emulator can't listen on ${host}:${port}: ${message}`, { cause });
    }
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
      const action = rpcAction(path, query, body);
      if (action !== undefined) {
        operation = action.get('Action') ?? '';
        this.#rpc(response, method, action);
        return;
      }
      const address = addressOf(request.headers.host ?? '');
      const found = route(method, path, query);
      const target = isAtEndpoint(found, address) ? { ...found, operation: 'ListProject' as const } : found;
      ({ operation } = target);
      const clientAddress = request.socket.remoteAddress ?? '';
      const headers = headersOf(request);
      await this.#answer({ ...target, ...address, method, path, query, headers, body, clientAddress }, response);
    } catch (error) {
      this.#fail(response, operation, error);
    }
  }

  /** The STS service, under every name. */
  #rpc(response: ServerResponse, method: string, parameters: ReadonlyMap<string, string>): void {
    const operation = parameters.get('Action') ?? '';
    try {
      sendReply(response, this.#now(), json(this.#service.rpc(method, parameters)));
      this.#service.count(operation, '200');
    } catch (thrown) {
      const error = thrown instanceof ServiceError ? thrown : new ServiceError(500, 'InternalError', String(thrown));
      this.#service.count(operation, String(error.status));
      sendRpcError(response, this.#now(), error);
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

/** `GET /` of a project is the project's own description, of an endpoint the list of its projects. */
function isAtEndpoint({ operation }: Route, { project }: Address): boolean {
  return operation === 'GetProject' && project === undefined;
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
