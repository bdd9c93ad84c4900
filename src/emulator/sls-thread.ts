import { parentPort, workerData } from 'node:worker_threads';
import { asForwarderError } from '../errors/forwarder-error.js';
import { systemClock } from '../flow/clock.js';
import type { SlsEmulatorSettings } from './sls/options.js';
import { SlsServer } from './sls/server.js';

/** The thread says once whether it listens. Errors cross as data: class instances lose their class on the way. */
export type ThreadMessage =
  { readonly kind: 'listening'; readonly port: number } | { readonly kind: 'failed'; readonly message: string };

async function run(): Promise<ThreadMessage> {
  try {
    const server = await SlsServer.start(workerData as SlsEmulatorSettings, systemClock);
    parentPort?.once('message', () => void server.stop());
    return { kind: 'listening', port: server.port };
  } catch (error) {
    return { kind: 'failed', message: asForwarderError(error).message };
  }
}

parentPort?.postMessage(await run());
