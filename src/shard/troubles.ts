import type { ForwarderError } from '../errors/forwarder-error.js';
import type { Clock } from '../flow/clock.js';
import { ErrorReporter } from '../flow/error-reporter.js';
import type { RetrySettings } from '../flow/retry.js';
import type { Log } from '../model/log.js';
import type { Failing, ShardDeed } from '../model/snapshot.js';
import { ENDINGS } from './endings.js';
import type { ShardSettings } from './shard-settings.js';
import type { ShardStats } from './shard-stats.js';

export interface TroublesDeps {
  readonly shard: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: ShardSettings;
  readonly stats: ShardStats;
  /** Asks the service. */
  readonly isStillOurs: () => Promise<boolean>;
  /** A failure explains why the shard does not move. */
  readonly reported: () => void;
}

/** Each thing a shard's line does can fail while the others work: each has a reporter of its own, so that only what failed is said to work again. */
export class Troubles {
  readonly #deps: TroublesDeps;
  readonly #reporters: Readonly<Record<ShardDeed, ErrorReporter>>;

  constructor(deps: TroublesDeps) {
    this.#deps = deps;
    const reporter = (): ErrorReporter => new ErrorReporter(deps.clock, deps.log);
    this.#reporters = { acquire: reporter(), pull: reporter(), format: reporter(), commit: reporter() };
  }

  failed(deed: ShardDeed, error: ForwarderError, pauseMs: number): void {
    const { shard, stats, reported } = this.#deps;
    stats.countError(error.code);
    // A checkpoint that is refused does not explain why nothing moves.
    if (deed !== 'commit') reported();
    const tell = (): void => this.#reporters[deed].failed(error, pauseMs, { shard, deed });
    if (error.code === 'SLS_NOT_FOUND') void this.#tellIfOurs(tell);
    else tell();
  }

  /** When the whole group is gone, that is said once and not by every shard. */
  async #tellIfOurs(tell: () => void): Promise<void> {
    if (await this.#deps.isStillOurs()) tell();
  }

  succeeded(deed: ShardDeed): void {
    this.#reporters[deed].succeeded({ shard: this.#deps.shard, deed });
  }

  /** The attempts end only with this line. Any other answer, however permanent, concerns this shard alone and may change. */
  retry(deed: ShardDeed, signal: AbortSignal): RetrySettings {
    const { clock, settings } = this.#deps;
    return {
      clock,
      backoff: settings.retry,
      signal,
      onError: (error, pauseMs) => this.failed(deed, error, pauseMs),
      isFinal: ({ code }) => code in ENDINGS,
    };
  }

  /** What fails at present, and for how long. */
  get failing(): readonly Failing[] {
    const now = this.#deps.clock.monotonic();
    return DEEDS.flatMap((deed) => {
      const trouble = this.#reporters[deed].trouble;
      return trouble === undefined ? [] : [{ deed, code: trouble.code, seconds: (now - trouble.since) / 1000 }];
    });
  }
}

const DEEDS: readonly ShardDeed[] = ['acquire', 'pull', 'format', 'commit'];
