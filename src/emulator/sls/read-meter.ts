import type { SlsLimits } from './options.js';
import { refuse } from './service-error.js';

/** What was read of one shard in the running second, for the read quotas. */
export class ReadMeter {
  #second = 0;
  #reads = 0;
  #bytes = 0;

  /** Counts one read. @param now unix milliseconds @throws ServiceError ShardReadQuotaExceed */
  check(limits: SlsLimits, now: number): void {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#reads = 0;
      this.#bytes = 0;
    }
    if (this.#reads >= limits.shardReadsPerSecond) throw refuse.shardReadQuota('qps');
    if (this.#bytes >= limits.shardReadBytesPerSecond) throw refuse.shardReadQuota('bytes');
    this.#reads++;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }
}
