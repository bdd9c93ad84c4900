import { Ends } from './ends.js';
import { Forwarder } from './forwarder.js';
import { spread, type Spread } from './statistics.js';

/** From exec to the first event at the receiver, with a consumer group that did not exist. Milliseconds. */
export interface StartResult {
  readonly firstEventMs: Spread;
  readonly runs: number;
}

const PRELOAD = 20_000;
const TIMEOUT_MS = 30_000;

export async function measureStart(runs: number): Promise<StartResult> {
  const ends = await Ends.start({ profile: 'vpcflow', shards: 4, preload: PRELOAD }, 'tcp', {});
  try {
    const times: number[] = [];
    for (let run = 0; run < runs; run++) times.push(await runOnce(ends));
    return { firstEventMs: spread(times), runs };
  } finally {
    await ends.stop();
  }
}

async function runOnce(ends: Ends): Promise<number> {
  await ends.receiver.call('reset');
  const startedAt = performance.now();
  const forwarder = new Forwarder(ends, false);
  try {
    await forwarder.during(ends.waitFor({ events: 1 }, TIMEOUT_MS));
    const took = performance.now() - startedAt;
    await forwarder.stop();
    return took;
  } finally {
    forwarder.kill();
  }
}
