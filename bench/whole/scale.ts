import { setTimeout as pause } from 'node:timers/promises';
import { balance } from './balance.js';
import { Ends, type ConfigChange } from './ends.js';
import { Forwarder, primeReplies } from './forwarder.js';
import { spread, spreads, type Spread, type Spreads } from './statistics.js';
import { SHORT_WARM_UP_MS } from './warm-up.js';

/** What more of something costs; on few cores it can't be faster, as both ends run there too, but each event must not cost more. */
export interface ScaleResult {
  readonly name: string;
  readonly figures: Spreads<ScaleRun>;
  /** CPU per event ÷ that of the first one it is compared with, of the same turn. */
  readonly cost: Spread;
}

export interface ScaleRun {
  readonly eventsPerSecond: number;
  readonly cores: number;
  readonly eventsPerCpuSecond: number;
  readonly peakRssMiB: number;
  readonly lost: number;
  readonly duplicates: number;
}

interface Arrangement {
  readonly name: string;
  readonly shards: number;
  readonly processes: number;
  readonly threads: number;
  /** What the destination is held to, events per second. */
  readonly eps?: number;
}

/** Not as fast as it can: so that all of these move the same number of events in the same time. */
const SAME_RATE = 200_000;
/** At that rate each of 256 shards pulls every nine seconds, and the third reply is the first one of full size. */
const SAME_RATE_WARM_UP_MS = 20_000;
/** Long enough for every shard to pull and commit, and for V8 to collect. */
const SAME_RATE_SECONDS = 10;

/** Each list in turns, compared with its first. */
const COMPARISONS: readonly (readonly Arrangement[])[] = [
  [
    { name: '8 shards, 1 process, 1 formatter thread', shards: 8, processes: 1, threads: 1 },
    { name: '8 shards, 1 process, 2 formatter threads', shards: 8, processes: 1, threads: 2 },
    { name: '8 shards, 2 processes in one group, 1 thread each', shards: 8, processes: 2, threads: 1 },
  ],
  [
    { name: '1 shard, 1 process, 1 formatter thread', shards: 1, processes: 1, threads: 1 },
    { name: '256 shards, 1 process, 1 formatter thread', shards: 256, processes: 1, threads: 1 },
  ],
  [1, 4, 64, 256].map((shards) => ({
    name: `${shards} ${shards === 1 ? 'shard' : 'shards'}, ${SAME_RATE.toLocaleString('en')} events/s in all`,
    ...{ shards, processes: 1, threads: 1, eps: SAME_RATE },
  })),
];
const TIMEOUT_MS = 30_000;
const LOOK_MS = 100;

export async function measureScale(seconds: number, runs: number): Promise<ScaleResult[][]> {
  const results: ScaleResult[][] = [];
  for (const arrangements of COMPARISONS) results.push(await inTurns(arrangements, seconds, runs));
  return results;
}

async function inTurns(arrangements: readonly Arrangement[], seconds: number, runs: number): Promise<ScaleResult[]> {
  const most = Math.max(...arrangements.map(({ shards }) => shards));
  const ends = new Map<number, Ends>();
  const endsOf = async ({ shards }: Arrangement): Promise<Ends> => {
    // The same replies, whatever the number of shards.
    const made = ends.get(shards) ?? (await Ends.endless({ profile: 'vpcflow', transport: 'tcp', shards }, most));
    if (!ends.has(shards)) await primeReplies(made);
    ends.set(shards, made);
    return made;
  };
  try {
    const turns: ScaleRun[][] = [];
    for (let run = 0; run < runs; run++) {
      const turn: ScaleRun[] = [];
      for (const each of arrangements) turn.push(await runOnce(await endsOf(each), each, seconds));
      turns.push(turn);
    }
    return arrangements.map(({ name }, index) => {
      const cost = (turn: readonly ScaleRun[]): number =>
        (turn[0]?.eventsPerCpuSecond ?? 0) / (turn[index]?.eventsPerCpuSecond ?? 0);
      return {
        name,
        figures: spreads(turns.flatMap((turn) => turn[index] ?? [])),
        cost: spread(turns.map(cost)),
      };
    });
  } finally {
    for (const each of ends.values()) await each.stop();
  }
}

async function runOnce(ends: Ends, { processes, threads, eps }: Arrangement, seconds: number): Promise<ScaleRun> {
  await ends.receiver.call('reset');
  const rate = eps === undefined ? {} : { destination: { rate: { eps } } };
  const change: ConfigChange = { top: { workers: { threads } }, ...rate };
  const first = new Forwarder(ends, true, change);
  const { consumerGroup } = first;
  const others = Array.from({ length: processes - 1 }, () => new Forwarder(ends, true, { ...change, consumerGroup }));
  const all = [first, ...others];
  try {
    await first.during(ends.waitFor({ events: 1 }, TIMEOUT_MS));
    await Promise.all(all.map(ownsShards));
    await pause(eps === undefined ? SHORT_WARM_UP_MS : SAME_RATE_WARM_UP_MS);
    const [before, from, startedAt] = [all.map((each) => each.sample()), await ends.stats(), performance.now()];
    await pause(Math.max(seconds, eps === undefined ? 0 : SAME_RATE_SECONDS) * 1_000);
    const [after, to, endedAt] = [all.map((each) => each.sample()), await ends.stats(), performance.now()];
    const peakRssMiB = all.reduce((sum, { memory }) => sum + memory.peakRss, 0) / 2 ** 20;
    await Promise.all(all.map((each) => each.stop()));
    const cpu = all.reduce((sum, each, index) => sum + cpuOf(each, before[index], after[index]), 0);
    const [events, took] = [to.events - from.events, (endedAt - startedAt) / 1_000];
    return {
      eventsPerSecond: events / took,
      cores: cpu / took,
      eventsPerCpuSecond: events / cpu,
      peakRssMiB,
      ...(await balance(ends, consumerGroup)),
    };
  } finally {
    for (const each of all) each.kill();
  }
}

type Sample = ReturnType<Forwarder['sample']>;

function cpuOf(forwarder: Forwarder, before: Sample | undefined, after: Sample | undefined): number {
  if (before === undefined || after === undefined) throw new RangeError('a process without samples');
  const { user, system } = forwarder.use(before, after);
  return user + system;
}

/** The second process gets its shards only when the first has given them up: a heartbeat or two. */
async function ownsShards(forwarder: Forwarder): Promise<void> {
  for (const until = performance.now() + TIMEOUT_MS; performance.now() < until;) {
    await pause(LOOK_MS);
    const metrics = await forwarder.metrics();
    const owned = [...metrics].find(([series]) => series.startsWith('forwarder_shards_owned'))?.[1] ?? 0;
    if (owned > 0) return;
  }
  throw new Error(`a forwarder got no shard within ${TIMEOUT_MS} ms`);
}
