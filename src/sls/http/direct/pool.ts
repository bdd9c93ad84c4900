import { Beats } from '../../../flow/beats.js';
import type { Clock } from '../../../flow/clock.js';
import { DirectConnection } from './direct-connection.js';
import type { NoReply, Task } from './direct-task.js';
import type { Dial } from '../../endpoint.js';
import type { HttpReply, HttpRequest, ReplyLimits, Watch } from '../exchange.js';
import { GroupSize } from './group-size.js';
import { givenUp } from '../network-errors.js';
import { requestText } from './request-text.js';
import { SameReply } from './same-reply.js';

/**
 * The pulls of one project over connections of our own. It knows one shape of reply; a service that once gave another is not asked here again.
 *
 * A request whose reply may be long has a connection for itself. Those that expect little and are made in one turn of the event loop, or that
 * are repeated at the same times, share some: one write and a few reads for all of them (ADR 0018). 64 idle shards cost 4.1 % of a core without either, 1.8
 * with the first, 0.9 with both.
 */
export class DirectPool {
  readonly #dial: Dial;
  readonly #maxConnections: number;
  readonly #limits: ReplyLimits;
  readonly #clock: Clock;
  readonly #all = new Set<DirectConnection>();
  readonly #free: DirectConnection[] = [];
  /** What waits for a connection, each to be asked in one write. */
  readonly #waiting: Task[][] = [];
  readonly #groupSize = new GroupSize();
  readonly #beats: Beats<Task>;
  #gathering: Task[] = [];
  #usual = true;

  /** @param maxConnections at least 1. */
  constructor(dial: Dial, maxConnections: number, limits: ReplyLimits, clock: Clock) {
    this.#dial = dial;
    this.#maxConnections = maxConnections;
    this.#limits = limits;
    this.#clock = clock;
    this.#beats = new Beats(clock, (tasks) => this.#sendInGroups(tasks));
  }

  /** No reply was of another shape so far. */
  get isUsual(): boolean {
    return this.#usual;
  }

  /**
   * @returns undefined for what has to go another way; the same request may then be sent again, because a GET changes nothing.
   * @throws ForwarderError SLS_NETWORK, SLS_TIMEOUT (also when the signal aborts) or SLS_PROTOCOL (too large).
   */
  async request(request: HttpRequest): Promise<HttpReply | undefined> {
    const text = requestText(request);
    if (text === undefined) return undefined;
    // What was dropped is asked for alone, so that it is the one to be answered next.
    for (let alone = request.expectsLittle !== true; this.#usual; alone = true) {
      const outcome = await this.#ask(request, text, alone);
      if (outcome === 'unusual') this.#usual = false;
      else if (outcome !== 'dropped') return outcome;
      else if (!alone) this.#groupSize.cutShort();
    }
    return undefined;
  }

  /**
   * Asks the same again and again, together with all that is asked at the same times. Resolves when `onReply` wants no more, or the signal aborts, or
   * there is no reply of the usual kind, whatever the reason: a {@link request} of its own will tell. That may be at once.
   */
  watch(request: HttpRequest, { at, onReply }: Watch): Promise<void> {
    const text = requestText(request);
    const { signal } = request;
    if (text === undefined || !this.#usual || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      let isOver = false;
      const end = (): void => {
        isOver = true;
        this.#beats.remove(task);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const answered = (outcome: HttpReply | NoReply): void => {
        if (isOver) return;
        if (outcome === 'dropped') this.#groupSize.cutShort();
        const next = typeof outcome === 'string' ? undefined : onReply(outcome);
        if (next === undefined) end();
        else this.#beats.add(next, task);
      };
      const task: Task = { request, text, signal: undefined, same: new SameReply(), resolve: answered, reject: end };
      signal.addEventListener('abort', end, { once: true });
      this.#beats.add(at, task);
    });
  }

  /** Ends every connection; to be called when nothing is under way. */
  close(): void {
    for (const connection of this.#all) connection.close();
  }

  #ask(request: HttpRequest, text: string, alone: boolean): Promise<HttpReply | NoReply> {
    return new Promise((resolve, reject) => {
      const task = { request, text, signal: request.signal, resolve, reject };
      if (alone) this.#send([task]);
      else if (this.#gathering.push(task) === 1) setImmediate(() => this.#sendGathered());
    });
  }

  #sendGathered(): void {
    const tasks = this.#gathering;
    this.#gathering = [];
    this.#sendInGroups(tasks);
  }

  #sendInGroups(tasks: readonly Task[]): void {
    const size = this.#groupSize.now;
    for (let i = 0; i < tasks.length; i += size) this.#send(tasks.slice(i, i + size));
  }

  #send(tasks: Task[]): void {
    this.#waiting.push(tasks);
    this.#serve();
  }

  #serve(): void {
    while (this.#waiting.length > 0 && (this.#free.length > 0 || this.#all.size < this.#maxConnections)) {
      const tasks = (this.#waiting.shift() ?? []).filter((task) => !this.#isGivenUp(task));
      if (tasks.length > 0) (this.#free.pop() ?? this.#open()).ask(tasks);
    }
  }

  #isGivenUp({ request, signal, reject }: Task): boolean {
    if (signal?.aborted === true) reject(givenUp(request.what, this.#dial));
    return signal?.aborted === true;
  }

  #open(): DirectConnection {
    const connection = new DirectConnection(this.#dial, this.#limits, this.#clock, {
      onFree: (asked, spreadMs) => {
        this.#free.push(connection);
        this.#groupSize.answered(asked, spreadMs);
        this.#serve();
      },
      onClosed: () => {
        this.#all.delete(connection);
        const index = this.#free.indexOf(connection);
        if (index >= 0) this.#free.splice(index, 1);
        this.#serve();
      },
    });
    this.#all.add(connection);
    return connection;
  }
}
