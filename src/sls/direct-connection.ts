import net from 'node:net';
import tls from 'node:tls';
import type { ForwarderError } from '../errors/forwarder-error.js';
import type { Clock } from '../flow/clock.js';
import type { Dial } from './endpoint.js';
import { MAX_TEXT_BYTES, type HttpReply, type HttpRequest, type Limits } from './exchange.js';
import { explainFailure, givenUp, notConnected, silent, tooLarge } from './network-errors.js';
import { readHead, type ReplyHead } from './reply-head.js';

/** The head of a reply has about 700 bytes; of a body that comes with it so much is copied once. */
const HEAD_BYTES = 16_384;

/** Middle-boxes forget idle connections without a word; ours end first. */
export const KEPT_ALIVE_MS = 30_000;
const KEEP_ALIVE_PROBE_MS = 1000;
const UNREF = { unref: true };

/**
 * Why there is no reply although nothing is wrong with the request: the service answers in a way that is left to Node's parser, or it ended a
 * connection that it had kept before it saw the request.
 */
export type NoReply = 'unusual' | 'dropped';

interface Task {
  readonly request: HttpRequest;
  readonly resolve: (outcome: HttpReply | NoReply) => void;
  readonly reject: (error: ForwarderError) => void;
}

/** `waiting`: less than the head of the reply has come. */
type State =
  | { readonly is: 'idle' | 'closed' }
  | { readonly is: 'waiting'; readonly task: Task }
  | { readonly is: 'reading'; readonly task: Task; readonly head: ReplyHead; readonly body: Uint8Array<ArrayBuffer> };

/**
 * A kept-alive HTTP/1.1 connection for pulls, one at a time:
 *
 *     idle → waiting → reading → idle …, and closed from everywhere
 *
 * The kernel's bytes go straight to where the body stays: no buffer is made for each piece of it, and none is copied (ADR 0017).
 */
export class DirectConnection {
  readonly #dial: Dial;
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #onClosed: (connection: DirectConnection) => void;
  readonly #head = Buffer.allocUnsafeSlow(HEAD_BYTES);
  readonly #socket: net.Socket;
  #state: State = { is: 'idle' };
  #connected = false;
  /** A reply has come on it before. */
  #proven = false;
  /** Bytes so far: of head and whatever follows it while waiting, of the body while reading. */
  #filled = 0;
  /** When it was dialled, or something last came or went. */
  #heardAt: number;
  #timer: { readonly cancel: () => void; readonly at: number } | undefined;

  /** Dials. @param onClosed called once, when it can't be used any more. */
  constructor(dial: Dial, limits: Limits, clock: Clock, onClosed: (connection: DirectConnection) => void) {
    this.#dial = dial;
    this.#limits = limits;
    this.#clock = clock;
    this.#onClosed = onClosed;
    this.#heardAt = clock.monotonic();
    this.#socket = this.#connect();
  }

  get idle(): boolean {
    return this.#state.is === 'idle';
  }

