import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { asForwarderError } from '../../errors/forwarder-error.js';
import type { Clock } from '../../flow/clock.js';
import type { Log } from '../../model/log.js';
import {
  readIssued,
  staticCredentials,
  unusable,
  type CredentialsProvider,
  type CredentialsSource,
} from './credentials.js';
import { credentialsFile, PROFILE_FILES, profileFile } from './files.js';
import { DIRECT, type ChooseProxy } from '../proxy.js';
import { HttpText } from './http-text.js';
import { instanceRole } from './instance-role.js';
import { oidcRole } from './oidc-role.js';
import { RotatingCredentials } from './rotating.js';

export type SourceName = 'auto' | 'static' | 'environment' | 'oidc' | 'uri' | 'file' | 'profile' | 'ecs-ram-role';

/** Where credentials come from; what is undefined is taken from the environment variables of Alibaba Cloud's SDKs. */
export interface CredentialsSettings {
  readonly source: SourceName;
  readonly accessKeyId: string | undefined;
  readonly accessKeySecret: string | undefined;
  readonly securityToken: string | undefined;
  readonly file: string | undefined;
  readonly profile: string | undefined;
  readonly roleName: string | undefined;
  readonly roleArn: string | undefined;
  readonly oidcProviderArn: string | undefined;
  readonly oidcTokenFile: string | undefined;
  readonly uri: string | undefined;
  readonly stsEndpoint: string;
  readonly metadataEndpoint: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

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
  const { accessKeyId, accessKeySecret, securityToken } = settings;
  const given = accessKeyId !== undefined && accessKeySecret !== undefined;
  if (settings.source === 'static' || (settings.source === 'auto' && given)) {
    if (!given) throw unusable('source "static" needs accessKeyId and accessKeySecret (SLS_AK_ID and SLS_AK_KEY)');
    return staticCredentials({ accessKeyId, accessKeySecret, securityToken });
  }
  const parts = sources(settings, env, clock, proxyFor);
  return new RotatingCredentials(settings.source === 'auto' ? chain(parts, log) : parts[settings.source](), clock, log);
}

type Sources = Readonly<Record<Exclude<SourceName, 'auto' | 'static'>, () => CredentialsSource>>;

/** Each throws where what it needs is not said anywhere. */
function sources(settings: CredentialsSettings, env: Environment, clock: Clock, proxyFor: ChooseProxy): Sources {
  const http = new HttpText(clock);
  const say = (value: string | undefined, key: string, variable: string): string => {
    const found = value ?? env[variable];
    if (found === undefined || found === '') throw unusable(`${key} is not set, nor is ${variable}`);
    return found;
  };
  return {
    environment: () => {
      say(undefined, 'the access key in the environment', 'ALIBABA_CLOUD_ACCESS_KEY_ID');
      return { name: 'environment', fetch: () => Promise.resolve().then(() => fromEnvironment(env)) };
    },
    oidc: () => {
      const roleArn = say(settings.roleArn, 'roleArn', 'ALIBABA_CLOUD_ROLE_ARN');
      const providerArn = say(settings.oidcProviderArn, 'oidcProviderArn', 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN');
      const tokenFile = say(settings.oidcTokenFile, 'oidcTokenFile', 'ALIBABA_CLOUD_OIDC_TOKEN_FILE');
      const { stsEndpoint } = settings;
      return oidcRole(http, { roleArn, providerArn, tokenFile, stsEndpoint, proxyFor }, clock);
    },
    uri: () => fromUri(http, say(settings.uri, 'uri', 'ALIBABA_CLOUD_CREDENTIALS_URI')),
    file: () => credentialsFile(say(settings.file, 'file', 'ALIBABA_CLOUD_CREDENTIALS_JSON')),
    profile: () => profile(settings, env),
    'ecs-ram-role': () =>
      instanceRole(http, settings.metadataEndpoint, settings.roleName ?? env['ALIBABA_CLOUD_ECS_METADATA']),
  };
}

function fromEnvironment(env: Environment): ReturnType<typeof readIssued> {
  return readIssued('the environment', {
    AccessKeyId: env['ALIBABA_CLOUD_ACCESS_KEY_ID'],
    AccessKeySecret: env['ALIBABA_CLOUD_ACCESS_KEY_SECRET'],
    SecurityToken: env['ALIBABA_CLOUD_SECURITY_TOKEN'],
  });
}

function fromUri(http: HttpText, url: string): CredentialsSource {
  const name = 'the credentials URI';
  const fetch: CredentialsSource['fetch'] = async () => {
    const { status, json } = await http.request({ what: name, url });
    if (status !== 200) throw unusable(`${name} answered ${status}`);
    return readIssued(name, json);
  };
  return { name: 'credentials URI', fetch };
}

function profile(settings: CredentialsSettings, env: Environment): CredentialsSource {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? '';
  const named = settings.file ?? env['ALIBABA_CLOUD_CREDENTIALS_FILE'];
  const file = named ?? PROFILE_FILES.map((path) => join(home, path)).find((path) => existsSync(path));
  if (file === undefined) throw unusable(`there is neither ~/${PROFILE_FILES.join(' nor ~/')}`);
  return profileFile(file, settings.profile ?? env['ALIBABA_CLOUD_PROFILE']);
}

/** In the order of Alibaba Cloud's SDKs: what was said explicitly first, the machine's own role last. */
const ORDER = ['environment', 'oidc', 'uri', 'profile', 'ecs-ram-role'] as const;

/**
 * The first source that is there and works, and from then on only that one. One that is set up and does not answer at present is waited for: the next
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
        log.info({ source: source.name }, 'credentials found');
        return issued;
      } catch (thrown) {
        const error = asForwarderError(thrown);
        if (error.class === 'retry' && name !== 'ecs-ram-role') throw error;
        reasons.push(`${name}: ${error.message.replace(/^the credentials can't be used: /, '')}`);
      }
    }
    throw unusable(
      `there are none: set sls.credentials (SLS_AK_ID and SLS_AK_KEY), or one of the others; tried ${reasons.join('; ')}`,
    );
  };
  return { name: 'default chain', fetch: () => (chosen === undefined ? search() : chosen.fetch()) };
}
