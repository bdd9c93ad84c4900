import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { asForwarderError } from '../../errors/forwarder-error.js';
import type { Clock } from '../../flow/clock.js';
import type { Log } from '../../model/log.js';
import { DIRECT, type ChooseProxy } from '../http/proxy.js';
import { assumedBy } from './assume-role.js';
import { commandSource } from './command-source.js';
import {
  readIssued,
  staticCredentials,
  unusable,
  type CredentialsProvider,
  type CredentialsSource,
} from './credentials.js';
import { credentialsFile } from './file-source.js';
import { HttpText } from './http-text.js';
import { instanceRole } from './instance-role.js';
import { isSaid, keysOfConfig, NEEDED, secretOf, type SecretText } from './keys.js';
import { oidcRole } from './oidc-role.js';
import { PROFILE_FILES, profileFile, type ProfileKit } from './profile-source.js';
import { RotatingCredentials } from './rotating.js';
import type { Sts } from './sts.js';
import { fromUri } from './uri.js';

export type SourceName =
  'auto' | 'static' | 'environment' | 'oidc' | 'uri' | 'file' | 'profile' | 'ecs-ram-role' | 'command';

/** Where credentials come from; what is undefined is taken from the environment variables of Alibaba Cloud's SDKs. */
export interface CredentialsSettings {
  readonly source: SourceName;
  readonly accessKeyId: string | undefined;
  readonly accessKeyIdFile?: string | undefined;
  readonly accessKeySecret: string | undefined;
  readonly accessKeySecretFile?: string | undefined;
  readonly securityToken: string | undefined;
  readonly securityTokenFile?: string | undefined;
  readonly file: string | undefined;
  readonly profile: string | undefined;
  readonly roleName: string | undefined;
  readonly roleArn: string | undefined;
  readonly oidcProviderArn: string | undefined;
  readonly oidcTokenFile: string | undefined;
  readonly uri: string | undefined;
  /** A program and its arguments. */
  readonly command?: readonly string[] | undefined;
  readonly commandTimeoutMs?: number | undefined;
  /** The role to assume with whatever the source gives. */
  readonly assumeRole?: AssumeRoleSettings | undefined;
  /** Undefined: that of the region a profile names, or the one for all regions. */
  readonly stsEndpoint: string | undefined;
  readonly metadataEndpoint: string;
}

