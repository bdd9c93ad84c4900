import { createHash, randomBytes } from 'node:crypto';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config/schema.js';
import type { Range } from '../config/settings.js';
import { takeLock } from '../flow/lock.js';

/** Who we are in the consumer groups, where the config gives no name. */
export interface Identity {
  readonly consumer: string;
  release(): Promise<void>;
}

/**
 * A name of our own; for a bounded run the same as last time, because the service keeps shards for a consumer that has ended until the group's
 * timeout, and gives them back at once only to that name. Two processes under one name would both get all shards, so a lock on this machine says
 * whose it is: a second run at the same time takes a name of its own, and they share the shards.
 */
export async function identityOf(
  { pipelines }: Pick<Config, 'pipelines'>,
  range: Range | undefined,
): Promise<Identity> {
  const own = { consumer: `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`, release: nothing };
  if (range?.to === undefined) return own;
  const reads = pipelines.map(({ project, logstore, consumerGroup }) => [project, logstore, consumerGroup]);
  const mark = createHash('sha256').update(JSON.stringify(reads)).digest('hex').slice(0, 12);
  const lock = await takeLock(join(tmpdir(), `forwarder-once-${mark}.lock`));
  return lock.kind === 'held' ? { consumer: `${hostname()}-once-${mark}`, release: () => lock.release() } : own;
}

const nothing = (): Promise<void> => Promise.resolve();
