import { setTimeout as delay } from 'node:timers/promises';
import type { ReceiverMode } from '../../src/emulator/receiver/contract.js';
import { SequenceTracker } from '../../src/emulator/receiver/sequence.js';
import { Random } from '../../src/emulator/sls/random.js';
import { testCerts, tlsFiles } from '../support/certs.js';
import { ModeSink, scenario, type Chaos } from '../support/chaos.js';
import type { ForwarderProcess } from '../support/forwarder.js';
import { Hosts } from '../support/mounts.js';
import { ReceiverProcess } from '../support/receiver-process.js';

/**
 * `CHAOS_SEED=7 CHAOS_RUNS=20 CHAOS_FAULTS=24 npm run test:chaos`: this many runs, beginning with this seed, of this many faults each.
 * Even seeds go over TLS. One seed in three has one receiver, with a name where names can be changed (as root); one has two, in fail-over mode;
 * one has three and a balanced load.
 */
const wanted = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const FIRST_SEED = wanted('CHAOS_SEED', 1);
const RUNS = wanted('CHAOS_RUNS', 3);
const FAULTS = wanted('CHAOS_FAULTS', 24);

interface Run {
  readonly chaos: Chaos;
  readonly random: Random;
  readonly launch: () => ForwarderProcess;
  forwarder: ForwarderProcess;
}

/** One receiver with its modes. */
interface RunToOne extends Run {
  readonly sink: ModeSink;
  /** Undefined where names can't be changed. */
  readonly hosts: Hosts | undefined;
}

/** Several receivers, each a process. */
interface RunToMany extends Run {
  readonly receivers: readonly ReceiverProcess[];
}

const NAME = 'siem.test';
const ADDRESS = '127.0.0.1';

type Fault<R extends Run> = (run: R) => Promise<void>;
type Faults<R extends Run> = Readonly<Record<string, Fault<R>>>;

const pause = ({ random }: Run): Promise<void> => delay(random.between(50, 700));

const receiverIs =
  (choose: (random: Random) => ReceiverMode): Fault<RunToOne> =>
  async (run) => {
    await run.sink.receiver.setMode(choose(run.random));
    await pause(run);
    await run.sink.receiver.setMode({ kind: 'normal' });
  };

const serviceHas =
  (fault: object): Fault<Run> =>
  async (run) => {
    await run.chaos.emulator.control('faults', fault);
    await pause(run);
    await run.chaos.emulator.control('faults/clear');
  };

const EVERYWHERE: Faults<Run> = {
  'service resets': serviceHas({ kind: 'reset' }),
  'service is busy': serviceHas({ kind: 'error', status: 503, errorCode: 'ServerBusy' }),
  'service hangs': serviceHas({ kind: 'hang' }),
  'service loses answers': serviceHas({ kind: 'lose' }),
  'service corrupts pulls': serviceHas({ kind: 'corrupt', operation: 'PullLogs' }),
  'forwarder stopped': async (run) => {
    run.forwarder.kill('SIGSTOP');
    await pause(run);
    run.forwarder.kill('SIGCONT');
  },
};

const WITH_ONE: Faults<RunToOne> = {
  ...EVERYWHERE,
  refusing: receiverIs(() => ({ kind: 'refusing' })),
  stalled: receiverIs(() => ({ kind: 'stalled' })),
  hang: receiverIs(() => ({ kind: 'hang' })),
  resetting: receiverIs((random) => ({ kind: 'resetting', afterBytes: random.between(0, 400_000) })),
  fin: receiverIs((random) => ({ kind: 'fin', afterBytes: random.between(0, 400_000) })),
  slow: receiverIs((random) => ({ kind: 'slow', bytesPerSecond: random.between(5_000, 2_000_000) })),
  'forwarder killed': async (run) => {
    run.forwarder.kill('SIGKILL');
    await run.forwarder.exited;
    run.forwarder = run.launch();
  },
  'the name is unknown': async (run) => {
    run.hosts?.set(NAME, undefined);
    await run.sink.receiver.setMode({ kind: 'refusing' });
    await run.sink.receiver.setMode({ kind: 'normal' });
    await pause(run);
    run.hosts?.set(NAME, ADDRESS);
  },
};

/** Away for a while: all of these, by this signal. */
async function away(run: RunToMany, signal: NodeJS.Signals, receivers: readonly ReceiverProcess[]): Promise<void> {
  await Promise.all(receivers.map((receiver) => receiver.kill(signal)));
  await pause(run);
  await Promise.all(receivers.map((receiver) => receiver.start()));
}