export interface AssumeRoleSettings {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly externalId: SecretText;
  readonly durationSeconds: number;
  readonly policy: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const COMMAND_TIMEOUT_MS = 10_000;
const STS_ENDPOINT = 'https://sts.aliyuncs.com';

/**
 * @param proxyFor for the STS service; the others belong to this machine, and nobody is in between.
 * @throws ForwarderError SLS_UNAUTHORIZED when what the source needs is not there.
 */
export function openCredentials(
  settings: CredentialsSettings,
  env: Environment,
  clock: Clock,
  log: Log,
  proxyFor = DIRECT,
): CredentialsProvider {
  const { source, assumeRole } = settings;
  const given = isSaid(keysIn(settings).accessKeyId) && isSaid(keysIn(settings).accessKeySecret);
  const kit = openKit(settings, clock, proxyFor);
  if (source === 'static' && !given) throw unusable(NEEDED);
  const parts = sources(settings, env, kit);
  const chosen = source === 'auto' ? (given ? 'static' : settings.command === undefined ? 'auto' : 'command') : source;
  if (chosen === 'static' && assumeRole === undefined && !inFiles(settings)) return forEver(settings);
  const base = chosen === 'auto' ? chain(parts, log) : parts[chosen]();
  const role = assumeRole === undefined ? base : assumedBy(base, roleOf(assumeRole), kit.stsOf(undefined));
  return new RotatingCredentials(role, clock, log);
}

function keysIn(
  settings: CredentialsSettings,
): Readonly<Record<'accessKeyId' | 'accessKeySecret' | 'securityToken', SecretText>> {
  return {
    accessKeyId: { value: settings.accessKeyId, file: settings.accessKeyIdFile },
    accessKeySecret: { value: settings.accessKeySecret, file: settings.accessKeySecretFile },
    securityToken: { value: settings.securityToken, file: settings.securityTokenFile },
  };
}

function inFiles(settings: CredentialsSettings): boolean {
  return Object.values(keysIn(settings)).some(({ file }) => file !== undefined);
}

function forEver({ accessKeyId, accessKeySecret, securityToken }: CredentialsSettings): CredentialsProvider {
  if (accessKeyId === undefined || accessKeySecret === undefined) throw unusable(NEEDED);
  return staticCredentials({ accessKeyId, accessKeySecret, securityToken });
}

function roleOf({ externalId, ...role }: AssumeRoleSettings): Parameters<typeof assumedBy>[1] {
  return { ...role, externalId: () => secretOf('externalId', externalId) };
}

function openKit(settings: CredentialsSettings, clock: Clock, proxyFor: ChooseProxy): ProfileKit {
  const http = new HttpText(clock);
  const { stsEndpoint, metadataEndpoint, commandTimeoutMs = COMMAND_TIMEOUT_MS } = settings;
  const stsOf: ProfileKit['stsOf'] = (region) => {
    const regional = region && `https://sts${region.vpc ? '-vpc' : ''}.${region.id}.aliyuncs.com`;
    return { http, clock, proxyFor, endpoint: stsEndpoint ?? regional ?? STS_ENDPOINT } satisfies Sts;
  };
  return { http, metadataEndpoint, commandTimeoutMs, stsOf, clock };
}

type Sources = Readonly<Record<Exclude<SourceName, 'auto'>, () => CredentialsSource>>;

/** Each throws where what it needs is not said anywhere. */
function sources(settings: CredentialsSettings, env: Environment, kit: ProfileKit): Sources {
  const say = (value: string | undefined, key: string, variable: string): string => {
    const found = value ?? env[variable];
    if (found === undefined || found === '') throw unusable(`${key} is not set, nor is ${variable}`);
    return found;
  };
  return {
    static: () => keysOfConfig(keysIn(settings)),
    environment: () => {
      say(undefined, 'the access key in the environment', 'ALIBABA_CLOUD_ACCESS_KEY_ID');
      return { name: 'environment', fetch: () => Promise.resolve().then(() => fromEnvironment(env)) };
    },
    oidc: () => {
      const roleArn = say(settings.roleArn, 'roleArn', 'ALIBABA_CLOUD_ROLE_ARN');
      const providerArn = say(settings.oidcProviderArn, 'oidcProviderArn', 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN');
      const tokenFile = say(settings.oidcTokenFile, 'oidcTokenFile', 'ALIBABA_CLOUD_OIDC_TOKEN_FILE');
      return oidcRole({ roleArn, providerArn, tokenFile }, kit.stsOf(undefined));
    },
    uri: () => fromUri(kit.http, say(settings.uri, 'uri', 'ALIBABA_CLOUD_CREDENTIALS_URI')),
    file: () => credentialsFile(say(settings.file, 'file', 'ALIBABA_CLOUD_CREDENTIALS_JSON')),
    profile: () => profile(settings, env, kit),
    'ecs-ram-role': () =>
      instanceRole(kit.http, kit.metadataEndpoint, settings.roleName ?? env['ALIBABA_CLOUD_ECS_METADATA']),
    command: () => {
      if (settings.command === undefined) throw unusable('source "command" needs command: [program, argument, …]');
      return commandSource(settings.command, kit.commandTimeoutMs, kit.clock);
    },
  };
}

function fromEnvironment(env: Environment): ReturnType<typeof readIssued> {
  return readIssued('the environment', {
    AccessKeyId: env['ALIBABA_CLOUD_ACCESS_KEY_ID'],
    AccessKeySecret: env['ALIBABA_CLOUD_ACCESS_KEY_SECRET'],
    SecurityToken: env['ALIBABA_CLOUD_SECURITY_TOKEN'],
  });
}

function profile(settings: CredentialsSettings, env: Environment, kit: ProfileKit): CredentialsSource {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? '';
  const named = settings.file ?? env['ALIBABA_CLOUD_CREDENTIALS_FILE'];
  const file = named ?? PROFILE_FILES.map((path) => join(home, path)).find((path) => existsSync(path));
  if (file === undefined) throw unusable(`there is neither ~/${PROFILE_FILES.join(' nor ~/')}`);
  return profileFile(file, settings.profile ?? env['ALIBABA_CLOUD_PROFILE'], kit);
}

/** In the order of Alibaba Cloud's SDKs: what was said explicitly first, the machine's own role last. */
const ORDER = ['environment', 'oidc', 'uri', 'profile', 'ecs-ram-role'] as const;

/**
 * The first source that is there and works, and after that only this one. One that is set up and does not answer at present is waited for: the next
 * might work with fewer rights, for good. The machine's own role is never set up, so where nobody answers for it there is none.
 */
function chain(parts: Sources, log: Log): CredentialsSource {
  let chosen: CredentialsSource | undefined;
  const search: CredentialsSource['fetch'] = async () => {
    const reasons: string[] = [];
    for (const name of ORDER) {
      try {
        const source = parts[name]();
        const issued = await source.fetch();
        chosen = source;
        log.info({ credentialsFrom: source.name }, 'credentials found');
        return issued;
      } catch (thrown) {
        const error = asForwarderError(thrown);
        if (error.class === 'retry' && name !== 'ecs-ram-role') throw error;
        reasons.push(`${name}: ${error.message.replace(/^the credentials can't be used: /, '')}`);
      }
    }
    throw unusable(
      `there are none: set credentials of the source (SLS_AK_ID and SLS_AK_KEY), or one of the others; tried ${reasons.join('; ')}`,
    );
  };
  return {
    get name() {
      return chosen?.name ?? 'default chain';
    },
    fetch: () => (chosen === undefined ? search() : chosen.fetch()),
  };
}
