import { setTimeout as delay } from 'node:timers/promises';
import type { ReceiverMode } from '../../src/emulator/receiver/contract.js';
import { Random } from '../../src/emulator/sls/random.js';
import { testCerts, tlsFiles } from '../support/certs.js';
import { ModeSink, scenario, type Chaos } from '../support/chaos.js';
import type { ForwarderProcess } from '../support/forwarder.js';
import { Hosts } from '../support/mounts.js';

/**
 * `CHAOS_SEED=7 CHAOS_RUNS=20 CHAOS_FAULTS=24 npm run test:chaos`: this many runs, beginning with this seed, of this many faults each.
 * Even seeds go over TLS. Where names can be changed (as root), the receiver has one.
 */
const wanted = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const FIRST_SEED = wanted('CHAOS_SEED', 1);
const RUNS = wanted('CHAOS_RUNS', 1);
const FAULTS = wanted('CHAOS_FAULTS', 24);

interface Run {
  readonly chaos: Chaos;
  readonly sink: ModeSink;
  readonly random: Random;
  /** Undefined where names can't be changed. */
  readonly hosts: Hosts | undefined;
  readonly launch: () => ForwarderProcess;
  forwarder: ForwarderProcess;
}

const NAME = 'siem.test';
const ADDRESS = '127.0.0.1';

type Fault = (run: Run) => Promise<void>;

const pause = ({ random }: Run): Promise<void> => delay(random.between(50, 700));

const receiverIs =
  (choose: (random: Random) => ReceiverMode): Fault =>
  async (run) => {
    await run.sink.receiver.setMode(choose(run.random));
    await pause(run);
    await run.sink.receiver.setMode({ kind: 'normal' });
  };

const serviceHas =
  (fault: object): Fault =>
  async (run) => {
    await run.chaos.emulator.control('faults', fault);
    await pause(run);
    await run.chaos.emulator.control('faults/clear');
  };

const FAULT_KINDS: Readonly<Record<string, Fault>> = {
  refusing: receiverIs(() => ({ kind: 'refusing' })),
  stalled: receiverIs(() => ({ kind: 'stalled' })),
  hang: receiverIs(() => ({ kind: 'hang' })),
  resetting: receiverIs((random) => ({ kind: 'resetting', afterBytes: random.between(0, 400_000) })),
  fin: receiverIs((random) => ({ kind: 'fin', afterBytes: random.between(0, 400_000) })),
  slow: receiverIs((random) => ({ kind: 'slow', bytesPerSecond: random.between(5_000, 2_000_000) })),
  'service resets': serviceHas({ kind: 'reset' }),
  'service is busy': serviceHas({ kind: 'error', status: 503, errorCode: 'ServerBusy' }),
  'service hangs': serviceHas({ kind: 'hang' }),
  'service loses answers': serviceHas({ kind: 'lose' }),
  'service corrupts pulls': serviceHas({ kind: 'corrupt', operation: 'PullLogs' }),
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
  'forwarder stopped': async (run) => {
    run.forwarder.kill('SIGSTOP');
    await pause(run);
    run.forwarder.kill('SIGCONT');
  },
};

/** Where the receiver listens, and how a forwarder is started that sends to it. */
async function prepared(chaos: Chaos, seed: number): Promise<Pick<Run, 'sink' | 'hosts' | 'launch'>> {
  const certs = await testCerts();
  const secure = seed % 2 === 0;
  const scheme = secure ? 'tls' : 'tcp';
  const sink = await ModeSink.start({ listen: `${scheme}://${ADDRESS}:0`, ...(secure && { tls: certs.server }) });
  chaos.receivesAt([sink]);
  const hosts = new Hosts(NAME, ADDRESS);
  const named = hosts.problem === undefined;
  const destination = {
    endpoints: [`${scheme}://${named ? NAME : ADDRESS}:${sink.receiver.port}`],
    ...(secure && { tls: { ca: tlsFiles(certs).ca, servername: 'localhost' } }),
  };
  const config = chaos.config({ sls: { timeout: '1s' }, destination });
  const launch = (): ForwarderProcess => chaos.fleet.start(config, {}, named ? hosts.prefix : []);
  return { sink, hosts: named ? hosts : undefined, launch };
}

for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
  scenario(`${FAULTS} random faults of seed ${seed}`, {}, async (chaos) => {
    const means = await prepared(chaos, seed);
    const run: Run = { chaos, ...means, random: new Random(seed), forwarder: means.launch() };
    const names = Object.keys(FAULT_KINDS);
    for (let number = 0; number < FAULTS; number++) {
      const name = names[run.random.below(names.length)] ?? '';
      chaos.t.diagnostic(`seed ${seed}, fault ${number + 1}: ${name}`);
      await chaos.fault(async () => FAULT_KINDS[name]?.(run));
      await pause(run);
    }
    await chaos.settle(run.forwarder);
  });
}
