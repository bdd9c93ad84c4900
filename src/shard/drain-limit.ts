import type { ShardDeps } from './shard-deps.js';

/** Who waits for a shard that was taken away waits only so long: then what is in flight is abandoned. */
export function limitDrain(
  { clock, settings, log, shard }: Pick<ShardDeps, 'clock' | 'settings' | 'log' | 'shard'>,
  { isOver, hurry }: { readonly isOver: () => boolean; readonly hurry: () => void },
): void {
  const end = (): void => {
    if (isOver()) return;
    log.warn(
      { shard },
      'the shard was taken away and could not be drained in time; its next owner reads the rest again',
    );
    hurry();
  };
  clock.timer(settings.drainTimeoutMs, end, { unref: true });
}
