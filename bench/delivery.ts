/**
 * What acknowledged delivery costs and how fast it gives way: whole processes, VPC flow, 4 shards.
 *
 *     npm run bench:delivery [-- cost|relp|failover|rate …]
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Ends } from './whole/ends.js';
import { Forwarder, primeReplies } from './whole/forwarder.js';
import { spread } from './whole/statistics.js';
import { Remote } from './whole/rpc.js';
import { SHORT_WARM_UP_MS } from './whole/warm-up.js';

const RUNS = 5;
const WINDOW_MS = 4_000;
const TIMEOUT_MS = 30_000;
const CASE = { profile: 'vpcflow', transport: 'tcp', shards: 4 } as const;

/** What is measured of one forwarder, whoever receives. */
async function eventsPerCpuSecond(ends: Ends, destination: object, received: () => Promise<number>): Promise<number> {
  const forwarder = new Forwarder(ends, true, { destination });
  try {
    while ((await received()) === 0) await forwarder.during(pause(20));
    await pause(SHORT_WARM_UP_MS);
    const [before, from] = [forwarder.sample(), await received()];
    await pause(WINDOW_MS);
    const [after, to] = [forwarder.sample(), await received()];
    await forwarder.stop();
    const { user, system } = forwarder.use(before, after);
    return (to - from) / (user + system);
  } finally {
    forwarder.kill();
  }
}

/** In turns, so that what disturbs the machine disturbs both. */
async function compare(name: string, one: () => Promise<number>, other: () => Promise<number>): Promise<void> {
  const ratios: number[] = [];
  const [ones, others]: [number[], number[]] = [[], []];
  for (let run = 0; run < RUNS; run++) {
    ones.push(await one());
    others.push(await other());
    ratios.push((ones[run] ?? 0) / (others[run] ?? 1));
  }
  const text = (values: readonly number[]): string => Math.round(spread(values).median).toLocaleString('en-US');
  console.log(
    `${name}: ${text(ones)} and ${text(others)} events per CPU-second, ratio ${spread(ratios).median.toFixed(3)} ` +
      `(${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}, ${RUNS} pairs)`,
  );
}

/** The acknowledgements against none: `settled` looks at the kernel's table, holds batches longer, and sends again after a loss. */
async function cost(ends: Ends): Promise<void> {
  const measure = (guarantee: string) => async (): Promise<number> => {
    await ends.receiver.call('reset');
    return eventsPerCpuSecond(ends, { guarantee }, async () => (await ends.stats()).events);
  };
  await compare('settled and written', measure('settled'), measure('written'));
}

async function relp(ends: Ends): Promise<void> {
  const receiver = await Remote.start<string>(new URL('./relp-process.js', import.meta.url), {});
  const overRelp = async (): Promise<number> => {
    const before = await receiver.call<number>('events');
    const received = async (): Promise<number> => (await receiver.call<number>('events')) - before;
    return eventsPerCpuSecond(ends, { endpoints: [receiver.ready] }, received);
  };
  const overTcp = async (): Promise<number> => {
    await ends.receiver.call('reset');
    return eventsPerCpuSecond(ends, {}, async () => (await ends.stats()).events);
  };
  await compare('relp and tcp', overRelp, overTcp);
  await receiver.stop();
}

/** From the moment all connections of a receiver are reset, or ended, and new ones refused, to the first event at the next. */
async function failover(ends: Ends): Promise<void> {
  for (const mode of [{ kind: 'refusing' }, { kind: 'fin', afterBytes: 1 }] as const) {
    const next = await Remote.start<string>(new URL('./receiver-process.js', import.meta.url), {
      listen: 'tcp://127.0.0.1:0',
      tracking: 'sequence',
      keep: 1,
    });
    await ends.setMode({ kind: 'normal' });
    await ends.receiver.call('reset');
    const forwarder = new Forwarder(ends, false, { destination: { endpoints: [ends.receiver.ready, next.ready] } });
    try {
      await forwarder.during(ends.waitFor({ events: 100_000 }, TIMEOUT_MS));
      const began = performance.now();
      await ends.setMode(mode);
      await next.call('waitFor', { awaited: { events: 1 }, timeoutMs: TIMEOUT_MS });
      const tookMs = performance.now() - began;
      console.log(`fail-over after ${mode.kind === 'fin' ? 'FIN' : 'RST'}: ${tookMs.toFixed(0)} ms`);
    } finally {
      forwarder.kill();
      await next.stop();
    }
  }
  await ends.setMode({ kind: 'normal' });
}

const EPS = 5_000;
const RATE_SECONDS = 40;
const LOOK_MS = 100;
const SPAN_SECONDS = 10;

/** The busiest and the quietest ten seconds of a stretch under a limit. */
async function rate(ends: Ends): Promise<void> {
  await ends.receiver.call('reset');
  const forwarder = new Forwarder(ends, false, { destination: { rate: { eps: EPS } } });
  try {
    await forwarder.during(ends.waitFor({ events: EPS }, TIMEOUT_MS));
    const looks: { readonly at: number; readonly events: number }[] = [];
    const began = performance.now();
    while (performance.now() - began < RATE_SECONDS * 1000) {
      const { events } = await ends.stats();
      looks.push({ at: performance.now(), events });
      await pause(LOOK_MS);
    }
    const rates = looks.flatMap((from, index) => {
      const to = looks.slice(index).find(({ at }) => at - from.at >= SPAN_SECONDS * 1000);
      return to === undefined ? [] : [((to.events - from.events) / (to.at - from.at)) * 1000];
    });
    const off = (value: number): string => `${(((value - EPS) / EPS) * 100).toFixed(2)} %`;
    const lost = (await ends.stats()).sequence.lost;
    console.log(
      `limit of ${EPS} events/s: over any ${SPAN_SECONDS} s ${off(Math.min(...rates))} to ${off(Math.max(...rates))}, lost ${lost}`,
    );
  } finally {
    forwarder.kill();
  }
}

const CASES: Readonly<Record<string, (ends: Ends) => Promise<void>>> = { cost, relp, failover, rate };

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => CASES[name] === undefined);
if (unknown !== undefined) {
  console.error(`"${unknown}" is none of ${Object.keys(CASES).join(', ')}`);
  process.exit(64);
}
const ends = await Ends.endless(CASE);
try {
  await primeReplies(ends);
  for (const [name, run] of Object.entries(CASES)) if (wanted.length === 0 || wanted.includes(name)) await run(ends);
} finally {
  await ends.stop();
}
