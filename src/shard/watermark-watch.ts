import type { Clock } from '../flow/clock.js';
import type { Log } from '../model/log.js';
import type { Route } from '../model/ports.js';
import type { Failing } from '../model/snapshot.js';

export interface WatermarkWatchDeps {
  readonly shard: number;
  readonly clock: Clock;
  readonly log: Log;
  /** So long the watermark may stand, in milliseconds, before it is said why, and again after each such time. */
  readonly quietMs: number;
  readonly route: Pick<Route, 'waitsFor'>;
  /** Everything before it is settled. */
  readonly watermark: () => string;
  /** The checkpoint as we know it. */
  readonly stored: () => string | undefined;
  /** Where the first batch ends that is not settled; undefined if there is none. */
  readonly open: () => string | undefined;
  /** The next pull waits for memory that others hold. */
  readonly waitsForRoom: () => boolean;
  readonly failing: () => readonly Failing[];
}

/**
 * Says in the debug log what a watermark that does not move waits for, or what keeps it from being stored (ARCHITECTURE.md, "What the watermark
 * waits for").
 */
export class WatermarkWatch {
  readonly #deps: WatermarkWatchDeps;
  #seen: { readonly watermark: string; readonly stored: string | undefined } | undefined;
  #since = 0;
  #saidAt = 0;

  constructor(deps: WatermarkWatchDeps) {
    this.#deps = deps;
  }

  /** To be called now and then. */
  look(): void {
    const { shard, clock, log, quietMs, watermark, stored } = this.#deps;
    const now = clock.monotonic();
    const seen = { watermark: watermark(), stored: stored() };
    const reason = this.#reason(seen.watermark === seen.stored);
    if (reason === undefined || this.#seen?.watermark !== seen.watermark || this.#seen.stored !== seen.stored) {
      this.#seen = seen;
      this.#since = this.#saidAt = now;
      return;
    }
    if (now - this.#saidAt < quietMs) return;
    this.#saidAt = now;
    const seconds = Math.round((now - this.#since) / 1000);
    log.debug({ shard, ...seen, seconds, ...reason }, 'the checkpoint does not move');
  }

  /** Undefined when there is nothing to wait for. */
  #reason(isStored: boolean): object | undefined {
    const { route, open, waitsForRoom } = this.#deps;
    if (!isStored) return { waitsFor: 'a commit', failure: this.#failure('commit') };
    const until = open();
    if (until !== undefined) {
      const wait = route.waitsFor();
      if (wait === undefined) return { waitsFor: 'a batch that is formatted', until, failure: this.#failure('format') };
      const isAcked = wait.stage === 'acked' || wait.stage === 'arrived';
      return { waitsFor: isAcked ? 'a proof' : 'a connection', until, ...wait };
    }
    const failure = this.#failure('pull');
    if (failure !== undefined) return { waitsFor: 'a pull', failure };
    return waitsForRoom() ? { waitsFor: 'a pull', because: 'the byte budget is full' } : undefined;
  }

  #failure(deed: Failing['deed']): Failing | undefined {
    return this.#deps.failing().find((one) => one.deed === deed);
  }
}
