import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import type { ForwarderError } from '../../errors/forwarder-error.js';
import type { Clock } from '../../flow/clock.js';
import type { Dial } from '../endpoint.js';
import { explainFailure, givenUp, notConnected, silent, tooLarge } from './network-errors.js';
import { ReplyBody } from './reply-body.js';

export interface HttpRequest {
  /** The purpose, for messages: `pull of shard 3 of p/l`. */
  readonly what: string;
  readonly method: 'GET' | 'PUT' | 'POST';
  /** Path and query as they travel. */
  readonly target: string;
  /** All headers, with Host and Authorization. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Where the body of a 200 goes; without it, and for other statuses, a buffer of our own of at most {@link MAX_TEXT_BYTES}. */
  readonly bodyBuffer?: ((size: number) => ArrayBuffer) | undefined;
  /** Told how much memory that body takes: at once where its length is known, while it grows where not. */
  readonly bodyHeld?: ((bytes: number) => void) | undefined;
  /** The reply will hardly have a body, so it costs others little to wait behind it on one connection. */
  readonly expectsLittle?: boolean;
  readonly signal: AbortSignal;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: ArrayBuffer;
  /** Bytes of {@link body} that are the body. */
  readonly bodyLength: number;
}

/** When to ask the same again. */
export interface Watch {
  /** The first time, monotonic ms. */
  readonly at: number;
  /** Told every reply, whatever its status. @returns when to ask again, monotonic ms; undefined: no more. */
  readonly onReply: (reply: HttpReply) => number | undefined;
}

export interface ReplyLimits {
  readonly connectTimeoutMs: number;
  readonly responseTimeoutMs: number;
  readonly maxBodyBytes: number;
}

/** JSON replies and errors: a thousand shards take a fifth of it. */
export const MAX_TEXT_BYTES = 1024 * 1024;

/** How far an exchange has come; it ends once, by resolving or rejecting. */
type Phase = 'queued' | 'connecting' | 'waiting' | 'reading' | 'done';

/** One request and its reply. */
export class Exchange {
  readonly #dial: Dial;
  readonly #wanted: HttpRequest;
  readonly #limits: ReplyLimits;
  readonly #clock: Clock;
  #phase: Phase = 'queued';
  #request: ClientRequest | undefined;
  #body: ReplyBody | undefined;
  #resolve!: (reply: HttpReply) => void;
  #reject!: (error: ForwarderError) => void;
  #cancelTimer: () => void = () => undefined;
  #heardAt = 0;

  constructor(dial: Dial, wanted: HttpRequest, limits: ReplyLimits, clock: Clock) {
    this.#dial = dial;
    this.#wanted = wanted;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** To be called once. */
  run(open: (options: RequestOptions) => ClientRequest): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      if (this.#wanted.signal.aborted) this.#fail(this.#aborted());
      else this.#send(open);
    });
  }

  #send(open: (options: RequestOptions) => ClientRequest): void {
    const { method, target, headers, body, signal } = this.#wanted;
    const { host, port } = this.#dial;
    try {
      this.#request = open({ host, port, method, path: target, headers });
    } catch (thrown) {
      this.#fail(this.#explain(thrown));
      return;
    }
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#request.on('socket', (socket) => this.#onSocket(socket));
    this.#request.on('response', (response) => this.#onResponse(response));
    this.#request.on('error', (error) => this.#fail(this.#explain(error)));
    // An empty chunk would cost a gathering write of its own.
    if (body.length > 0) this.#request.end(body);
    else this.#request.end();
  }

  /** Waiting for a free connection has no limit of its own: whoever holds it has one. */
  #onSocket(socket: NonNullable<ClientRequest['socket']>): void {
    if (!socket.connecting) {
      this.#connected();
      return;
    }
    this.#phase = 'connecting';
    this.#cancelTimer = this.#clock.timer(this.#limits.connectTimeoutMs, () => this.#fail(this.#timedOut()), UNREF);
    socket.once(this.#dial.tls ? 'secureConnect' : 'connect', () => this.#connected());
  }

  #connected(): void {
    if (this.#phase === 'done') return;
    this.#phase = 'waiting';
    this.#heardAt = this.#clock.monotonic();
    this.#watchSilence(this.#limits.responseTimeoutMs);
  }

  /** One timer for many pieces: when it fires it looks at when the last one came. */
  #watchSilence(ms: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.timer(ms, () => this.#checkSilence(), UNREF);
  }

  #checkSilence(): void {
    const left = this.#heardAt + this.#limits.responseTimeoutMs - this.#clock.monotonic();
    if (left <= 0) this.#fail(this.#timedOut());
    else this.#watchSilence(left);
  }

  #onResponse(response: IncomingMessage): void {
    if (this.#phase === 'done') return;
    this.#phase = 'reading';
    this.#heardAt = this.#clock.monotonic();
    response.on('error', (error) => this.#fail(this.#explain(error)));
    const status = response.statusCode ?? 0;
    const bodyBuffer = status === 200 ? this.#wanted.bodyBuffer : undefined;
    const limit = bodyBuffer === undefined ? MAX_TEXT_BYTES : this.#limits.maxBodyBytes;
    const expected = contentLength(response.headers);
    if (expected !== undefined && expected > limit) {
      this.#fail(this.#tooLarge(expected, limit));
      return;
    }
    const held = bodyBuffer === undefined ? undefined : this.#wanted.bodyHeld;
    const body = new ReplyBody(expected, limit, bodyBuffer ?? ((size) => new ArrayBuffer(size)), held);
    this.#body = body;
    response.on('data', (chunk: Buffer) => {
      this.#heardAt = this.#clock.monotonic();
      if (!body.add(chunk)) this.#fail(this.#tooLarge(body.length + chunk.length, limit));
    });
    response.on('end', () => this.#ended(response, status, body));
  }

  #ended(response: IncomingMessage, status: number, body: ReplyBody): void {
    if (this.#phase === 'done') return;
    this.#settle();
    this.#resolve({ status, headers: response.headers, body: body.finish(), bodyLength: body.length });
  }

  #fail(error: ForwarderError): void {
    if (this.#phase === 'done') return;
    this.#settle();
    this.#request?.destroy();
    this.#reject(error);
  }

  #settle(): void {
    this.#phase = 'done';
    this.#cancelTimer();
    this.#wanted.signal.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => this.#fail(this.#aborted());

  #explain(thrown: unknown): ForwarderError {
    return explainFailure(thrown, this.#wanted.what, this.#dial, this.#body?.length);
  }

  #timedOut(): ForwarderError {
    const { connectTimeoutMs, responseTimeoutMs } = this.#limits;
    return this.#phase === 'connecting'
      ? notConnected(this.#wanted.what, this.#dial, connectTimeoutMs)
      : silent(this.#wanted.what, this.#dial, responseTimeoutMs);
  }

  #aborted(): ForwarderError {
    return givenUp(this.#wanted.what, this.#dial);
  }

  #tooLarge(bytes: number, limit: number): ForwarderError {
    return tooLarge(this.#wanted.what, this.#dial, bytes, limit);
  }
}

const UNREF = { unref: true };

/** The HTTP parser has checked that it is a number and holds the body to it. */
function contentLength(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['content-length'];
  return text === undefined ? undefined : Number(text);
}
