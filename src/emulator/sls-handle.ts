import { request } from 'node:http';
import { Worker } from 'node:worker_threads';
import { ForwarderError } from '../errors/forwarder-error.js';
import { systemClock } from '../flow/clock.js';
import { type SlsEmulatorOptions, type SlsEmulatorSettings, withDefaults } from './sls/options.js';
import { SlsServer } from './sls/server.js';
import type { ThreadMessage } from './sls-thread.js';

export type { LogstoreOptions, SlsEmulatorOptions } from './sls/options.js';

/** A running emulator. */
export interface SlsEmulatorHandle {
  /** `http://127.0.0.1:<port>`, or `https://…` where it has a certificate. */
  readonly endpoint: string;
  /** Its certificate, which is its own authority (PEM). */
  readonly ca: string | undefined;
  readonly port: number;
  /**
   * Calls the control hook `/_emulator/<path>` (see sls/control.ts for their names).
   * @returns what it answers
   * @throws ForwarderError SLS_REQUEST_INVALID with what was wrong
   */
  control(path: string, body?: object): Promise<unknown>;
  stop(): Promise<void>;
}

/**
 * Runs the emulator on a thread of its own, so that it never shares an event loop with what it serves.
 * @throws ForwarderError CONFIG_INVALID, LISTEN_FAILED
 */
export async function startSlsEmulator(options: SlsEmulatorOptions): Promise<SlsEmulatorHandle> {
  const settings = withDefaults(options);
  const worker = new Worker(new URL('./sls-thread.js', import.meta.url), { workerData: settings });
  const message = await firstMessage(worker);
  if (message.kind === 'failed') throw new ForwarderError('LISTEN_FAILED', message.message);
  return handle(settings, message.port, async () => {
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage('stop');
    await exited;
  });
}

/**
 * Runs the emulator on this thread: for a process that does nothing else.
 * @throws ForwarderError CONFIG_INVALID, LISTEN_FAILED
 */
export async function runSlsEmulator(options: SlsEmulatorOptions): Promise<SlsEmulatorHandle> {
  const settings = withDefaults(options);
  const server = await SlsServer.start(settings, systemClock);
  return handle(settings, server.port, () => server.stop());
}

function firstMessage(worker: Worker): Promise<ThreadMessage> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function handle({ host, tls }: SlsEmulatorSettings, port: number, stop: () => Promise<void>): SlsEmulatorHandle {
  const address = host.includes(':') ? `[${host}]` : host;
  return {
    endpoint: `${tls === undefined ? 'http' : 'https'}://${address}:${port}`,
    ca: tls?.cert,
    port,
    control: (path, body) => callHook(host, port, path, body),
    stop,
  };
}

function callHook(host: string, port: number, path: string, body: object = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void =>
      reject(new ForwarderError('SLS_NETWORK', `emulator control ${path}: ${cause.message}`, { cause }));
    const options = { host, port, path: `/_emulator/${path}`, method: 'POST', agent: false };
    const call = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('error', fail);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new ForwarderError('SLS_REQUEST_INVALID', `emulator control ${path}: ${text}`));
      });
    });
    call.on('error', fail);
    call.end(JSON.stringify(body));
  });
}
