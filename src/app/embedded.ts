import type { ForwarderSettings } from '../config/settings.js';
import type { ReceiverHandle } from '../emulator/receiver-handle.js';
import type { SlsEmulatorHandle } from '../emulator/sls-handle.js';
import type { Log } from '../model/log.js';

/** How the built-in receiver settles: it has no load balancer before it, and reads what it gets. */
export const EMBEDDED_PROOF = { proofMs: 2_000, probationMs: 0 } as const;

/** The built-in ends of the first run, where the config names no real ones. Each on a thread of its own. */
export interface EmbeddedEnds {
  readonly service: SlsEmulatorHandle | undefined;
  readonly receiver: ReceiverHandle | undefined;
  /** Says what the receiver has seen, and ends both. */
  stop(): Promise<void>;
}

/** Fixed, so that nobody takes them for real ones. */
export const EMBEDDED_CREDENTIALS = { accessKeyId: 'embedded', accessKeySecret: 'embedded' };

/** Starts what the config calls `embedded`; loads nothing of it otherwise. */
export async function startEmbedded(settings: ForwarderSettings, log: Log): Promise<EmbeddedEnds> {
  const [service, receiver] = await Promise.all([
    isEmbedded(settings) ? startService(settings) : undefined,
    settings.destinations.some(({ embedded }) => embedded) ? startReceiver() : undefined,
  ]);
  const shown = receiver === undefined ? undefined : showFirstEvent(receiver, log);
  return {
    service,
    receiver,
    stop: async () => {
      if (receiver !== undefined) await sayWhatCame(receiver, settings, log);
      await Promise.all([service?.stop(), receiver?.stop(), shown]);
    },
  };
}

const isEmbedded = ({ sources }: ForwarderSettings): boolean => [...sources.values()].includes('embedded');

async function startService({ sources, pipelines, embedded }: ForwarderSettings): Promise<SlsEmulatorHandle> {
  const { startSlsEmulator } = await import('../emulator/sls-handle.js');
  const { profile, shards, preload, rate: ratePerSecond } = embedded;
  const readers = pipelines.filter(({ settings }) => sources.get(settings.source) === 'embedded');
  const names = [...new Set(readers.map(({ settings }) => settings.logstore))];
  return startSlsEmulator({
    ...EMBEDDED_CREDENTIALS,
    project: readers[0]?.settings.project ?? 'demo-project',
    logstores: names.map((name) => ({ name, profile, shards, preload, ratePerSecond })),
  });
}

async function startReceiver(): Promise<ReceiverHandle> {
  const receiver = await import('../emulator/receiver-handle.js');
  return receiver.startReceiver({ tracking: 'sequence' });
}

/** So that a person sees what a SIEM would. */
async function showFirstEvent(receiver: ReceiverHandle, log: Log): Promise<void> {
  try {
    await receiver.waitFor({ events: 1 }, FIRST_EVENT_MS);
    const [first = ''] = await receiver.last(1);
    log.info(
      {},
      `events arrive, for example: ${first.slice(0, EXAMPLE_LENGTH)}${first.length > EXAMPLE_LENGTH ? ' …' : ''}`,
    );
  } catch {
    // None came in time, or we were stopped first: the status line says so.
  }
}

const FIRST_EVENT_MS = 60_000;
const EXAMPLE_LENGTH = 240;

/**
 * The other end's own count, against which our summing-up can be checked. Events are numbered by shard, so with several logstores in it the receiver
 * can't tell what is missing.
 */
async function sayWhatCame(
  receiver: ReceiverHandle,
  { pipelines, patterns, destinations }: ForwarderSettings,
  log: Log,
): Promise<void> {
  const stats = await receiver.stats();
  const embedded = new Set(destinations.filter((one) => one.embedded).map(({ settings }) => settings.name));
  const named = pipelines.filter(({ settings }) => embedded.has(settings.destination));
  if (named.length > 1 || patterns.some(({ destination }) => embedded.has(destination))) {
    const { events } = stats;
    log.info({ events }, `the built-in receiver has seen ${events.toLocaleString('en-US')} events`);
    return;
  }
  const { unique, duplicates, lost, reordered } = stats.sequence;
  const seen = { unique, duplicates, lost, reordered };
  const events = unique.toLocaleString('en-US');
  log.info(
    seen,
    `the built-in receiver has seen ${events} events: ${lost} lost, ${duplicates} twice, ${reordered} out of order`,
  );
}
