/** The receiver in a process of its own, so that its CPU and memory are not the forwarder's. Started by whole.ts. */
import type { Awaited, ReceiverMode, ReceiverOptions } from '../src/emulator/receiver/contract.js';
import { runReceiver } from '../src/emulator/receiver-handle.js';
import { ownOptions, serve } from './whole/rpc.js';

const receiver = await runReceiver(ownOptions() as ReceiverOptions);
serve(receiver.url, {
  stats: () => receiver.stats(),
  reset: () => receiver.reset(),
  setMode: (mode: ReceiverMode) => receiver.setMode(mode),
  waitFor: ({ awaited, timeoutMs }: { awaited: Awaited; timeoutMs: number }) => receiver.waitFor(awaited, timeoutMs),
});
