/**
 * The limit program: how cheap forwarding could be at most on this machine with Node. It requests the same bodies from the same emulator,
 * inflates them with the same LZ4, and writes frames that were made beforehand to the same receiver over as many connections. It formats nothing,
 * waits for no acknowledgement, commits nothing and hands nothing to another thread. Started by whole.ts.
 */
import { readFileSync } from 'node:fs';
import { loadConfig } from '../src/config/load.js';
import { toSettings, type DestinationPlan, type ForwarderSettings, type PipelinePlan } from '../src/config/settings.js';
import { Kernel } from '../workers/kernel/kernel.js';
import { compilePattern } from '../workers/patterns.js';
import { Inflater } from './whole/inflater.js';
import type { LimitOptions } from './whole/limit-run.js';
import { LimitSocket } from './whole/limit-socket.js';
import { PullRequest } from './whole/pull-request.js';
import { ownOptions, serve } from './whole/rpc.js';

/** Of one body, compressed or not. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Requests under way at one time. */
const LANES = 4;

const { configFile, shards } = ownOptions() as LimitOptions;
const settings = toSettings(loadConfig(configFile, {}), { cores: 1, consumer: 'limit', now: Date.now() });
const { pipeline, destination } = onlyOnes(settings);
const inflater = new Inflater(MAX_BYTES);
const sockets = await Promise.all(
  Array.from({ length: destination.settings.connections }, () => LimitSocket.dial(destination.settings)),
);
let events = 0;
for (let lane = 0; lane < LANES; lane++) void run(lane);
serve(null, { events: () => events });

async function run(lane: number): Promise<void> {
  const request = await PullRequest.prepare(settings, pipeline.settings, lane % shards);
  const premade = format(await request.pull(), request.rawSize);
  const socket = sockets[lane % sockets.length];
  for (;;) {
    inflater.inflate(await request.pull(), request.rawSize);
    await socket?.write(premade.frames);
    events += premade.events;
  }
}

function format(body: Uint8Array, rawSize: number): { readonly frames: Uint8Array; readonly events: number } {
  const wasm = readFileSync(new URL('../workers/kernel/kernel.wasm', import.meta.url));
  const kernel = new Kernel(wasm, [pipeline.plan], MAX_BYTES, compilePattern);
  const result = kernel.format({ plan: 0, body, encoding: 'lz4', rawSize, out: undefined });
  if (!result.ok) throw new Error(`a prepared body can't be formatted: ${result.fault.reason}`);
  // RELP: the same number for all, as the bench's receiver answers whatever comes.
  return { frames: result.bytes, events: result.ends.length };
}

function onlyOnes({ pipelines, destinations }: ForwarderSettings): {
  pipeline: PipelinePlan;
  destination: DestinationPlan;
} {
  const [[pipeline], [destination]] = [pipelines, destinations];
  if (pipeline === undefined || destination === undefined) throw new Error('the config has no pipeline');
  return { pipeline, destination };
}
