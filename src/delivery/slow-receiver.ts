import { ForwarderError } from '../errors/forwarder-error.js';
import type { Clock } from '../flow/clock.js';
import { ErrorReporter } from '../flow/error-reporter.js';
import type { Log } from '../model/log.js';
import type { Link } from './links/link.js';
import type { Endpoint } from './delivery-settings.js';
import type { PeerState } from './kernel/stall-watch.js';

const ZERO_WINDOW = 'zero window: the receiver is alive but reads nothing';

/** What a connection does about a receiver that is slow or gone, and what it says. */
export class SlowReceiver {
  readonly #slowness: ErrorReporter;
  readonly #hasOthers: boolean;

  /** @param hasOthers there are other endpoints to go to. */
  constructor(clock: Clock, log: Log, hasOthers: boolean) {
    this.#slowness = new ErrorReporter(clock, log);
    this.#hasOthers = hasOthers;
  }

  judge(state: PeerState, link: Link, endpoint: Endpoint, fields: object): void {
    if (state === 'fine') this.#slowness.succeeded(fields);
    else if (state === 'silent') link.kill(stalled(endpoint, 'the receiver has stopped to answer'));
    else if (state === 'stuck' && this.#hasOthers) link.kill(stalled(endpoint, `${ZERO_WINDOW}; trying the next one`));
    else this.#slowness.failed(stalled(endpoint, `${ZERO_WINDOW}; waiting for it`), 0, fields);
  }
}

/** Why a connection is given up that nobody reads. */
export const unread = (endpoint: Endpoint): ForwarderError => stalled(endpoint, ZERO_WINDOW);

function stalled({ text }: Endpoint, what: string): ForwarderError {
  return new ForwarderError('CONNECTION_STALLED', `${text}: ${what}`);
}
