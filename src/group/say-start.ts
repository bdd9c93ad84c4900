import type { Log } from '../model/log.js';
import type { StartPosition } from '../model/ports.js';

/** Said once a pipeline: a start position is often taken for where each start begins. */
export function sayStart(start: StartPosition, log: Log): void {
  const where = typeof start === 'string' ? start : new Date(start.unixSeconds * 1000).toISOString();
  log.info(
    { start: where },
    'a shard goes on at its checkpoint; the start position applies only to shards without one',
  );
}
