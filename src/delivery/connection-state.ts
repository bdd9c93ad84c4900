import type { RouteWait } from '../model/ports.js';
import type { ConnectionSnapshot } from '../model/snapshot.js';
import type { Attempts } from './attempts.js';
import type { ConnectionDeps } from './connection-deps.js';
import type { Link, LostLink } from './links/link.js';
import type { Outbox } from './outbox.js';
import type { Trial } from './probation.js';
import type { Endpoint } from './delivery-settings.js';

/**
 *     idle → dialling → connected → ending → closed
 *               ↑ ↓         ↓          ↓
 *       waiting, parked ←───┴──────────┘
 */
export type State =
  /** `parked`: its events go over a sibling, because nobody reads what this one is given. */
  | { readonly phase: 'idle' | 'dialling' | 'waiting' | 'parked' | 'closed' }
  | { readonly phase: 'connected' | 'ending'; readonly link: Link; readonly trial: Trial };

/** How a connection ended. */
export type Ending = LostLink | Ended;

export interface Ended {
  readonly is: 'ended';
  /** From our goodbye to the receiver's; undefined where we said none. */
  readonly answeredMs?: number;
}

/** The connection is up, has proven itself, and its receiver reads. */
export function flows(state: State): boolean {
  if (state.phase !== 'connected') return false;
  const { link, trial } = state;
  return link.open && link.kernel?.stall === undefined && trial.isPassed;
}

export function snapshotOf(
  state: State,
  attempts: Attempts,
  { pendingBytes, unprovenEvents }: Outbox,
  deps: Pick<ConnectionDeps, 'rule' | 'probation' | 'clock'>,
): ConnectionSnapshot {
  const link = 'link' in state ? state.link : undefined;
  return {
    endpoint: attempts.endpoint.text,
    phase: state.phase,
    pendingBytes,
    unprovenEvents,
    proof: proofOf(state, attempts.endpoint, deps),
    unackedBytes: link === undefined ? 0 : link.flushed - link.acked,
    stall: link?.kernel?.stall,
    failure: attempts.failure(deps.clock.monotonic()),
    blind: link?.kernel?.blind === true,
  };
}

/** What the oldest batch of a route waits for on a connection. */
export function waitOf(
  oldest: Pick<RouteWait, 'seq' | 'stage'>,
  connection: number,
  { endpoint, phase, proof, stall, failure }: ConnectionSnapshot,
): RouteWait {
  return { ...oldest, connection, endpoint, phase, proof, stall, failure };
}

function proofOf(
  state: State,
  endpoint: Endpoint,
  { rule, probation }: Pick<ConnectionDeps, 'rule' | 'probation'>,
): ConnectionSnapshot['proof'] {
  if (rule.guarantee !== 'settled') return 'answer';
  if (flows(state)) return 'time';
  return probation.hangsUp(endpoint) ? 'none' : 'probation';
}
