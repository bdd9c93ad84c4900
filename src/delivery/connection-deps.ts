import type { BackoffSettings } from '../flow/backoff.js';
import type { Clock } from '../flow/clock.js';
import type { Log } from '../model/log.js';
import type { Link } from './links/link.js';
import type { Pace } from './pace.js';
import type { Probation } from './probation.js';
import type { DeliveryTuning, Endpoint } from './delivery-settings.js';
import type { SettleRule } from './span-ledger.js';
import type { Succession, SuccessorDeps } from './successor.js';
import type { Totals } from './totals.js';

/** What a connection is given by its destination. */
export interface ConnectionDeps {
  readonly index: number;
  /** At least one, in the order of preference. */
  readonly endpoints: readonly Endpoint[];
  readonly rule: SettleRule;
  readonly retry: BackoffSettings;
  readonly tuning: DeliveryTuning;
  readonly clock: Clock;
  /** What proves delivery goes by its time: it runs while the pulse beats. */
  readonly watched: Clock;
  readonly log: Log;
  readonly totals: Totals;
  readonly pace: Pace;
  /** What the destination's endpoints have shown so far. */
  readonly probation: Probation;
  /** A sibling flows. */
  readonly hasRefuge: () => boolean;
  /** Moves everything to such a sibling. @returns whether there was one. */
  readonly moveAway: () => boolean;
  /** Rejects with a ForwarderError. `onChange` is to be called when more is acked that no look can tell, and when the link stops being open. */
  readonly dial: (endpoint: Endpoint, onChange: () => void, signal: AbortSignal) => Promise<Link>;
  /** Finds what this link is to be replaced by; undefined once the signal aborts. Never rejects. */
  readonly succeed: (
    index: number,
    link: Link,
    dial: SuccessorDeps['dial'],
    signal: AbortSignal,
  ) => Promise<Succession | undefined>;
  /** Somebody has to look at this connection in a while, or (`hurry`) as soon as may be. */
  readonly wakePulse: (hurry: boolean) => void;
}
