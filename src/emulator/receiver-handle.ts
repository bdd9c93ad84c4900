import { Worker } from 'node:worker_threads';
import { asForwarderError, ForwarderError } from '../errors/forwarder-error.js';
import { STARTED, type CallAnswer, type CallMessage, type ReceiverCall } from './receiver/calls.js';
import type { Awaited, ReceiverHandle, ReceiverMode, ReceiverOptions, ReceiverStats } from './receiver/contract.js';
import { SyslogReceiver } from './receiver/syslog-receiver.js';

export type { ReceiverHandle };

/** Starts a syslog receiver on a thread of its own. Rejects with USAGE or LISTEN_FAILED. */
export async function startReceiver(options: ReceiverOptions = {}): Promise<ReceiverHandle> {
  const thread = new ReceiverThread(options);
  const { url, port } = await thread.started;
  return new ThreadHandle(thread, url, port);
}

/** Runs a syslog receiver on this thread. Rejects with USAGE or LISTEN_FAILED. */
export const runReceiver = (options: ReceiverOptions = {}): Promise<ReceiverHandle> => SyslogReceiver.start(options);

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: ForwarderError) => void;
}

class ReceiverThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, PendingCall>();
  #nextId = STARTED;
  readonly started: Promise<{ url: string; port: number }>;

  constructor(options: ReceiverOptions) {
    this.#worker = new Worker(new URL('./receiver-thread.js', import.meta.url), { workerData: options });
    this.#worker.on('message', (answer: CallAnswer) => this.#onAnswer(answer));
    this.#worker.on('error', (error) => this.#fail(asForwarderError(error)));
    this.#worker.on('exit', () => this.#fail(new ForwarderError('ABANDONED', 'the receiver is stopped')));
    this.started = this.#expect() as Promise<{ url: string; port: number }>;
  }

  async call(call: ReceiverCall): Promise<unknown> {
    if (this.#worker.threadId < 0) throw new ForwarderError('ABANDONED', 'the receiver is stopped');
    const message: CallMessage = { id: this.#nextId, call };
    const answer = this.#expect();
    this.#worker.postMessage(message);
    return answer;
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #expect(): Promise<unknown> {
    return new Promise((resolve, reject) => this.#pending.set(this.#nextId++, { resolve, reject }));
  }

  #onAnswer(answer: CallAnswer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (answer.ok) pending?.resolve(answer.value);
    else pending?.reject(new ForwarderError(answer.code, answer.message));
  }

  #fail(error: ForwarderError): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

class ThreadHandle implements ReceiverHandle {
  readonly #thread: ReceiverThread;
  readonly url: string;
  readonly port: number;

  constructor(thread: ReceiverThread, url: string, port: number) {
    this.#thread = thread;
    this.url = url;
    this.port = port;
  }

  async stats(): Promise<ReceiverStats> {
    return (await this.#thread.call({ name: 'stats' })) as ReceiverStats;
  }

  async setMode(mode: ReceiverMode): Promise<void> {
    await this.#thread.call({ name: 'setMode', mode });
  }

  async waitFor(awaited: Awaited, timeoutMs: number): Promise<ReceiverStats> {
    return (await this.#thread.call({ name: 'waitFor', awaited, timeoutMs })) as ReceiverStats;
  }

  async last(count: number): Promise<readonly string[]> {
    return (await this.#thread.call({ name: 'last', count })) as readonly string[];
  }

  async reset(): Promise<void> {
    await this.#thread.call({ name: 'reset' });
  }

  /** Ends the thread; a second call does nothing. */
  async stop(): Promise<void> {
    await this.#thread.terminate();
  }
}
