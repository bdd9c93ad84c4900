import { startReceiver } from '../../src/emulator/receiver-handle.js';
import type { ReceiverHandle, ReceiverOptions } from '../../src/emulator/receiver/contract.js';
import { startSlsEmulator, type SlsEmulatorHandle } from '../../src/emulator/sls-handle.js';
import type { LogstoreOptions, SlsEmulatorOptions } from '../../src/emulator/sls/options.js';
import { Fleet } from './forwarder.js';

/** Both ends of an end-to-end test, and the forwarders between them. */
export interface Ends {
  readonly emulator: SlsEmulatorHandle;
  readonly receiver: ReceiverHandle;
  readonly fleet: Fleet;
}

export interface EndsOptions {
  readonly logstore?: Partial<LogstoreOptions>;
  readonly emulator?: SlsEmulatorOptions;
  readonly receiver?: ReceiverOptions;
}

/** Runs `body` between an emulator and a receiver on threads of their own; ends everything, whatever happens. */
export async function withEnds(options: EndsOptions, body: (ends: Ends) => Promise<void>): Promise<void> {
  const logstore = { name: 'audit', profile: 'vpcflow', shards: 4, preload: 20_000, ...options.logstore } as const;
  const emulator = await startSlsEmulator({ project: 'demo', logstores: [logstore], ...options.emulator });
  // What it serves is made now, so that it answers heartbeats in time later: two cores are few for a generator beside what it tests.
  await emulator.control('prepare', { logstore: logstore.name, compression: 'lz4' });
  const receiver = await startReceiver({ tracking: 'strict', ...options.receiver });
  const fleet = new Fleet();
  try {
    await body({ emulator, receiver, fleet });
  } finally {
    await fleet.end();
    await receiver.stop();
    await emulator.stop();
  }
}

/** A config that reads the emulator into the receiver, quick enough for tests. `change` replaces keys of its sections. */
export function configOf(
  { emulator, receiver }: Pick<Ends, 'emulator' | 'receiver'>,
  change: ConfigChange = {},
): object {
  return {
    sources: {
      sg: {
        endpoint: emulator.endpoint,
        credentials: { accessKeyId: 'emulator', accessKeySecret: 'emulator' },
        ...change.source,
      },
    },
    pipelines: [
      {
        name: 'main',
        project: 'demo',
        logstore: 'audit',
        consumerGroup: 'siem',
        // A process that comes back under its name gets its shards back at once; under another it waits for the group's timeout.
        consumer: 'one',
        destination: 'siem',
        heartbeat: { interval: '500ms', timeout: '15s' },
        retry: { initial: '50ms', max: '1s' },
        ...change.pipeline,
      },
    ],
    destinations: {
      siem: {
        endpoints: [receiver.url],
        settle: { time: '300ms', probation: '0ms' },
        retry: { initial: '50ms', max: '500ms' },
        ...change.destination,
      },
    },
    checkpoint: { interval: '500ms' },
    admin: { listen: 'off' },
    log: { format: 'json' },
    ...change.top,
  };
}

export interface ConfigChange {
  readonly source?: object;
  readonly pipeline?: object;
  readonly destination?: object;
  readonly top?: object;
}
