import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { SequenceTracker } from '../../src/emulator/receiver/sequence.js';
import { Balancer, type BalancerKind, type BalancerStart } from '../support/balancer.js';
import { testCerts, tlsFiles } from '../support/certs.js';
import { LONG, scenario, type Chaos } from '../support/chaos.js';
import type { ForwarderProcess } from '../support/forwarder.js';
import { ReceiverProcess } from '../support/receiver-process.js';

/** HAProxy hangs up three seconds after it accepted, where its server is down: each retry waits for a second. */
const HANGS_UP_MS = 3000;
const SETTLE = { time: '5s', bytes: '8MiB', probation: '6s' };
/** What `settled` meant once: two seconds after the acknowledgement, on any connection. */
const OLD_SETTLE = { time: '2s', bytes: '1GiB', probation: '0ms' };
const SMALL = { preload: 20_000, rate: 1000 };
/** So little that no window shuts: only time could tell. */
const TRICKLE = { preload: 100, rate: 50 };

type Transport = 'plain' | 'TLS passed through' | 'TLS ended by the balancer';

interface Place {
  readonly chaos: Chaos;
  readonly balancer: Balancer;
  readonly receiver: ReceiverProcess;
  readonly start: BalancerStart;
  readonly forward: (destination?: object) => ForwarderProcess;
}

/** A receiver behind a balancer. */
async function place(
  chaos: Chaos,
  kind: BalancerKind,
  transport: Transport,
  more: Partial<BalancerStart>,
  body: (place: Place) => Promise<void>,
): Promise<void> {
  const certs = await testCerts();
  const receiver = new ReceiverProcess(transport === 'TLS passed through' ? { tls: certs.server } : {});
  await receiver.start();
  chaos.receivesAt([receiver]);
  const tls = transport === 'TLS ended by the balancer' ? { tls: certs.server } : {};
  const start = { serverPort: receiver.port, ...tls, ...more };
  const balancer = await Balancer.start(kind, start);
  const secure = transport !== 'plain';
  const endpoints = [`${secure ? 'tls' : 'tcp'}://127.0.0.1:${balancer.port}`];
  const trust = secure ? { tls: { ca: tlsFiles(certs).ca } } : {};
  const forward = (destination = {}): ForwarderProcess =>
    chaos.forward({ destination: { endpoints, settle: SETTLE, ...trust, ...destination } });
  try {
    await body({ chaos, balancer, receiver, start, forward });
  } finally {
    await balancer.stop();
  }
}

/** Resolves when the balancer has ended so many connections; through one that passes TLS on, none comes as far as its handshake. */
async function hungUp(forwarder: ForwarderProcess, times: number): Promise<void> {
  const isEnd = ({ msg, from, to }: Record<string, unknown>): boolean =>
    msg === 'connection changes state' && ((from === 'connected' && to !== 'ending') || to === 'waiting');
  await forwarder.line(() => forwarder.lines.filter(isEnd).length >= times);
}

/** Nobody is behind the balancer from the start, for as long as two connections live. */
async function downAtFirst({ receiver, forward }: Place, destination = {}): Promise<ForwarderProcess> {
  await receiver.kill();
  const forwarder = forward(destination);
  await hungUp(forwarder, 4);
  await receiver.start();
  return forwarder;
}

const FAULTS: Readonly<Record<string, (place: Place) => Promise<void>>> = {
  'its server is down from the start': async (place) => {
    const forwarder = await downAtFirst(place);
    await place.chaos.settleUnproven(forwarder);
  },
  'its server is killed and comes back': async ({ chaos, receiver, forward }) => {
    const forwarder = forward();
    for (let time = 0; time < 2; time++) {
      await chaos.flow(5000);
      await chaos.fault(async () => {
        await receiver.kill();
        await delay(HANGS_UP_MS + 500);
        await receiver.start();
      });
    }
    await chaos.settleUnproven(forwarder);
  },
  'its server is slow, then killed': async ({ chaos, receiver, forward }) => {
    await receiver.kill();
    await receiver.start({ bytesPerSecond: 500_000 });
    const forwarder = forward();
    await chaos.flow(4000);
    await chaos.fault(async () => {
      await receiver.kill();
      await receiver.start();
    });
    await chaos.settleUnproven(forwarder);
  },
  'it is reloaded, gracefully': async ({ chaos, balancer, start, forward }) => {
    const forwarder = forward();
    await chaos.flow(5000);
    await chaos.fault(() => balancer.reload(start));
    await chaos.flow(5000);
    await chaos.settleUnproven(forwarder);
  },
  'it is ended and started again': async ({ chaos, balancer, start, forward }) => {
    const forwarder = forward();
    await chaos.flow(5000);
    await chaos.fault(() => balancer.restart(start));
    await chaos.flow(5000);
    await chaos.settleUnproven(forwarder);
  },
};

