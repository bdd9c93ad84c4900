import type { ForwarderSettings } from './config/settings.js';
import type { ReceiverHandle } from './emulator/receiver-handle.js';
import type { SlsEmulatorHandle } from './emulator/sls-handle.js';

/** The built-in ends of the first run, where the config names no real ones. Each on a thread of its own. */
export interface EmbeddedEnds {
  readonly service: SlsEmulatorHandle | undefined;
  readonly receiver: ReceiverHandle | undefined;
  stop(): Promise<void>;
}

/** Fixed, so that nobody takes them for real ones. */
export const EMBEDDED_CREDENTIALS = { accessKeyId: 'embedded', accessKeySecret: 'embedded' };

/** Starts what the config calls `embedded`; loads nothing of it otherwise. */
export async function startEmbedded(settings: ForwarderSettings): Promise<EmbeddedEnds> {
  const [service, receiver] = await Promise.all([
    settings.service === 'embedded' ? startService(settings) : undefined,
    settings.destinations.some(({ embedded }) => embedded) ? startReceiver() : undefined,
  ]);
  return {
    service,
    receiver,
    stop: async () => {
      await Promise.all([service?.stop(), receiver?.stop()]);
    },
  };
}

async function startService({ pipelines, embedded }: ForwarderSettings): Promise<SlsEmulatorHandle> {
  const { startSlsEmulator } = await import('./emulator/sls-handle.js');
  const { profile, shards, preload, rate: ratePerSecond } = embedded;
  const names = [...new Set(pipelines.map(({ settings }) => settings.logstore))];
  return startSlsEmulator({
    ...EMBEDDED_CREDENTIALS,
    project: pipelines[0]?.settings.project ?? 'demo-project',
    logstores: names.map((name) => ({ name, profile, shards, preload, ratePerSecond })),
  });
}

async function startReceiver(): Promise<ReceiverHandle> {
  const receiver = await import('./emulator/receiver-handle.js');
  return receiver.startReceiver({ tracking: 'sequence' });
}
