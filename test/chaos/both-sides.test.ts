import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../src/emulator/sls/random.js';
import { testCerts, tlsFiles } from '../support/certs.js';
import { brokenConnections, scenario, type Chaos } from '../support/chaos.js';
import type { ForwarderProcess } from '../support/forwarder.js';
import { Namespace } from '../support/namespace.js';
import { ReceiverProcess, type ReceiverCommand } from '../support/receiver-process.js';

/**
 * Both ends and the forwarders fail at once: two processes of one consumer group, eight shards, new events all the time.
 * `BOTH_RUNS=20 BOTH_SEED=1 BOTH_SECONDS=120 npm run test:chaos`: so many runs, with the settings as users have them. By default one short run, with
 * shorter settings. `BOTH_DESTINATION='{"guarantee":"acked"}'` changes keys of the destination, so that it can be seen that this test sees loss.
 */
const wanted = (name: string): number | undefined =>
  process.env[name] === undefined ? undefined : Number(process.env[name]);
const RUNS = wanted('BOTH_RUNS') ?? 1;
const FIRST_SEED = wanted('BOTH_SEED') ?? 1;
const SECONDS = wanted('BOTH_SECONDS');
const DESTINATION = JSON.parse(process.env['BOTH_DESTINATION'] ?? '{}') as object;

const MIB = 1024 * 1024;
const SHARDS = 8;
const SHORT_S = 15;
/** The settings that are not as users have them, so that a short run sees what a long one sees. */
const SHORT_SETTLE = { time: '8s', bytes: '32MiB', probation: '1s' };
/** Many, so that bytes prove delivery, or so few that time has to. */
const RATES = SECONDS === undefined ? ([4000] as const) : ([10_000, 10_000, 1000] as const);
/** Between two faults on one side, at the most. Who has just been started needs a while to take part. */
const PAUSES_MS = { service: 4000, shard: (SECONDS ?? SHORT_S) * 500, receiver: 4000, forwarder: 10_000 };
/** Nothing new for so long, and it is lost. A shard whose reader was killed is handed on after 30 s; a receiver may be given up for a minute. */
const PATIENCE_MS = SECONDS === undefined ? 40_000 : 120_000;

/** What a connection that is lost had not settled: `settle.bytes`, half of `replayBytes` on its way, and a batch. */
const WINDOW_BYTES = (32 + 6 + 4) * MIB;
const CONNECTIONS = 2;
/** What is settled and not yet stored when a process is killed: the longest fault of the service, and a commit interval. */
const UNSTORED_S = 6 + 5;

const RECEIVE_BUFFERS = [64 * 1024, 6 * MIB, 32 * MIB] as const;
const STALL_MS = 4000;
const MAX_SPLITS = 6;
const LOOK_MS = 200;

interface Run {
  readonly chaos: Chaos;
  /** Events a second. */
  readonly rate: number;
  readonly receiver: ReceiverProcess;
  readonly forwarders: { process: ForwarderProcess; readonly launch: () => ForwarderProcess }[];
  /** Shards that came out of a split, with what was split. */
  readonly parents: Map<number, number>;
  /** Processes that were killed, or ended and left something unproven. */
  unproven: number;
  killed: number;
}

type Fault = (run: Run, random: Random) => Promise<void>;
type Faults = Readonly<Record<string, Fault>>;

const service =
  (fault: object, longestMs = 2000): Fault =>
  async ({ chaos }, random) => {
    await chaos.emulator.control('faults', fault);
    await delay(random.between(100, longestMs));
    await chaos.emulator.control('faults/clear');
  };

const UNWELL = { kind: 'error', status: 500, errorCode: 'InternalServerError' };

const SERVICE: Faults = {
  'service busy': service({ kind: 'error', status: 503, errorCode: 'ServerBusy' }),
  'service hangs': service({ kind: 'hang' }),
  'service resets': service({ kind: 'reset' }),
  'answers lost': service({ kind: 'lose' }),
  'pulls corrupt': service({ kind: 'corrupt', operation: 'PullLogs' }),
  'pulls broken off': service({ kind: 'truncate', operation: 'PullLogs' }),
  'pulls cut short': service({ kind: 'cut', operation: 'PullLogs' }),
  'heartbeats fail': service({ ...UNWELL, operation: 'Heartbeat' }, 6000),
  'heartbeats hang': service({ kind: 'hang', operation: 'Heartbeat' }, 6000),
  'commits fail': service({ ...UNWELL, operation: 'UpdateCheckpoint' }, 6000),
  'commits hang': service({ kind: 'hang', operation: 'UpdateCheckpoint' }, 6000),
};

