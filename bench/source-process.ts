/** The emulator in a process of its own, so that its CPU and memory are not the forwarder's. Started by whole.ts. */
import { runSlsEmulator, type SlsEmulatorOptions } from '../src/emulator/sls-handle.js';
import { ownOptions, serve } from './whole/rpc.js';

const emulator = await runSlsEmulator(ownOptions() as SlsEmulatorOptions);
serve(emulator.endpoint, {
  control: ({ path, body }: { path: string; body: object }) => emulator.control(path, body),
});
