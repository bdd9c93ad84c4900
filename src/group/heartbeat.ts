import { asForwarderError } from '../errors/forwarder-error.js';
import { Backoff } from '../flow/backoff.js';
import { deadline, sleep, type Clock } from '../flow/clock.js';
import { ErrorReporter } from '../flow/error-reporter.js';
import { isAborted, unlessAborted } from '../flow/stop-signal.js';
import type { Log } from '../model/log.js';
import type { ConsumerGroup } from '../model/ports.js';
import type { Lease } from '../shard/lease.js';

export interface HeartbeatDeps {
  readonly group: ConsumerGroup;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly log: Log;
  readonly intervalMs: number;
  /** The shards to list: held, or still draining. Listing a shard is what keeps the service from handing it on. */
  readonly listed: () => readonly number[];
  /** Makes the group whole; calls `lose` when it was gone, so that nothing is ours. @throws ForwarderError */
  readonly mend: (signal: AbortSignal, lose: () => void) => Promise<void>;
  readonly onAssigned: (shards: readonly number[]) => void;
  /** Nothing is ours any more: the lease ran out, or the service has forgotten us. */
  readonly onLost: () => void;
  readonly onError: (code: string) => void;
}

/**
 * Keeps the lease alive: one heartbeat an interval, sooner after a failure or when `poke`d, and a watch that gives everything up
 * the moment the lease runs out, even while a heartbeat hangs.
 */
export class Heartbeat {
  readonly #deps: HeartbeatDeps;
  readonly #backoff: Backoff;
  readonly #errors: ErrorReporter;
  #wake = new AbortController();
  #acceptedAt: number | undefined;
  #accepted = 0;
  #intervalMs: number;
  /** The group may be gone, or have been made again by somebody else: it is mended before the next heartbeat. */
  #inDoubt = false;
  /** Who waits for the next heartbeat that is accepted. */
  #confirming: (() => void)[] = [];

  constructor(deps: HeartbeatDeps) {
    this.#deps = deps;
    this.#intervalMs = deps.intervalMs;
    this.#backoff = new Backoff({ initialMs: deps.intervalMs / 10, maxMs: deps.intervalMs });
    this.#errors = new ErrorReporter(deps.clock, deps.log);
  }

  /** Heartbeats the service accepted. */
  get accepted(): number {
    return this.#accepted;
  }

  /** The group may be gone; the next heartbeat mends it. */
  get isInDoubt(): boolean {
    return this.#inDoubt;
  }

  /** Milliseconds since the last one it accepted. */
  get ageMs(): number | undefined {
    return this.#acceptedAt === undefined ? undefined : this.#deps.clock.monotonic() - this.#acceptedAt;
  }

  /** Runs until the signal aborts; the caller aborts it only after the last commit. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#wake = new AbortController();
      const pauseMs = await this.beat(signal);
      await sleep(this.#deps.clock, pauseMs, AbortSignal.any([signal, this.#wake.signal]));
    }
  }

  /** The list has changed: tell the service now rather than at the next interval. */
  poke(): void {
    this.#wake.abort();
  }

  /** From the next pause on. */
  setInterval(intervalMs: number): void {
    this.#intervalMs = intervalMs;
  }

  /**
   * Asks the service whether we are still its consumer: resolves when it has accepted a heartbeat sent from now on, or when the signal aborts, as those
   * of our shards' lines do when it has not.
   */
  async confirm(signal: AbortSignal): Promise<void> {
    if (this.#confirming.length === 0) this.poke();
    await unlessAborted(new Promise<void>((resolve) => this.#confirming.push(resolve)), signal);
  }

  /** One heartbeat. Never rejects. @returns the pause until the next, milliseconds. */
  async beat(signal: AbortSignal): Promise<number> {
    const { group, lease, clock, listed, mend, onLost } = this.#deps;
    if (!lease.held()) onLost();
    const limit = deadline(clock, this.#patienceMs(), signal);
    const confirming = this.#confirming;
    this.#confirming = [];
    try {
      if (this.#inDoubt) await mend(limit.signal, () => this.#lose());
      const sent = lease.moment();
      const assigned = await group.heartbeat(listed(), limit.signal);
      lease.renew(sent);
      this.#acceptedAt = clock.monotonic();
      this.#accepted += 1;
      this.#inDoubt = false;
      this.#backoff.reset();
      this.#errors.succeeded({});
      this.#deps.onAssigned(assigned);
      for (const confirm of confirming) confirm();
      return this.#intervalMs;
    } catch (thrown) {
      this.#confirming.unshift(...confirming);
      return isAborted(signal) ? 0 : this.#failed(thrown);
    } finally {
      limit.clear();
    }
  }

  /** A third of what is left of the lease, so that a hanging heartbeat leaves time for two more; never beyond the lease. */
  #patienceMs(): number {
    const { lease } = this.#deps;
    const intervalMs = this.#intervalMs;
    return lease.held() ? Math.min(lease.remainingMs, Math.max(intervalMs, lease.remainingMs / 3)) : intervalMs;
  }

  #failed(thrown: unknown): number {
    const { lease, onLost, onError } = this.#deps;
    const error = asForwarderError(thrown);
    const forgotten = error.code === 'SLS_CONSUMER_UNKNOWN';
    // Whoever mends it says so.
    const justGone = error.code === 'SLS_NOT_FOUND' && !this.#inDoubt;
    const atOnce = justGone || (forgotten && lease.held());
    // The answer to joining again comes at the usual pace, or a service that refuses that would be asked without end.
    const pauseMs = atOnce ? 0 : Math.min(this.#intervalMs, this.#backoff.next(error.retryAfterMs));
    onError(error.code);
    if (!justGone) this.#errors.failed(error, pauseMs, { leaseLeftMs: Math.round(lease.remainingMs) });
    this.#inDoubt ||= justGone || forgotten;
    if (forgotten) this.#lose();
    else if (!lease.held()) onLost();
    return pauseMs;
  }

  #lose(): void {
    this.#deps.lease.lose();
    this.#deps.onLost();
  }
}