const SHARD: Faults = {
  'a split': async ({ chaos, parents }, random) => {
    if (parents.size >= 2 * MAX_SPLITS) return;
    const open = [...Array(SHARDS + parents.size).keys()].filter((id) => ![...parents.values()].includes(id));
    const shard = open[random.below(open.length)];
    const [parent, ...children] = (await chaos.emulator.control('split', { logstore: 'audit', shard })) as number[];
    for (const child of children) parents.set(child, parent ?? 0);
  },
};

/** Reads nothing for a while, and then this happens to what it has not read. */
const stalled =
  (then: (receiver: ReceiverProcess) => Promise<void>): Fault =>
  async ({ receiver }, random) => {
    await receiver.tell('stall');
    await delay(random.between(100, STALL_MS));
    await then(receiver);
    await receiver.tell('read');
  };

const told =
  (command: ReceiverCommand) =>
  (receiver: ReceiverProcess): Promise<void> =>
    receiver.tell(command);

async function restart(receiver: ReceiverProcess): Promise<void> {
  await receiver.kill();
  await receiver.start();
}

const RECEIVER: Faults = {
  stall: stalled(() => Promise.resolve()),
  'stall, SIGKILL': stalled(restart),
  'stall, RST': stalled(told('reset')),
  'stall, close with unread data': stalled(told('close')),
  'stall, FIN': stalled(told('end')),
  'frozen, SIGKILL': async ({ receiver }, random) => {
    receiver.signal('SIGSTOP');
    await delay(random.between(100, STALL_MS));
    await restart(receiver);
  },
  RST: ({ receiver }) => receiver.tell('reset'),
  close: ({ receiver }) => receiver.tell('close'),
  FIN: ({ receiver }) => receiver.tell('end'),
  refusals: async ({ receiver }, random) => {
    await receiver.kill();
    await delay(random.between(100, 2000));
    await receiver.start();
  },
};

const anyForwarder = ({ forwarders }: Run, random: Random): Run['forwarders'][number] => {
  const one = forwarders[random.below(forwarders.length)];
  if (one === undefined) throw new Error('no forwarder');
  return one;
};

const FORWARDER: Faults = {
  'forwarder frozen': async (run, random) => {
    const { process } = anyForwarder(run, random);
    process.kill('SIGSTOP');
    await delay(random.between(100, 5000));
    process.kill('SIGCONT');
  },
  'forwarder killed': async (run, random) => {
    const one = anyForwarder(run, random);
    one.process.kill('SIGKILL');
    await one.process.exited;
    run.killed += 1;
    await delay(random.between(0, 2000));
    one.process = one.launch();
  },
  'forwarder started again': async (run, random) => {
    const one = anyForwarder(run, random);
    await stop(run, one.process);
    one.process = one.launch();
  },
};

async function stop(run: Run, process: ForwarderProcess): Promise<void> {
  // It may have been started a moment ago, and not know what the signal means.
  await process.line(() => true);
  process.kill('SIGTERM');
  const { code, signal } = await process.exited;
  assert.equal(signal, null, process.text());
  assert.ok(code === 0 || code === 75, `exit code ${code}: ${process.text()}`);
  if (code === 75) run.unproven += CONNECTIONS;
}

const SIDES = { service: SERVICE, shard: SHARD, receiver: RECEIVER, forwarder: FORWARDER } as const;

/** One fault after the other until it is over. */
async function suffer(run: Run, side: keyof typeof SIDES, random: Random, until: number): Promise<string[]> {
  const faults = SIDES[side];
  const names = Object.keys(faults);
  const happened: string[] = [];
  while (performance.now() < until) {
    await delay(random.between(100, PAUSES_MS[side]));
    const name = names[random.below(names.length)] ?? '';
    happened.push(name);
    await faults[name]?.(run, random);
  }
  return happened;
}

/** Everything has come, or nothing more comes. */
async function arrived(chaos: Chaos, events: number): Promise<void> {
  let [best, since] = [0, performance.now()];
  while (best < events && performance.now() - since < PATIENCE_MS) {
    const { unique } = await chaos.tally();
    if (unique > best) [best, since] = [unique, performance.now()];
    await delay(LOOK_MS);
  }
}

