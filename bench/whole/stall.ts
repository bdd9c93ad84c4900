import { setTimeout as pause } from 'node:timers/promises';
import { Ends } from './ends.js';
import { Forwarder, primeReplies } from './forwarder.js';
import { balance } from './balance.js';

/** A receiver that reads nothing for a while, under full load. */
export interface StallResult {
  readonly shards: number;
  readonly stallSeconds: number;
  /** Highest before the stall, and of the whole run. */
  readonly peakBeforeMiB: number;
  readonly peakRssMiB: number;
  /** From the moment the receiver reads again until it has read more than what lay in kernels and connections. */
  readonly resumedMs: number;
  readonly lost: number;
  readonly duplicates: number;
}

const SHARDS = 64;
const STALL_SECONDS = 30;
const WARM_UP_MS = 4_000;
/** Goes on for so long afterwards: whatever has piled up must not show in the memory then. */
const AFTER_MS = 4_000;
const TIMEOUT_MS = 30_000;
const MIB = 2 ** 20;
/** More than both kernels' buffers can hold back. */
const NEW_EVENTS = 200_000;

export async function measureStall(): Promise<StallResult> {
  const ends = await Ends.endless({ profile: 'vpcflow', transport: 'tcp', shards: SHARDS });
  await primeReplies(ends);
  await ends.receiver.call('reset');
  const forwarder = new Forwarder(ends);
  try {
    await forwarder.during(ends.waitFor({ events: 1 }, TIMEOUT_MS));
    await pause(WARM_UP_MS);
    const peakBefore = forwarder.memory.peakRss;
    await ends.setMode({ kind: 'stalled' });
    await pause(STALL_SECONDS * 1_000);
    const { events } = await ends.stats();
    const resumedAt = performance.now();
    await ends.setMode({ kind: 'normal' });
    await forwarder.during(ends.waitFor({ events: events + NEW_EVENTS }, TIMEOUT_MS));
    const resumedMs = performance.now() - resumedAt;
    await pause(AFTER_MS);
    const { peakRss } = forwarder.memory;
    await forwarder.stop();
    return {
      shards: SHARDS,
      stallSeconds: STALL_SECONDS,
      peakBeforeMiB: peakBefore / MIB,
      peakRssMiB: peakRss / MIB,
      resumedMs,
      ...(await balance(ends, forwarder.consumerGroup)),
    };
  } finally {
    forwarder.kill();
    await ends.stop();
  }
}
