import type { SlsLimits } from './options.js';
import { refuse } from './service-error.js';
import { WindowCount } from './window-count.js';

const SECOND_MS = 1000;

/** What was read of one shard in a second, for the read quotas. */
export class ReadMeter {
  readonly reads = new WindowCount(SECOND_MS);
  readonly bytes = new WindowCount(SECOND_MS);

  /** Counts one read. @param now unix milliseconds @throws ServiceError ShardReadQuotaExceed */
  check(limits: SlsLimits, now: number): void {
    if (this.reads.at(now) >= limits.shardReadsPerSecond) throw refuse.shardReadQuota('qps');
    if (this.bytes.at(now) >= limits.shardReadBytesPerSecond) throw refuse.shardReadQuota('bytes');
    this.reads.add(1, now);
  }
}
