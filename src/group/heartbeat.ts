import { asForwarderError } from '../errors/forwarder-error.js';
import { Backoff } from '../flow/backoff.js';
import { deadline, sleep, type Clock } from '../flow/clock.js';
import { ErrorReporter } from '../flow/error-reporter.js';
import { isAborted } from '../flow/stop-signal.js';
import type { Log } from '../model/log.js';
import type { ConsumerGroup } from '../model/ports.js';
import type { Lease } from './lease.js';

export interface HeartbeatDeps {
  readonly group: ConsumerGroup;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly log: Log;
  readonly intervalMs: number;
  /** The shards to list: held, or still draining. Listing a shard is what keeps the service from handing it on. */
  readonly listed: () => readonly number[];
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

  constructor(deps: HeartbeatDeps) {
    this.#deps = deps;
    this.#backoff = new Backoff({ initialMs: deps.intervalMs / 10, maxMs: deps.intervalMs });
    this.#errors = new ErrorReporter(deps.clock, deps.log);
  }

  /** Heartbeats the service accepted. */
  get accepted(): number {
    return this.#accepted;
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

  /** One heartbeat. Never rejects. @returns the pause until the next, milliseconds. */
  async beat(signal: AbortSignal): Promise<number> {
    const { group, lease, clock, intervalMs, listed, onLost } = this.#deps;
    if (!lease.held()) onLost();
    const sent = lease.moment();
    const limit = deadline(clock, this.#patienceMs(), signal);
    try {
      const assigned = await group.heartbeat(listed(), limit.signal);
      lease.renew(sent);
      this.#acceptedAt = clock.monotonic();
      this.#accepted += 1;
      this.#backoff.reset();
      this.#errors.succeeded({});
      this.#deps.onAssigned(assigned);
      return intervalMs;
    } catch (thrown) {
      return isAborted(signal) ? 0 : this.#failed(thrown);
    } finally {
      limit.clear();
    }
  }

  /** A third of what is left of the lease, so that a hanging heartbeat leaves time for two more; never beyond the lease. */
  #patienceMs(): number {
    const { lease, intervalMs } = this.#deps;
    return lease.held() ? Math.min(lease.remainingMs, Math.max(intervalMs, lease.remainingMs / 3)) : intervalMs;
  }

  #failed(thrown: unknown): number {
    const { lease, intervalMs, onLost, onError } = this.#deps;
    const error = asForwarderError(thrown);
    const forgotten = error.code === 'SLS_CONSUMER_UNKNOWN';
    // The answer to joining again comes at the usual pace, or a service that refuses that would be asked without end.
    const pauseMs = forgotten && lease.held() ? 0 : Math.min(intervalMs, this.#backoff.next(error.retryAfterMs));
    onError(error.code);
    this.#errors.failed(error, pauseMs, { leaseLeftMs: Math.round(lease.remainingMs) });
    if (forgotten) lease.lose();
    if (!lease.held()) onLost();
    return pauseMs;
  }
}