const oneOf = ({ random, receivers }: RunToMany): ReceiverProcess[] => {
  const at = random.below(receivers.length);
  return receivers.slice(at, at + 1);
};

/** What is checked is the order at each receiver of what one forwarder sent. */
const WITH_MANY: Faults<RunToMany> = {
  ...EVERYWHERE,
  'one receiver killed': (run) => away(run, 'SIGKILL', oneOf(run)),
  'one receiver ended': (run) => away(run, 'SIGTERM', oneOf(run)),
  'all receivers killed': (run) => away(run, 'SIGKILL', run.receivers),
  'forwarder killed': async (run) => {
    run.forwarder.kill('SIGKILL');
    await run.forwarder.exited;
    // The receivers have read what it still sent.
    await run.chaos.quiet();
    for (const receiver of run.receivers) receiver.beginLife();
    run.forwarder = run.launch();
  },
  'one receiver frozen': async (run) => {
    const [receiver] = oneOf(run);
    receiver?.signal('SIGSTOP');
    await delay(run.random.between(500, 3000));
    receiver?.signal('SIGCONT');
  },
};

/** One receiver, and how a forwarder is started that sends to it. */
async function toOne(chaos: Chaos, secure: boolean): Promise<Pick<RunToOne, 'sink' | 'hosts' | 'launch'>> {
  const certs = await testCerts();
  const scheme = secure ? 'tls' : 'tcp';
  const sink = await ModeSink.start({ listen: `${scheme}://${ADDRESS}:0`, ...(secure && { tls: certs.server }) });
  chaos.receivesAt([sink]);
  const hosts = new Hosts(NAME, ADDRESS);
  const named = hosts.problem === undefined;
  const destination = {
    endpoints: [`${scheme}://${named ? NAME : ADDRESS}:${sink.receiver.port}`],
    ...(secure && { tls: { ca: tlsFiles(certs).ca, servername: 'localhost' } }),
  };
  const config = chaos.config({ source: QUICK_SOURCE, destination });
  const launch = (): ForwarderProcess => chaos.fleet.start(config, {}, named ? hosts.prefix : []);
  return { sink, hosts: named ? hosts : undefined, launch };
}

async function toMany(
  chaos: Chaos,
  secure: boolean,
  mode: 'failover' | 'loadBalance',
  count: number,
): Promise<Pick<RunToMany, 'receivers' | 'launch'>> {
  const certs = await testCerts();
  const all = new SequenceTracker();
  const receivers = Array.from({ length: count }, () => new ReceiverProcess(secure ? { tls: certs.server } : {}, all));
  for (const receiver of receivers) await receiver.start();
  chaos.receivesAt(receivers, all);
  const failback = { interval: '1s', probes: 2 };
  const destination = { mode, failback, ...(secure && { tls: { ca: tlsFiles(certs).ca } }) };
  const config = chaos.config({ source: QUICK_SOURCE, destination });
  return { receivers, launch: () => chaos.fleet.start(config) };
}

const QUICK_SOURCE = { timeout: '1s' };

async function suffer<R extends Run>(run: R, faults: Faults<R>): Promise<void> {
  const names = Object.keys(faults);
  const happened: string[] = [];
  for (let number = 0; number < FAULTS; number++) {
    const name = names[run.random.below(names.length)] ?? '';
    happened.push(name);
    await run.chaos.fault(async () => faults[name]?.(run));
    await pause(run);
  }
  run.chaos.t.diagnostic(happened.join(', '));
  // The last fault may have ended a connection a moment ago.
  await run.chaos.settleUnproven(run.forwarder);
}

const KINDS = ['one receiver', 'two receivers, fail-over', 'three receivers, balanced'] as const;

for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
  const kind = KINDS[seed % KINDS.length] ?? KINDS[0];
  scenario(`${FAULTS} random faults of seed ${seed}: ${kind}`, {}, async (chaos) => {
    const secure = seed % 2 === 0;
    const common = { chaos, random: new Random(seed) };
    if (kind === 'one receiver') {
      const means = await toOne(chaos, secure);
      await suffer({ ...common, ...means, forwarder: means.launch() }, WITH_ONE);
    } else {
      const [mode, count] =
        kind === 'two receivers, fail-over' ? (['failover', 2] as const) : (['loadBalance', 3] as const);
      const means = await toMany(chaos, secure, mode, count);
      await suffer({ ...common, ...means, forwarder: means.launch() }, WITH_MANY);
    }
  });
}
