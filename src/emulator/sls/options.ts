import { ForwarderError } from '../../errors/forwarder-error.js';
import { PROFILE_NAMES, type ProfileName } from './profiles/index.js';

/** One logstore to start with. */
export interface LogstoreOptions {
  readonly name: string;
  /** Shards to begin with, 1 to {@link MAX_SHARDS}. */
  readonly shards?: number;
  /** What its generated logs look like. */
  readonly profile?: ProfileName;
  /** Events that are there at the start, over all shards. They are generated when first read. */
  readonly preload?: number;
  /** Events appended per second over all writable shards; 0 for none. */
  readonly ratePerSecond?: number;
  /** Equal seeds give equal logs. */
  readonly seed?: number;
  /** Serve the preloaded logs again and again: the shard never ends, its bytes repeat and its cursors go on. Takes no writes. */
  readonly repeat?: boolean;
  /** Add `__client_ip__` and `__receive_time__` tags to what is written, as a logstore with "log public IP" on does. */
  readonly appendMeta?: boolean;
}

export interface SlsLimits {
  /** Uncompressed bytes of one pull reply; a single larger log group is still given. */
  readonly maxReplyBytes: number;
  /** Bytes of written logs a shard keeps before it forgets the oldest. */
  readonly retainBytes: number;
  /** PullLogs requests of one shard in one second; Infinity for no limit. */
  readonly shardReadsPerSecond: number;
  /** Uncompressed bytes read of one shard in one second; Infinity for no limit. */
  readonly shardReadBytesPerSecond: number;
}

/** Plain data: it crosses the thread boundary. */
export interface SlsEmulatorOptions {
  readonly host?: string;
  /** 0 for any free port. */
  readonly port?: number;
  readonly accessKeyId?: string;
  readonly accessKeySecret?: string;
  /** When set, requests must carry it; when not, a token is signed over but not looked at. */
  readonly securityToken?: string;
  readonly project?: string;
  readonly logstores?: readonly LogstoreOptions[];
  /** Milliseconds by which the service's clock runs ahead. */
  readonly skewMs?: number;
  /** A read-only shard is over only once its end has been written as a checkpoint, even if it is empty (API semantics as documented). */
  readonly strictShardEnd?: boolean;
  readonly limits?: Partial<SlsLimits>;
}

/** Most shards of a logstore. */
export const MAX_SHARDS = 1000;

const DEFAULT_LIMITS: SlsLimits = {
  maxReplyBytes: 10 * 1024 * 1024,
  retainBytes: 256 * 1024 * 1024,
  shardReadsPerSecond: Infinity,
  shardReadBytesPerSecond: Infinity,
};

export type LogstoreSettings = Required<LogstoreOptions>;

export interface SlsEmulatorSettings extends Required<
  Omit<SlsEmulatorOptions, 'logstores' | 'limits' | 'securityToken'>
> {
  readonly securityToken: string | undefined;
  readonly logstores: readonly LogstoreSettings[];
  readonly limits: SlsLimits;
}

/** @throws ForwarderError CONFIG_INVALID */
export function withDefaults(options: SlsEmulatorOptions): SlsEmulatorSettings {
  const logstores = (options.logstores ?? [{ name: 'actiontrail' }]).map(logstoreDefaults);
  for (const logstore of logstores) check(logstore);
  return {
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    accessKeyId: options.accessKeyId ?? 'emulator',
    accessKeySecret: options.accessKeySecret ?? 'emulator',
    securityToken: options.securityToken,
    project: options.project ?? 'demo-project',
    logstores,
    skewMs: options.skewMs ?? 0,
    strictShardEnd: options.strictShardEnd ?? false,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
  };
}

export function logstoreDefaults(options: LogstoreOptions): LogstoreSettings {
  return {
    name: options.name,
    shards: options.shards ?? 2,
    profile: options.profile ?? 'actiontrail',
    preload: options.preload ?? 0,
    ratePerSecond: options.ratePerSecond ?? 0,
    seed: options.seed ?? 1,
    repeat: options.repeat ?? false,
    appendMeta: options.appendMeta ?? false,
  };
}

/** CreateLogstore API page; as strict as the Java SDK. */
export function isLogstoreName(name: string): boolean {
  return /^[0-9a-z][0-9a-z_-]{0,78}[0-9a-z]$/.test(name);
}

function check({ name, shards, profile, preload, ratePerSecond, repeat }: LogstoreSettings): void {
  const whole = (value: number): boolean => Number.isInteger(value) && value >= 0;
  const wrong = [
    isLogstoreName(name) ? '' : 'is no legal logstore name',
    whole(shards) && shards >= 1 && shards <= MAX_SHARDS ? '' : `must have 1 to ${MAX_SHARDS} shards`,
    PROFILE_NAMES.includes(profile) ? '' : `must have one of the profiles ${PROFILE_NAMES.join(', ')}`,
    whole(preload) ? '' : 'can only preload a whole number of events',
    ratePerSecond >= 0 ? '' : 'must have a rate of 0 or more events per second',
    repeat && (preload === 0 || ratePerSecond > 0) ? 'can only repeat preloaded logs, and takes no live ones then' : '',
  ].find((complaint) => complaint !== '');
  if (wrong !== undefined) throw new ForwarderError('CONFIG_INVALID', `emulator: logstore "${name}" ${wrong}`);
}
