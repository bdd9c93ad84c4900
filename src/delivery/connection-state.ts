import type { ForwarderError } from '../errors/forwarder-error.js';
import type { ConnectionSnapshot } from '../model/snapshot.js';
import type { Attempts } from './attempts.js';
import type { ConnectionDeps } from './connection-deps.js';
import type { Link } from './links/link.js';
import type { Outbox } from './outbox.js';
import type { Trial } from './probation.js';
import type { Endpoint } from './settings.js';

export type State =
  /** `parked`: its events go over a sibling, because nobody reads what this one is given. */
  | { readonly phase: 'idle' | 'dialling' | 'waiting' | 'parked' | 'closed' }
  | { readonly phase: 'connected' | 'ending'; readonly link: Link; readonly trial: Trial };

/** How a connection ended. */
export type Ending =
  /** We said goodbye and the receiver did too. */
  Orderly | { readonly is: 'lost'; readonly error: ForwarderError | undefined };

export interface Orderly {
  readonly is: 'orderly';
  /** From our goodbye to the receiver's. */
  readonly answeredMs: number;
}

/** The connection is up, has proven itself, and its receiver reads. */
export function flows(state: State): boolean {
  if (state.phase !== 'connected') return false;
  const { link, trial } = state;
  return link.open && link.stall === undefined && trial.isPassed;
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
    stall: link?.stall,
    failure: attempts.failure(deps.clock.monotonic()),
    blind: link?.blind === true,
  };
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
