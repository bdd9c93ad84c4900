import { setTimeout as pause } from 'node:timers/promises';
import { balance } from './balance.js';
import { Ends } from './ends.js';
import { Forwarder, primeReplies } from './forwarder.js';
import { spread } from './statistics.js';

/** A long run at full speed: does memory stay where it is? */
export interface SoakResult {
  readonly seconds: number;
  readonly shards: number;
  readonly eventsPerCpuSecond: number;
  /** Resident set over time. */
  readonly rss: readonly { readonly second: number; readonly mib: number }[];
  /** Medians of the second and of the last fifth; the first fifth is warm-up. */
  readonly earlyMiB: number;
  readonly lateMiB: number;
  /** Of the process's CPU, the coordinator's own collections, per cent; the formatter threads keep their events out of V8's heap. */
  readonly gcPercent: number;
  readonly lost: number;
  readonly duplicates: number;
}

const SHARDS = 64;
const TIMEOUT_MS = 30_000;
const MIB = 2 ** 20;
/** Samples a run, whatever its length. */
const SAMPLES = 300;

export async function measureSoak(seconds: number): Promise<SoakResult> {
  const ends = await Ends.endless({ profile: 'vpcflow', transport: 'tcp', shards: SHARDS });
  const forwarder = await primeReplies(ends).then(() => new Forwarder(ends));
  try {
    await ends.receiver.call('reset');
    await forwarder.during(ends.waitFor({ events: 1 }, TIMEOUT_MS));
    await pause(1_000);
    const [before, from, startedAt] = [forwarder.sample(), (await ends.stats()).events, performance.now()];
    const rss: { second: number; mib: number }[] = [];
    for (let second = 0; second < seconds; second = (performance.now() - startedAt) / 1_000) {
      rss.push({ second, mib: forwarder.memory.rss / MIB });
      await forwarder.during(pause((seconds * 1_000) / SAMPLES));
    }
    const [after, to] = [forwarder.sample(), (await ends.stats()).events];
    await forwarder.stop();
    const { user, system, coordinatorGc } = forwarder.use(before, after);
    const fifth = (index: number): number =>
      spread(rss.filter(({ second }) => Math.floor((second / seconds) * 5) === index).map(({ mib }) => mib)).median;
    return {
      seconds,
      shards: SHARDS,
      eventsPerCpuSecond: (to - from) / (user + system),
      rss,
      earlyMiB: fifth(1),
      lateMiB: fifth(4),
      gcPercent: (coordinatorGc / (user + system)) * 100,
      ...(await balance(ends, forwarder.consumerGroup)),
    };
  } finally {
    forwarder.kill();
    await ends.stop();
  }
}

/** By more than noise: a twentieth and a few buffers. */
export const grew = ({ earlyMiB, lateMiB }: SoakResult): boolean => lateMiB > earlyMiB * 1.05 + 8;
