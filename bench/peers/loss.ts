import { setTimeout as pause } from 'node:timers/promises';
import { ReceiverProcess } from '../../test/support/receiver-process.js';
import type { Tally } from '../../test/support/tally.js';
import { Ends } from '../whole/ends.js';
import type { Contestant } from './contestant.js';
import type { Running } from './running.js';

/** What is missing after the receiver was killed in mid-stream and came back. */
export interface LossResult {
  readonly name: string;
  /** Events that the logstore held. */
  readonly events: number;
  /** Of these, processed by the receiver when it was killed. */
  readonly atKill: number;
  /** Never processed, although the consumer group's checkpoints are past them. */
  readonly lost: number;
  readonly duplicates: number;
}

const EVENTS = 200_000;
const SHARDS = 4;
/** Of each connection: so slow that also the fastest is in mid-stream when the receiver dies. */
const BYTES_PER_SECOND = 8_000_000;
const DOWN_MS = 2_000;
const LOOK_MS = 50;
/** Not where a batch ends: peers send thousands of events and then wait for the next ones. */
const KILL_AFTER = 53_500;
/** Longer than any contestant waits before it tries again or fetches again. */
const QUIET_MS = 10_000;
const TIMEOUT_MS = 120_000;

export async function measureLoss(contestant: Contestant): Promise<LossResult> {
  const { name } = contestant;
  const ends = await Ends.start({ profile: 'vpcflow', shards: SHARDS, preload: EVENTS }, 'tcp', {});
  const receiver = new ReceiverProcess({ bytesPerSecond: BYTES_PER_SECOND });
  await receiver.start();
  const running = contestant.start(ends, receiver.url);
  try {
    await until(running, receiver, ({ unique }) => unique >= KILL_AFTER);
    await receiver.kill('SIGKILL');
    const { unique: atKill } = await receiver.tally();
    if (atKill >= EVENTS) throw new Error(`${name} had delivered everything before the receiver was killed`);
    await pause(DOWN_MS);
    await receiver.start();
    await quiet(running, receiver);
    await running.stop();
    const { unique, duplicates } = await receiver.tally();
    // Only what is behind a checkpoint is lost; anything else would still come.
    const committed = [...(await ends.committed(running.consumerGroup)).values()].reduce((sum, each) => sum + each, 0);
    if (committed !== EVENTS) throw new Error(`${name} has committed ${committed} of ${EVENTS} events only`);
    return { name, events: EVENTS, atKill, lost: EVENTS - unique, duplicates };
  } finally {
    running.kill();
    await receiver.stop();
    await ends.stop();
  }
}

async function until(running: Running, receiver: ReceiverProcess, reached: (tally: Tally) => boolean): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (!reached(await receiver.tally())) {
    if (performance.now() > deadline) throw new Error(`not reached in ${TIMEOUT_MS / 1_000} s`);
    await running.during(pause(LOOK_MS));
  }
}

/** Until nothing has come for a while. */
async function quiet(running: Running, receiver: ReceiverProcess): Promise<void> {
  let [received, since] = [-1, performance.now()];
  await until(running, receiver, (tally) => {
    if (tally.received !== received) [received, since] = [tally.received, performance.now()];
    return performance.now() - since >= QUIET_MS;
  });
}