async function judge(run: Run, events: number, facts: string): Promise<void> {
  const { chaos, parents, receiver } = run;
  const { unique, duplicates, reordered, received, bytes } = await chaos.tally();
  const broken = chaos.fleet.processes.reduce((sum, { lines }) => sum + brokenConnections(lines), 0);
  const bound = ((broken + run.unproven) * WINDOW_BYTES * received) / bytes + run.killed * UNSTORED_S * run.rate;
  const early = [...parents].filter(([child, parent]) => !receiver.arrivals.follows(child, parent));
  chaos.t.diagnostic(
    `${facts}: ${events} appended, ${unique} delivered, ${events - unique} lost, ${duplicates} duplicates (bound ${Math.floor(bound)}), ` +
      `${reordered} reordered, ${parents.size} children, ${early.length} before their parents' end, ${broken} connections broken, ` +
      `${run.killed} killed, ${run.unproven} ended unproven`,
  );
  assert.equal(unique, events, 'every event arrived');
  assert.equal(reordered, 0, 'order per shard');
  assert.ok(duplicates <= bound, `${duplicates} duplicates, at most ${bound} are declared`);
  if (facts.includes('inOrder')) assert.deepEqual(early, [], 'children after their parents');
}

async function bothSides(chaos: Chaos, seed: number, cable: Namespace): Promise<void> {
  const random = new Random(seed);
  const rate = random.pick(RATES);
  await chaos.emulator.control('rate', { logstore: 'audit', ratePerSecond: rate });
  const secure = seed % 2 === 0;
  const inOrder = seed % 4 >= 2;
  const bufferBytes = random.pick(RECEIVE_BUFFERS);
  const certs = await testCerts();
  const problem = cable.open() ?? cable.fixReceiveBuffers(bufferBytes);
  if (problem !== undefined) chaos.t.diagnostic(`receive buffers as they are here: ${problem}`);
  const place = problem === undefined ? { host: cable.address, namespace: cable.name } : {};
  const receiver = new ReceiverProcess({ ...place, ...(secure && { tls: certs.server }) });
  await receiver.start();
  chaos.receivesAt([receiver]);

  const asUsersHaveIt = { heartbeat: undefined, retry: undefined, pull: undefined };
  const destination = {
    connections: undefined,
    stallTimeout: undefined,
    connectTimeout: undefined,
    replayBytes: undefined,
    retry: undefined,
    settle: SECONDS === undefined ? SHORT_SETTLE : undefined,
    ...(secure && { tls: { ca: tlsFiles(certs).ca, servername: 'localhost' } }),
    ...DESTINATION,
  };
  const launcher = (consumer: string) => (): ForwarderProcess =>
    chaos.forward({
      source: { timeout: '2s' },
      pipeline: { ...(SECONDS !== undefined && asUsersHaveIt), consumer, inOrder, shardCheck: '1s' },
      destination,
      top: SECONDS === undefined ? { shutdown: { timeout: '5s' } } : { checkpoint: undefined },
    });
  const forwarders = ['one', 'two'].map(launcher).map((launch) => ({ launch, process: launch() }));
  const run: Run = { chaos, rate, receiver, forwarders, parents: new Map(), unproven: 0, killed: 0 };
  await Promise.all(forwarders.map(({ process }) => process.said('connected')));
  await chaos.reach(1000, PATIENCE_MS);
  const until = performance.now() + (SECONDS ?? SHORT_S) * 1000;
  const sides = ['service', 'shard', 'receiver', 'forwarder'] as const;
  const suffering = sides.map((side, i) => suffer(run, side, new Random(seed + 1000 * (i + 1)), until));
  for (const happened of await Promise.all(suffering)) chaos.t.diagnostic(happened.join(', '));

  const events = await chaos.still();
  await arrived(chaos, events);
  await Promise.all(run.forwarders.map(({ process }) => stop(run, process)));
  const transport = secure ? 'TLS' : 'plain';
  await judge(run, events, `${transport}, receive buffers of ${bufferBytes / 1024} KiB${inOrder ? ', inOrder' : ''}`);
}

for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++)
  scenario(`both sides fail at once, seed ${seed}`, { shards: SHARDS, rate: 0 }, async (chaos) => {
    const cable = new Namespace();
    try {
      await bothSides(chaos, seed, cable);
    } finally {
      cable.close();
    }
  });
