import { asForwarderError, ForwarderError } from '../errors/forwarder-error.js';
import type { Clock } from '../flow/clock.js';
import type { Log } from '../model/log.js';
import type { Destination, Route, RouteHelp } from '../model/ports.js';
import { isBlocked, type DestinationSnapshot } from '../model/snapshot.js';
import { addressesOf } from './links/resolved-hosts.js';
import { CertificateWatch } from './tls/certificate-watch.js';
import { Connection } from './connection.js';
import { KernelSockets, sendBufferBound } from './kernel/kernel-sockets.js';
import type { Link } from './links/link.js';
import { Lanes } from './lanes.js';
import { Pace, partInWords, type PartInForce, type Senders } from './pace.js';
import { Probation } from './probation.js';
import { Pulse } from './kernel/pulse.js';
import { halves, TUNING, type DeliveryTuning, type DestinationSettings } from './delivery-settings.js';
import { Successor } from './successor.js';
import { secureContext } from './tls/tls-options.js';
import { transportOf } from './transports/table.js';
import { newTotals, totalsNow, type Totals } from './totals.js';
import { WatchedClock } from './watched-clock.js';

/** A destination as the composition root sees it. */
export interface OpenDestination extends Destination {
  /**
   * Soft stop: nothing new is taken, everything is delivered and settled, the sockets are ended with FIN.
   * @param signal the deadline; when it aborts, the rest is closed hard.
   * @returns whether everything was settled. What was not never will be here: its next reader sends it again.
   */
  end(signal: AbortSignal): Promise<boolean>;
  /** Hard stop: every batch not settled is rejected with ABANDONED. Resolves when the sockets are closed. */
  closeHard(): Promise<void>;
  snapshot(): DestinationSnapshot;
}

/**
 * Builds a destination. Nothing is dialled before its first route is opened.
 * @param log what it writes should already carry the destination's name.
 * @param senders what the rate depends on.
 * @throws ForwarderError CONFIG_INVALID when a certificate or key file can't be used.
 */
export function openDestination(
  settings: DestinationSettings,
  clock: Clock,
  log: Log,
  senders: Senders,
  tuning: DeliveryTuning = TUNING,
): OpenDestination {
  checkTls(settings, log);
  const totals = newTotals();
  const certificates = settings.endpoints.some(({ tls }) => tls)
    ? new CertificateWatch(clock, log, settings.tls)
    : undefined;
  const window = halves(settings.replayBytes);
  const watched = new WatchedClock(clock, settings.proofMs);
  const opening = { settings, tuning, sendBufferBytes: sendBufferBound(), certificates, clock: watched };
  // A receiver that answers proves a connection as it opens.
  const probationMs = settings.endpoints.every((endpoint) => transportOf(endpoint).answers) ? 0 : settings.probationMs;
  const probation = new Probation({ ...settings, probationMs }, watched);
  const onPart = (inForce: PartInForce): void => log.info({ ...inForce }, partInWords(inForce));
  const pace = new Pace(settings.rate, { ...senders, clock, onPart });
  const connections: Connection[] = Array.from({ length: settings.connections }, (_, index) => {
    const rotateBy = settings.mode === 'loadBalance' ? index : 0;
    const endpoints = rotated(settings.endpoints, rotateBy);
    const successors = { ...settings, ...tuning, clock, resolve: addressesOf, retire: retirer(clock, tuning), random };
    return new Connection({
      index,
      endpoints,
      rule: { ...settings, ...tuning, ...window },
      retry: settings.retry,
      tuning,
      clock,
      watched,
      log,
      totals,
      pace,
      probation,
      hasRefuge: () => lanes.refugeOf(index) !== undefined,
      moveAway: () => lanes.moveAway(index),
      dial: (endpoint, onChange, signal) =>
        transportOf(endpoint).open(endpoint, { ...opening, rotateBy, onChange, signal }),
      succeed: (at, link, dial, signal) => new Successor({ ...successors, dial }, endpoints, at, link).find(signal),
      wakePulse: (hurry) => {
        if (hurry) pulse.hurry();
        else pulse.wake();
      },
    });
  });
  const lanes: Lanes = new Lanes(connections, settings.replayBytes, {
    eventsPerSecond: () => pace.eventsPerSecond(totals),
    now: () => clock.monotonic(),
  });
  const sockets = new KernelSockets(tuning.kernelTables);
  const pulse = new Pulse(clock, watched, sockets, tuning, connections, () =>
    log.warn({ destination: settings.name }, BLIND),
  );
  return new SyslogDestination(settings, lanes, totals, pace, certificates);
}

