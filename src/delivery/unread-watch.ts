import type { Wakeup } from '../flow/wakeup.js';
import type { ConnectionDeps } from './connection-deps.js';
import type { Link, LostLink } from './links/link.js';
import type { Trial } from './probation.js';
import type { Endpoint } from './delivery-settings.js';

/** So many early ends in a row, and nobody behind the connection seems to read. */
const EARLY_ENDS = 2;

/** The receiver ended it, or what stands before the receiver. */
const HUNG_UP: ReadonlySet<string> = new Set(['CONNECTION_ENDED', 'CONNECTION_RESET']);

const UNREAD =
  'connections are accepted, but nobody seems to read (a load balancer without a server? a port that wants TLS or RELP?); nothing is settled, everything is sent again';

const PARKED = 'nobody reads what this connection is given; its events go over another connection of the destination';

type Deps = Pick<ConnectionDeps, 'clock' | 'log' | 'probation' | 'tuning' | 'hasRefuge'>;

/**
 * Notices that nobody reads what one connection is given, although it is accepted: its window stays shut, or it is hung up early again and
 * again. A receiver, or a balancer, that serves one connection at a time does that to all others.
 */
export class UnreadWatch {
  readonly #deps: Deps;
  #shutSince: number | undefined;
  #isShut = false;
  #earlyEnds = 0;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** What was seen so far says that nobody reads. */
  get isUnread(): boolean {
    return this.#isShut || this.#earlyEnds >= EARLY_ENDS;
  }

  /** @returns whether the connection should be given up: its window has been shut for too long while a sibling flows. */
  look(link: Link, now: number): boolean {
    this.#shutSince = link.kernel?.stall === 'zeroWindow' ? (this.#shutSince ?? now) : undefined;
    const { hasRefuge, tuning } = this.#deps;
    if (!link.open || this.#shutSince === undefined || now - this.#shutSince < tuning.unreadMs) return false;
    this.#isShut = hasRefuge();
    return this.#isShut;
  }

  /** The connection is gone. Where it was hung up, that is remembered of its endpoint. */
  lost({ error, refusal }: LostLink, endpoint: Endpoint, trial: Trial, fields: { readonly events: number }): void {
    if (refusal !== undefined || !HUNG_UP.has(error.code)) return;
    const { clock, log, probation } = this.#deps;
    probation.ended(endpoint, clock.monotonic() - trial.begunAt);
    this.#earlyEnds = trial.isPassed ? 0 : this.#earlyEnds + 1;
    if (this.#earlyEnds === EARLY_ENDS && fields.events > 0) log.warn({ ...fields, code: 'CONNECTION_UNREAD' }, UNREAD);
  }

  /** Rests for a while, then starts again. @param isOver looked at whenever it is woken. */
  async rest(isOver: () => boolean, wakeup: Wakeup, fields: object): Promise<void> {
    const { clock, log, tuning } = this.#deps;
    this.#shutSince = undefined;
    this.#isShut = false;
    this.#earlyEnds = 0;
    log.warn({ ...fields, code: 'CONNECTION_UNREAD' }, PARKED);
    const cancel = clock.timer(tuning.parkMs, wakeup.notify, { unref: true });
    const until = clock.monotonic() + tuning.parkMs;
    while (!isOver() && clock.monotonic() < until) await wakeup.wait();
    cancel();
  }
}
