import type { Clock } from '../flow/clock.js';
import type { InFlightWindow } from '../flow/in-flight-window.js';

interface Position {
  /** Receive time, unix seconds. */
  readonly time: number | undefined;
}

/**
 * Seconds a shard is behind: since the receive time of its watermark, or, at the tip, since the service last confirmed that; true also
 * while pulls fail or nothing settles. Undefined until known.
 *
 * @param tipAt monotonic ms: when the service last said that there is nothing after what was pulled
 */
export function lagSeconds(
  clock: Clock,
  tipAt: number | undefined,
  window: InFlightWindow<Position>,
): number | undefined {
  if (tipAt !== undefined && window.size === 0) return (clock.monotonic() - tipAt) / 1000;
  // Before anything is settled the first batch in flight tells how old what waits is.
  const time = window.watermark?.time ?? window.oldest?.time;
  return time === undefined ? undefined : Math.max(0, clock.now() / 1000 - time);
}