const BLIND =
  'the kernel does not tell what receivers have acknowledged; bytes and time decide, and a lost connection may send a send buffer more again (docs/operations.md)';

const { random } = Math;

/** Every connection begins at its own place, and goes on from there: what one loses, its neighbours take over. */
function rotated<T>(list: readonly T[], by: number): T[] {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

function retirer(clock: Clock, { endGraceMs }: DeliveryTuning): (link: Link) => void {
  return (link) => {
    link.end();
    clock.timer(endGraceMs, () => link.leave(), { unref: true });
  };
}

class SyslogDestination implements OpenDestination {
  readonly #settings: DestinationSettings;
  readonly #lanes: Lanes;
  readonly #totals: Totals;
  readonly #pace: Pace;
  readonly #certificates: CertificateWatch | undefined;

  constructor(
    settings: DestinationSettings,
    lanes: Lanes,
    totals: Totals,
    pace: Pace,
    certificates: CertificateWatch | undefined,
  ) {
    this.#settings = settings;
    this.#lanes = lanes;
    this.#totals = totals;
    this.#pace = pace;
    this.#certificates = certificates;
  }

  openRoute(fence: () => boolean, help: RouteHelp = {}): Route {
    return this.#lanes.openRoute({ fence, ...help, over: false, open: 0, unwritten: 0 });
  }

  async end(signal: AbortSignal): Promise<boolean> {
    const closeHard = (): void => void this.closeHard();
    if (signal.aborted) closeHard();
    signal.addEventListener('abort', closeHard, { once: true });
    await Promise.all(this.#lanes.connections.map((connection) => connection.end()));
    signal.removeEventListener('abort', closeHard);
    return this.#lanes.connections.every(({ hasSettled }) => hasSettled);
  }

  async closeHard(): Promise<void> {
    await Promise.all(this.#lanes.connections.map((connection) => connection.closeHard()));
  }

  get isBlocked(): boolean {
    return isBlocked(this.#lanes.connections.map((connection) => connection.snapshot()));
  }

  snapshot(): DestinationSnapshot {
    const { name, guarantee } = this.#settings;
    const { eps, bytesPerSecond, part } = this.#pace.inForce();
    const isLimited = eps !== undefined || bytesPerSecond !== undefined;
    return {
      name,
      guarantee,
      connections: this.#lanes.connections.map((connection) => connection.snapshot()),
      rate: {
        usedEps: this.#pace.usedEps,
        limitEps: eps,
        limitBytes: bytesPerSecond,
        part: isLimited ? part : undefined,
      },
      certificates: this.#certificates?.snapshot() ?? [],
      totals: totalsNow(this.#totals),
    };
  }
}

function checkTls(settings: DestinationSettings, log: Log): void {
  if (!settings.endpoints.some(({ tls }) => tls)) return;
  if (settings.tls.insecureSkipVerify) {
    log.warn(
      { destination: settings.name },
      'tls.insecureSkipVerify is on: anybody on the way can read and change the logs',
    );
  }
  try {
    secureContext(settings.tls);
  } catch (thrown) {
    throw new ForwarderError('CONFIG_INVALID', `destination ${settings.name}: ${asForwarderError(thrown).message}`, {
      cause: thrown,
    });
  }
}