const TRANSPORTS: readonly Transport[] = ['plain', 'TLS passed through', 'TLS ended by the balancer'];

/** For the gate; all of them take a quarter of an hour. */
const SHORT: readonly string[] = [
  'haproxy, plain: its server is down from the start',
  'haproxy, TLS ended by the balancer: its server is killed and comes back',
];

for (const kind of ['haproxy', 'nginx'] as const)
  for (const transport of TRANSPORTS)
    for (const [fault, body] of Object.entries(FAULTS)) {
      const name = `${kind}, ${transport}: ${fault}`;
      if (LONG || SHORT.includes(name)) scenario(name, SMALL, (chaos) => place(chaos, kind, transport, {}, body));
    }

/** The balancer serves one connection at a time; the forwarder wants two. */
function oneAtATime(name: string, kind: BalancerKind, more: Partial<BalancerStart>): void {
  scenario(name, SMALL, (chaos) =>
    place(chaos, kind, 'plain', more, async ({ forward }) => {
      const forwarder = forward();
      const events = await chaos.still();
      await chaos.reach(events, 90_000);
      await chaos.settleUnproven(forwarder);
    }),
  );
}

oneAtATime('haproxy: its server takes one connection, the other is queued', 'haproxy', { serverConnections: 1 });
oneAtATime('haproxy: it reads one connection, the other is accepted and never read', 'haproxy', {
  frontConnections: 1,
});
if (LONG)
  oneAtATime('nginx: its server takes one connection, the other is turned away', 'nginx', { serverConnections: 1 });

for (const kind of LONG ? (['haproxy', 'nginx'] as const) : (['nginx'] as const))
  scenario(`${kind}: another server takes the place of the first`, SMALL, async (chaos) => {
    const all = new SequenceTracker();
    const [one, other] = [new ReceiverProcess({}, all), new ReceiverProcess({}, all)];
    for (const receiver of [one, other]) await receiver.start();
    chaos.receivesAt([one, other], all);
    const balancer = await Balancer.start(kind, { serverPort: one.port });
    try {
      const endpoints = [`tcp://127.0.0.1:${balancer.port}`];
      const forwarder = chaos.forward({ destination: { endpoints, settle: SETTLE } });
      await chaos.flow(5000);
      await chaos.fault(async () => {
        await balancer.reload({ serverPort: other.port });
        await one.kill();
      });
      await chaos.flow(5000);
      await chaos.settleUnproven(forwarder);
    } finally {
      await balancer.stop();
    }
  });

/** The test sees loss where there is some. */
function loses(name: string, destination: object): void {
  scenario(`${name} loses behind a haproxy whose server is down from the start: the test sees it`, TRICKLE, (chaos) =>
    place(chaos, 'haproxy', 'plain', {}, async (place) => {
      const forwarder = await downAtFirst(place, destination);
      const events = await chaos.still();
      const { unique } = await chaos.quiet();
      forwarder.kill('SIGTERM');
      await forwarder.exited;
      chaos.t.diagnostic(`${events - unique} of ${events} events lost`);
      assert.ok(unique > 0, 'the rest arrived');
      assert.ok(unique < events);
    }),
  );
}

loses('"guarantee: acked"', { guarantee: 'acked' });
loses('what "settled" meant once', { settle: OLD_SETTLE });
