import net from 'node:net';
import tls from 'node:tls';
import type { ForwarderError } from '../../../errors/forwarder-error.js';
import type { Clock } from '../../../flow/clock.js';
import { MovingDeadline } from '../../../flow/moving-deadline.js';
import type { NoReply, Task } from './direct-task.js';
import type { Dial } from '../../endpoint.js';
import { MAX_TEXT_BYTES, type HttpReply, type ReplyLimits } from '../exchange.js';
import { explainFailure, givenUp, HungUp, notConnected, silent, tooLarge } from '../network-errors.js';
import { readHead, replyOf, type ReplyHead } from './reply-head.js';

/** The head of a reply has about 700 bytes; of a body that comes with it so much is copied once. */
const HEAD_BYTES = 16_384;

/** Firewalls forget idle connections and report nothing; ours end before that. */
export const KEPT_ALIVE_MS = 30_000;
const KEEP_ALIVE_PROBE_MS = 1000;

/** A reply that others wait behind may be silent for so long; then each is asked for alone, and given all its time. */
const HOLD_UP_MS = 3000;

/** How long the replies to several requests are left with the kernel, so that reading them wakes this process once. */
const GATHER_MS = 10;

/** Who gives it work. */
export interface ConnectionOwner {
  /** All that was asked is answered. @param spreadMs between the first and the last of the answers. */
  readonly onFree: (asked: number, spreadMs: number) => void;
  /** It can't be used any more; called once. */
  readonly onClosed: () => void;
}

/** `waiting`: less than the head of the reply has come. */
type State =
  | { readonly is: 'idle' | 'closed' }
  | { readonly is: 'waiting'; readonly task: Task }
  | { readonly is: 'reading'; readonly task: Task; readonly head: ReplyHead; readonly body: Uint8Array<ArrayBuffer> };

/**
 * A kept-alive HTTP/1.1 connection for pulls, one at a time or several in one write (pipelining, RFC 9112 §9.3.2):
 *
 *     idle → waiting → reading → waiting … → idle …, and closed from everywhere
 *
 * The kernel's bytes go straight to where the body stays: no buffer is made for each piece of it, and none is copied (ADR 0017).
 */
export class DirectConnection {
  readonly #dial: Dial;
  readonly #limits: ReplyLimits;
  readonly #clock: Clock;
  readonly #owner: ConnectionOwner;
  readonly #head = Buffer.allocUnsafeSlow(HEAD_BYTES);
  readonly #socket: net.Socket;
  #state: State = { is: 'idle' };
  /** Asked for, to be answered after the one of the state. */
  #behind: Task[] = [];
  #connected = false;
  /** A reply has come on it before. */
  #proven = false;
  /** How many were asked in one write. */
  #asked = 0;
  /** When the first of their replies was complete. */
  #answeredAt: number | undefined;
  /** Bytes so far: of head and whatever follows it while waiting, of the body while reading. */
  #filled = 0;
  /** When it was dialled, or something last came or went. */
  #heardAt: number;
  readonly #silence: MovingDeadline;

