import type { RamPolicy } from './ram-policy.js';
import { ForwarderError } from '../../errors/forwarder-error.js';
import { selfSigned } from '../self-signed.js';
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

/** One project. Its name is its own in all regions. */
export interface ProjectOptions {
  readonly name: string;
  /** Where it is reached: `<name>.<region>.log.aliyuncs.com`. Not given: at every address. */
  readonly region?: string;
  readonly logstores?: readonly LogstoreOptions[];
}

/** A RAM role that the emulator's STS service hands out. */
export interface RoleOptions {
  /** `acs:ram::<account id>:role/<name>` */
  readonly arn: string;
  /** Access key ids that may assume it; not given: every one. */
  readonly trusts?: readonly string[];
  /** What must be said to assume it. */
  readonly externalId?: string;
  /** Longest session, seconds. */
  readonly maxSeconds?: number;
  /** RAM actions it may do, such as `log:ListShards`; not given: all. */
  readonly allows?: readonly string[];
  /** What it may do, by action and resource; not given: all. */
  readonly policy?: RamPolicy;
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
  /** Reads of one project in one minute; Infinity for no limit. */
  readonly projectReadsPerMinute: number;
}

/** Plain data: it crosses the thread boundary. */
export interface SlsEmulatorOptions {
  readonly host?: string;
  /** 0 for any free port. */
  readonly port?: number;
  readonly accessKeyId?: string;
  readonly accessKeySecret?: string;
  /** When set, requests must carry it; when not, a token is signed over but not looked at. */
  readonly securityToken?: string | undefined;
  /** The first project, with its logstores. */
  readonly project?: string;
  readonly region?: string;
  readonly logstores?: readonly LogstoreOptions[];
  /** More projects. */
  readonly projects?: readonly ProjectOptions[];
  readonly roles?: readonly RoleOptions[];
  /** HTTPS too, on the same port, with a certificate of its own for 127.0.0.1, the hosts of the regions and these names. */
  readonly tls?: { readonly names?: readonly string[] } | undefined;
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
  projectReadsPerMinute: Infinity,
};

export type LogstoreSettings = Required<LogstoreOptions>;

export interface ProjectSettings {
  readonly name: string;
  readonly region: string | undefined;
  readonly logstores: readonly LogstoreSettings[];
}

export interface SlsEmulatorSettings {
  readonly host: string;
  readonly port: number;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken: string | undefined;
  readonly projects: readonly ProjectSettings[];
  readonly roles: readonly RoleOptions[];
  /** PEM texts of HTTPS. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly skewMs: number;
  readonly strictShardEnd: boolean;
  readonly limits: SlsLimits;
}

/** @throws ForwarderError CONFIG_INVALID */
export function withDefaults(options: SlsEmulatorOptions): SlsEmulatorSettings {
  const { project = 'demo-project', logstores = [{ name: 'actiontrail' }], region } = options;
  const first = { name: project, logstores, ...(region === undefined ? {} : { region }) };
  const projects = [first, ...(options.projects ?? [])].map(projectDefaults);
  const twin = projects.find(({ name }, index) => projects.findIndex((other) => other.name === name) < index);
  if (twin !== undefined) throw new ForwarderError('CONFIG_INVALID', `emulator: project "${twin.name}" is there twice`);
  for (const logstore of projects.flatMap((one) => one.logstores)) check(logstore);
  const tls = options.tls && selfSigned(Date.now(), [...hostsOf(projects), ...(options.tls.names ?? [])]);
  return {
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    accessKeyId: options.accessKeyId ?? 'emulator',
    accessKeySecret: options.accessKeySecret ?? 'emulator',
    securityToken: options.securityToken,
    projects,
    roles: options.roles ?? [],
    tls,
    skewMs: options.skewMs ?? 0,
    strictShardEnd: options.strictShardEnd ?? false,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
  };
}

export function projectDefaults({ name, region, logstores = [] }: ProjectOptions): ProjectSettings {
  return { name, region, logstores: logstores.map(logstoreDefaults) };
}

/** The names a certificate needs for what the service calls its hosts. */
function hostsOf(projects: readonly ProjectSettings[]): string[] {
  const regions = [...new Set(projects.flatMap(({ region }) => (region === undefined ? [] : [region])))];
  const services = regions.flatMap((region) => [
    `${region}.log.aliyuncs.com`,
    `${region}-intranet.log.aliyuncs.com`,
    `sts.${region}.aliyuncs.com`,
  ]);
  return ['localhost', 'sts.aliyuncs.com', ...services, ...services.map((host) => `*.${host}`)];
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

/** As the Java SDK has it, but one letter is enough: that is handy in a test. */
export function isLogstoreName(name: string): boolean {
  return /^[0-9a-z](?:[0-9a-z_-]{0,78}[0-9a-z])?$/.test(name);
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
