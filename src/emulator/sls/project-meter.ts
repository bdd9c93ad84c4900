import { refuse } from './service-error.js';
import { WindowCount } from './window-count.js';

const MINUTE_MS = 60_000;
const READS: ReadonlySet<string> = new Set(['PullLogs', 'GetCursor', 'GetCursorTime', 'ListShards']);

/** What was asked of one project in a minute, for the project's quotas (600,000 reads and 600,000 writes). */
export class ProjectMeter {
  readonly reads = new WindowCount(MINUTE_MS);
  readonly writes = new WindowCount(MINUTE_MS);

  /** Counts one request. @throws ServiceError ReadQuotaExceed */
  check(operation: string, readsPerMinute: number, now: number): void {
    if (operation === 'PutLogs') this.writes.add(1, now);
    if (!READS.has(operation)) return;
    if (this.reads.at(now) >= readsPerMinute) throw refuse.readQuota();
    this.reads.add(1, now);
  }
}
