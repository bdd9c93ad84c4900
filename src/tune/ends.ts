import { startReceiver } from '../emulator/receiver-handle.js';
import { selfSigned } from '../emulator/self-signed.js';
import { startSlsEmulator } from '../emulator/sls-handle.js';
import { groupsPerSegment, LOGS_PER_GROUP, type ProfileName } from '../emulator/sls/profiles/index.js';
import { EMBEDDED_CREDENTIALS } from '../app/embedded.js';
import type { EmbeddedEndpoints } from './derived-config.js';
import type { Scratch } from './scratch.js';

export interface TuneEnds {
  readonly endpoints: EmbeddedEndpoints;
  stop(): Promise<void>;
}

export interface EndsSettings {
  readonly project: string;
  readonly logstore: string;
  readonly profile: ProfileName;
  readonly shards: number;
  readonly compression: 'lz4' | 'zstd';
  readonly transport: 'tcp' | 'tls';
}

/** The emulator holds them, and the replies made of them, in memory. */
const MOST_EVENTS = 400_000;

/** A service that repeats prepared logs without end, and a receiver that only counts: each on a thread of its own, each cheap. */
export async function startTuneEnds(settings: EndsSettings, scratch: Scratch, now: number): Promise<TuneEnds> {
  const { project, logstore, profile, shards, compression, transport } = settings;
  const share = Math.floor(MOST_EVENTS / shards / LOGS_PER_GROUP) * LOGS_PER_GROUP;
  const preload = Math.min(groupsPerSegment(profile) * LOGS_PER_GROUP, share) * shards;
  const certified = transport === 'tls' ? selfSigned(now) : undefined;
  const tls = certified === undefined ? {} : { tls: certified };
  const [service, receiver] = await Promise.all([
    startSlsEmulator({
      ...EMBEDDED_CREDENTIALS,
      project,
      logstores: [{ name: logstore, profile, shards, preload, repeat: true }],
    }),
    startReceiver({ listen: `${transport}://127.0.0.1:0`, tracking: 'count', keep: 1, ...tls }),
  ]);
  await service.control('prepare', { logstore, compression });
  const caFile = certified === undefined ? undefined : scratch.write('receiver.pem', certified.cert);
  return {
    endpoints: { service: service.endpoint, credentials: EMBEDDED_CREDENTIALS, receiver: receiver.url, caFile },
    stop: async () => {
      await Promise.all([service.stop(), receiver.stop()]);
    },
  };
}
