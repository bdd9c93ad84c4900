import { setTimeout as delay } from 'node:timers/promises';
import type { ReceiverMode } from '../../src/emulator/receiver/contract.js';
import { Random } from '../../src/emulator/sls/random.js';
import { ModeSink, scenario, type Chaos } from '../support/chaos.js';
import type { ForwarderProcess } from '../support/forwarder.js';

/**
 * `CHAOS_SEED=7 CHAOS_RUNS=20 CHAOS_FAULTS=24 npm run test:chaos`: this many runs, beginning with this seed, of this many faults each.
 */
const wanted = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const FIRST_SEED = wanted('CHAOS_SEED', 1);
const RUNS = wanted('CHAOS_RUNS', 1);
const FAULTS = wanted('CHAOS_FAULTS', 24);

interface Run {
  readonly chaos: Chaos;
  readonly sink: ModeSink;
  readonly random: Random;
  forwarder: ForwarderProcess;
}

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
    run.forwarder = run.chaos.forward({ sls: { timeout: '1s' } });
  },
  'forwarder stopped': async (run) => {
    run.forwarder.kill('SIGSTOP');
    await pause(run);
    run.forwarder.kill('SIGCONT');
  },
};

for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
  scenario(`${FAULTS} random faults of seed ${seed}`, {}, async (chaos) => {
    const sink = await ModeSink.start();
    chaos.receivesAt([sink]);
    const run: Run = {
      chaos,
      sink,
      random: new Random(seed),
      forwarder: chaos.forward({ sls: { timeout: '1s' } }),
    };
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