  /**
   * Sends a GET without a body; to be called while {@link idle}.
   *
   * @throws ForwarderError SLS_NETWORK, SLS_TIMEOUT (also when the signal aborts) or SLS_PROTOCOL (too large); then it is closed.
   */
  request(request: HttpRequest): Promise<HttpReply | NoReply> {
    return new Promise((resolve, reject) => {
      this.#state = { is: 'waiting', task: { request, resolve, reject } };
      this.#filled = 0;
      if (this.#connected) this.#heard();
      this.#watch();
      request.signal.addEventListener('abort', this.#onAbort, { once: true });
      this.#socket.write(textOf(request), 'latin1');
    });
  }

  close(): void {
    if (this.#state.is === 'closed') return;
    this.#state = { is: 'closed' };
    this.#timer?.cancel();
    this.#socket.destroy();
    this.#onClosed(this);
  }

  #connect(): net.Socket {
    const { host, port, servername } = this.#dial;
    const onread = { buffer: () => this.#room(), callback: (bytes: number) => this.#read(bytes) };
    const kept = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS };
    const options = { host, port, onread, ...kept };
    const socket = this.#dial.tls
      ? tls.connect({ ...options, servername, ALPNProtocols: ['http/1.1'] })
      : net.connect(options);
    socket.once(this.#dial.tls ? 'secureConnect' : 'connect', () => {
      this.#connected = true;
      this.#heard();
      this.#watch();
    });
    socket.on('error', (error) => this.#lost(error));
    socket.on('end', () => this.#lost(hungUp()));
    socket.on('close', () => this.#lost(hungUp()));
    return socket;
  }

  /** Where the next bytes go. */
  #room(): Uint8Array {
    return this.#state.is === 'reading' ? this.#state.body.subarray(this.#filled) : this.#head.subarray(this.#filled);
  }

  #read(bytes: number): true {
    const state = this.#state;
    this.#heard();
    this.#filled += bytes;
    if (state.is === 'waiting') this.#readHead(state.task);
    else if (state.is === 'reading') this.#readBody(state);
    // Nobody has asked for anything.
    else this.close();
    return true;
  }

  #readHead(task: Task): void {
    const head = readHead(this.#head.subarray(0, this.#filled));
    if (head === 'incomplete' && this.#filled < HEAD_BYTES) return;
    if (typeof head === 'string' || this.#filled > head.size + head.bodyLength) {
      this.#answer(task, 'unusual');
      return;
    }
    const bodyBuffer = head.status === 200 ? task.request.bodyBuffer : undefined;
    const limit = bodyBuffer === undefined ? MAX_TEXT_BYTES : this.#limits.maxBodyBytes;
    const { bodyLength } = head;
    if (bodyLength > limit) {
      this.#fail(task, tooLarge(task.request.what, this.#dial, bodyLength, limit));
      return;
    }
    const buffer = bodyLength > 0 && bodyBuffer !== undefined ? bodyBuffer(bodyLength) : new ArrayBuffer(bodyLength);
    const body = new Uint8Array(buffer, 0, bodyLength);
    const begun = this.#head.subarray(head.size, this.#filled);
    body.set(begun);
    this.#filled = begun.length;
    this.#state = { is: 'reading', task, head, body };
    this.#readBody(this.#state);
  }

  #readBody({ task, head, body }: Extract<State, { is: 'reading' }>): void {
    if (this.#filled < body.length) return;
    const { status, headers, keepAlive } = head;
    this.#proven = true;
    this.#answer(task, { status, headers, body: body.buffer, bodyLength: body.length }, keepAlive);
  }

  /** @param keepAlive it may be asked for more. */
  #answer({ request, resolve }: Task, outcome: HttpReply | NoReply, keepAlive = false): void {
    request.signal.removeEventListener('abort', this.#onAbort);
    this.#filled = 0;
    if (keepAlive) this.#state = { is: 'idle' };
    else this.close();
    resolve(outcome);
  }

  #fail({ request, reject }: Task, error: ForwarderError): void {
    request.signal.removeEventListener('abort', this.#onAbort);
    this.close();
    reject(error);
  }

  #lost(thrown: unknown): void {
    const state = this.#state;
    if (!('task' in state)) {
      this.close();
      return;
    }
    const isReading = state.is === 'reading';
    if (!isReading && this.#filled > 0) this.#answer(state.task, 'unusual');
    else if (!isReading && this.#proven) this.#answer(state.task, 'dropped');
    else {
      const received = isReading ? this.#filled : undefined;
      this.#fail(state.task, explainFailure(thrown, state.task.request.what, this.#dial, received));
    }
  }

  readonly #onAbort = (): void => {
    if ('task' in this.#state) this.#fail(this.#state.task, givenUp(this.#state.task.request.what, this.#dial));
  };

  #heard(): void {
    this.#heardAt = this.#clock.monotonic();
  }

  /** When it will have been silent for too long. */
  get #dueAt(): number {
    const { connectTimeoutMs, responseTimeoutMs } = this.#limits;
    const patience = 'task' in this.#state ? responseTimeoutMs : KEPT_ALIVE_MS;
    return this.#heardAt + (this.#connected ? patience : connectTimeoutMs);
  }

  /** One timer for many requests: when it fires it looks when that would be by now. */
  #watch(): void {
    const at = this.#dueAt;
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#timer?.cancel();
    const cancel = this.#clock.timer(Math.max(0, at - this.#clock.monotonic()), () => this.#look(), UNREF);
    this.#timer = { cancel, at };
  }

  #look(): void {
    this.#timer = undefined;
    if (this.#clock.monotonic() < this.#dueAt) this.#watch();
    else if ('task' in this.#state) this.#fail(this.#state.task, this.#tooLate(this.#state.task));
    else this.close();
  }

  #tooLate({ request }: Task): ForwarderError {
    const { connectTimeoutMs, responseTimeoutMs } = this.#limits;
    return this.#connected
      ? silent(request.what, this.#dial, responseTimeoutMs)
      : notConnected(request.what, this.#dial, connectTimeoutMs);
  }
}

const TARGET = /^[\x21-\x7e]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Whether a request can travel here: a GET without a body, whose parts hold nothing that would end a line. */
export function isDirect({ method, target, headers, body }: HttpRequest): boolean {
  return method === 'GET' && body.length === 0 && TARGET.test(target) && Object.values(headers).every(isValue);
}

const isValue = (value: string): boolean => VALUE.test(value);

function textOf({ method, target, headers }: HttpRequest): string {
  let text = `${method} ${target} HTTP/1.1\r\n`;
  for (const name in headers) text += `${name}: ${headers[name] ?? ''}\r\n`;
  return `${text}connection: keep-alive\r\n\r\n`;
}

/** What Node says where it knows no better. */
function hungUp(): Error {
  return Object.assign(new Error('closed'), { code: 'ECONNRESET' });
}
