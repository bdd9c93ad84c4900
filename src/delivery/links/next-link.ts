import type { Log } from '../../model/log.js';
import type { Attempts } from '../attempts.js';
import type { ConnectionDeps } from '../connection-deps.js';
import type { Link } from './link.js';
import { abandoned } from '../outbox.js';
import type { Endpoint } from '../delivery-settings.js';
import type { Succession } from '../successor.js';

export interface NextLinkDeps extends Pick<ConnectionDeps, 'endpoints' | 'succeed'> {
  readonly index: number;
  readonly log: Log;
  readonly attempts: Attempts;
  readonly dial: (endpoint: Endpoint) => Promise<Link>;
  /** The connection still wants a next one. */
  readonly isWanted: () => boolean;
  readonly poke: () => void;
}

/** What a connection goes on with: a link that is up already, and waits until everything written on the present one is acked. */
export class NextLink {
  readonly #deps: NextLinkDeps;
  #next: Succession | undefined;

  constructor(deps: NextLinkDeps) {
    this.#deps = deps;
  }

  get isThere(): boolean {
    return this.#next !== undefined;
  }

  /** The link, if it is still open. */
  take(): Link | undefined {
    const next = this.#next;
    this.#next = undefined;
    if (next?.link.open !== true) return undefined;
    this.#deps.attempts.goTo(next.index);
    return next.link;
  }

  kill(): void {
    this.#next?.link.kill(abandoned());
  }

  /** Looks out for something better than the present link until the signal aborts. Never rejects. */
  async lookOut(present: Link, signal: AbortSignal): Promise<void> {
    const { attempts, dial, succeed } = this.#deps;
    const found = await succeed(attempts.index, present, dial, signal);
    if (found !== undefined) this.#offer(found, !signal.aborted);
  }

  /** Another link to the same receiver, only so that the end of the present one proves something. Never rejects. */
  async again(present: Link): Promise<void> {
    const { attempts, dial } = this.#deps;
    const { index, endpoint } = attempts;
    try {
      this.#offer({ link: await dial(endpoint), index, reason: 'proof' }, present.open);
    } catch {
      // The link in use is none the worse, and time settles as ever.
    }
  }

  #offer(found: Succession, isInTime: boolean): void {
    const { attempts, endpoints, index, isWanted, log, poke } = this.#deps;
    if (!isInTime || this.#next !== undefined || !isWanted()) {
      found.link.kill(abandoned());
      return;
    }
    const fields = { connection: index, endpoint: attempts.endpoint.text, to: endpoints[found.index]?.text };
    const message = 'goes on with a new connection';
    if (found.reason === 'proof') log.debug({ ...fields, reason: found.reason }, message);
    else log.info({ ...fields, reason: found.reason }, message);
    this.#next = found;
    poke();
  }
}