  /** Dials. */
  constructor(dial: Dial, limits: ReplyLimits, clock: Clock, owner: ConnectionOwner) {
    this.#dial = dial;
    this.#limits = limits;
    this.#clock = clock;
    this.#owner = owner;
    this.#heardAt = clock.monotonic();
    this.#silence = new MovingDeadline(
      clock,
      () => this.#dueAt,
      () => this.#tooLong(),
    );
    this.#socket = this.#connect();
  }

  /**
   * Sends GETs without a body; only when it is new or free. The replies come in the order of the requests. When the connection ends on the way, those
   * behind the request whose turn it was are `dropped`; when a reply holds up others for too long, all of them.
   */
  ask(tasks: readonly Task[]): void {
    for (const { signal } of tasks) signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#behind.push(...tasks);
    this.#asked = tasks.length;
    this.#answeredAt = undefined;
    this.#next();
    if (this.#connected) this.#heard();
    this.#silence.watch();
    if (this.#connected && tasks.length > 1) this.#gather();
    this.#socket.write(tasks.map(({ text }) => text).join(''), 'latin1');
  }

  close(): void {
    if (this.#state.is === 'closed') return;
    this.#state = { is: 'closed' };
    this.#silence.cancel();
    this.#socket.destroy();
    this.#owner.onClosed();
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
      this.#silence.watch();
    });
    socket.on('error', (error) => this.#lost(error));
    socket.on('end', () => this.#lost(new HungUp()));
    socket.on('close', () => this.#lost(new HungUp()));
    return socket;
  }

  #next(): void {
    const task = this.#behind.shift();
    this.#state = task === undefined ? { is: 'idle' } : { is: 'waiting', task };
    this.#filled = 0;
  }

  /** Lets the replies come together before they are read. The timer holds the process: a socket that is not read does not. */
  #gather(): void {
    this.#socket.pause();
    this.#clock.timer(GATHER_MS, () => this.#socket.resume());
  }

  /** Where the next bytes go. */
  #room(): Uint8Array {
    return this.#state.is === 'reading' ? this.#state.body.subarray(this.#filled) : this.#head.subarray(this.#filled);
  }

  #read(bytes: number): true {
    this.#heard();
    this.#filled += bytes;
    if (this.#state.is === 'waiting') this.#readHeads(this.#filled);
    else if (this.#state.is === 'reading') this.#readBody(this.#state);
    // Nobody has asked for anything.
    else this.close();
    return true;
  }

  /** @param end of what has come: the beginning of a reply, or several. */
  #readHeads(end: number): void {
    let from = 0;
    while (this.#state.is === 'waiting' && from < end) {
      const taken = this.#readHead(this.#state.task, this.#head.subarray(from, end));
      if (taken === 0) {
        this.#head.copyWithin(0, from, end);
        this.#filled = end - from;
        return;
      }
      from += taken;
    }
  }

  /** @returns bytes taken; 0: less than the head is there. */
  #readHead(task: Task, bytes: Buffer): number {
    const last = this.#behind.length === 0;
    const sameSize = task.same?.size ?? 0;
    const same = last && bytes.length > sameSize ? undefined : task.same?.in(bytes);
    if (same !== undefined) {
      this.#answered(task, same);
      return sameSize;
    }
    const head = readHead(bytes);
    if (head === 'incomplete' && bytes.length < HEAD_BYTES) return 0;
    if (typeof head === 'string' || (last && bytes.length > head.size + head.bodyLength)) {
      this.#end(task, 'unusual');
      return bytes.length;
    }
    const bodyBuffer = head.status === 200 ? task.request.bodyBuffer : undefined;
    const limit = bodyBuffer === undefined ? MAX_TEXT_BYTES : this.#limits.maxBodyBytes;
    const { size, bodyLength } = head;
    if (bodyLength > limit) {
      this.#fail(task, tooLarge(task.request.what, this.#dial, bodyLength, limit));
      return bytes.length;
    }
    if (bodyBuffer !== undefined) task.request.bodyHeld?.(bodyLength);
    const buffer = bodyLength > 0 && bodyBuffer !== undefined ? bodyBuffer(bodyLength) : new ArrayBuffer(bodyLength);
    const body = new Uint8Array(buffer, 0, bodyLength);
    const begun = bytes.subarray(size, size + bodyLength);
    body.set(begun);
    this.#filled = begun.length;
    this.#state = { is: 'reading', task, head, body };
    if (bodyLength === 0 && head.keepAlive) task.same?.remember(bytes.subarray(0, size), replyOf(head, body));
    this.#readBody(this.#state);
    return size + begun.length;
  }

  #readBody({ task, head, body }: Extract<State, { is: 'reading' }>): void {
    if (this.#filled < body.length) return;
    this.#proven = true;
    if (head.keepAlive) this.#answered(task, replyOf(head, body));
    else this.#end(task, replyOf(head, body));
  }

  #answered(task: Task, reply: HttpReply): void {
    const now = this.#clock.monotonic();
    this.#answeredAt ??= now;
    this.#next();
    this.#settle(task, reply);
    if (this.#state.is === 'idle') this.#owner.onFree(this.#asked, now - this.#answeredAt);
  }

  #settle({ signal, resolve }: Task, outcome: HttpReply | NoReply): void {
    signal?.removeEventListener('abort', this.#onAbort);
    resolve(outcome);
  }

  #refuse({ signal, reject }: Task, error: ForwarderError): void {
    signal?.removeEventListener('abort', this.#onAbort);
    reject(error);
  }

  #end(task: Task, outcome: HttpReply | NoReply): void {
    this.close();
    this.#settle(task, outcome);
    this.#drop();
  }

  #fail(task: Task, error: ForwarderError): void {
    this.close();
    this.#refuse(task, error);
    this.#drop();
  }

  #drop(): void {
    for (const task of this.#behind.splice(0)) this.#settle(task, 'dropped');
  }

  #lost(thrown: unknown): void {
    const state = this.#state;
    if (!('task' in state)) {
      this.close();
      return;
    }
    const isReading = state.is === 'reading';
    if (!isReading && this.#filled > 0) this.#end(state.task, 'unusual');
    else if (!isReading && this.#proven) this.#end(state.task, 'dropped');
    else {
      const received = isReading ? this.#filled : undefined;
      this.#fail(state.task, explainFailure(thrown, state.task.request.what, this.#dial, received));
    }
  }

  /** One of those asked for is not wanted any more. */
  readonly #onAbort = (): void => {
    if ('task' in this.#state) this.#dropAll(this.#state.task);
  };

  #dropAll(first: Task): void {
    const all = [first, ...this.#behind.splice(0)];
    this.close();
    for (const task of all)
      if (task.signal?.aborted === true) this.#refuse(task, givenUp(task.request.what, this.#dial));
      else this.#settle(task, 'dropped');
  }

  #heard(): void {
    this.#heardAt = this.#clock.monotonic();
  }

  /** When it will have been silent for too long. */
  get #dueAt(): number {
    const { connectTimeoutMs, responseTimeoutMs } = this.#limits;
    if (!this.#connected) return this.#heardAt + connectTimeoutMs;
    if (!('task' in this.#state)) return this.#heardAt + KEPT_ALIVE_MS;
    // A repeated request that gets no answer is followed by one of its own, which is given all the time there is.
    const isShort = this.#behind.length > 0 || this.#state.task.same !== undefined;
    return this.#heardAt + (isShort ? Math.min(HOLD_UP_MS, responseTimeoutMs) : responseTimeoutMs);
  }

  #tooLong(): void {
    if (!('task' in this.#state)) this.close();
    else if (this.#connected && this.#behind.length > 0) this.#dropAll(this.#state.task);
    else this.#fail(this.#state.task, this.#tooLate(this.#state.task));
  }

  #tooLate({ request }: Task): ForwarderError {
    const { connectTimeoutMs, responseTimeoutMs } = this.#limits;
    return this.#connected
      ? silent(request.what, this.#dial, responseTimeoutMs)
      : notConnected(request.what, this.#dial, connectTimeoutMs);
  }
}
