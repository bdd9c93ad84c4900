import { heard, sleep, type Clock } from '../flow/clock.js';
import type { StopSignal } from '../flow/stop-signal.js';
import type { Log } from '../model/log.js';
import type { Ending } from './connection-state.js';
import type { Link } from './links/link.js';
import { abandoned, type Outbox } from './outbox.js';
import type { Probation, Trial } from './probation.js';
import type { DeliveryTuning, Endpoint } from './delivery-settings.js';

const UNPROVEN =
  'the connection ended in order, but too soon to prove that the receiver has read everything; the rest is sent again at the next start';

export interface EndProofDeps {
  readonly clock: Clock;
  readonly watched: Clock;
  readonly tuning: Pick<DeliveryTuning, 'leastAgeMs' | 'promptMs' | 'confirmMs' | 'endGraceMs'>;
  readonly probation: Probation;
  readonly dial: (endpoint: Endpoint) => Promise<Link>;
  readonly stop: StopSignal;
  readonly log: Log;
}

/**
 * Whether the receiver's answer to our end proves that it has read everything. A balancer whose server is down hangs up at a time of its own,
 * always about as long after the connection began. So on a young connection the answer counts only where it came at once, and where another
 * connection, empty and of another age, is answered at once too.
 */
export class EndProof {
  readonly #deps: EndProofDeps;

  constructor(deps: EndProofDeps) {
    this.#deps = deps;
  }

  /** FIN, and then the receiver's FIN. Some never send one; then time settles, as ever. */
  async end(link: Link, endpoint: Endpoint, trial: Trial, outbox: Outbox): Promise<Ending> {
    const { clock, tuning, probation } = this.#deps;
    if (!outbox.empty) await this.#ripe(link, trial);
    // An end that has come already is no answer to ours.
    await heard();
    const begunAt = clock.monotonic();
    link.end();
    const lookAgain = (): (() => void) => clock.timer(tuning.endGraceMs, leave);
    const leave = (): void => {
      probation.answersNoEnd(endpoint);
      if (outbox.nothingOut) link.leave();
      else cancel = lookAgain();
    };
    let cancel = lookAgain();
    const end = await link.closed;
    cancel();
    return end.is === 'lost' ? end : { ...end, answeredMs: clock.monotonic() - begunAt };
  }

  /** Resolves when the end of this connection could prove something, or when it is lost. */
  async #ripe(link: Link, trial: Trial): Promise<void> {
    const { clock, tuning, stop } = this.#deps;
    const waitMs = trial.begunAt + tuning.leastAgeMs - clock.monotonic();
    if (waitMs <= 0 || trial.isPassed) return;
    const lost = new AbortController();
    void link.closed.then(() => lost.abort());
    await sleep(clock, waitMs, AbortSignal.any([lost.signal, stop.hard]));
  }

  /** Settles everything where this ending proves that the receiver has read it. To be called with the socket closed. */
  async settle(ending: Ending, endpoint: Endpoint, trial: Trial, outbox: Outbox): Promise<void> {
    if (ending.is === 'lost' || outbox.empty) return;
    if (await this.#holds(ending.answeredMs, endpoint, trial)) outbox.settleAll(this.#deps.watched.monotonic());
  }

  /** Of the last connection of a stop. Nothing is sent again then: the next process that reads these shards does that. */
  sayUnproven(outbox: Outbox, fields: object): void {
    const { log, stop } = this.#deps;
    if (!stop.soft.aborted || outbox.empty) return;
    log.warn({ ...fields, events: outbox.unprovenEvents }, UNPROVEN);
    stop.stopHard();
  }

  async #holds(answeredMs: number | undefined, endpoint: Endpoint, trial: Trial): Promise<boolean> {
    const { tuning, probation } = this.#deps;
    if (trial.isPassed) return true;
    const isPrompt = answeredMs !== undefined && answeredMs <= tuning.promptMs;
    return isPrompt && !probation.hangsUp(endpoint) && this.#isConfirmed(endpoint);
  }

  async #isConfirmed(endpoint: Endpoint): Promise<boolean> {
    const { clock, tuning, stop } = this.#deps;
    try {
      const link = await this.#deps.dial(endpoint);
      await sleep(clock, tuning.confirmMs, stop.hard);
      await heard();
      const begunAt = clock.monotonic();
      link.end();
      const giveUp = clock.timer(tuning.promptMs, () => link.kill(abandoned()));
      const end = await link.closed;
      giveUp();
      return end.is === 'ended' && clock.monotonic() - begunAt <= tuning.promptMs;
    } catch {
      // What can't be confirmed is not proven.
      return false;
    }
  }
}
