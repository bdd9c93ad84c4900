import { join } from 'node:path';
import type { Clock } from '../../flow/clock.js';
import { isRecord } from '../api/json.js';
import { assumedBy } from './assume-role.js';
import { commandSource } from './command-source.js';
import { readIssued, unusable, type CredentialsSource } from './credentials.js';
import { readJson, readText } from './file-source.js';
import type { HttpText } from './http-text.js';
import { instanceRole } from './instance-role.js';
import { oidcRole } from './oidc-role.js';
import { ROLE_SECONDS, ROLE_SESSION, type Sts } from './sts.js';
import { fromUri } from './uri.js';

export const PROFILE_FILES = [join('.alibabacloud', 'credentials'), join('.aliyun', 'config.json')] as const;

/** Whom a profile may send us to. */
export interface ProfileKit {
  readonly http: HttpText;
  readonly metadataEndpoint: string;
  /** @param region the STS service of which the profile wants to be asked; undefined: the config's */
  readonly stsOf: (region: { readonly id: string; readonly vpc: boolean } | undefined) => Sts;
  readonly commandTimeoutMs: number;
  readonly clock: Clock;
}

/**
 * The shared files of Alibaba Cloud's tools: `~/.alibabacloud/credentials` (INI, SDKs) or a `…/config.json` (JSON, CLI). They are read each time.
 * A profile holds keys, or says who has them: another profile, an ECS instance, an OIDC provider, an address, a program; and which role to assume with
 * them.
 *
 * @param wanted its name; undefined: the one the file calls current, or `default`
 */
export function profileFile(file: string, wanted: string | undefined, kit: ProfileKit): CredentialsSource {
  const fetch: CredentialsSource['fetch'] = async () => {
    const profiles = file.endsWith('.json') ? cliProfiles(file) : iniProfiles(file);
    return open(profiles, wanted ?? profiles.current, kit, []).fetch();
  };
  return { name: 'profile file', fetch };
}

type Fields = Readonly<Record<string, unknown>>;

interface Profiles {
  readonly file: string;
  readonly current: string;
  readonly find: (name: string) => Fields | undefined;
}

/** What the two files call the kinds of profiles, in lower case without underlines. */
const KINDS: Readonly<Record<string, 'keys' | 'role' | 'ecs' | 'oidc' | 'uri' | 'command'>> = {
  '': 'keys',
  ak: 'keys',
  accesskey: 'keys',
  sts: 'keys',
  ststoken: 'keys',
  ramrolearn: 'role',
  chainableramrolearn: 'role',
  ramrolearnwithrolename: 'role',
  ecsramrole: 'ecs',
  oidc: 'oidc',
  oidcrolearn: 'oidc',
  credentialsuri: 'uri',
  external: 'command',
};

/** @param seen the profiles that lead here, from the first on */
function open(profiles: Profiles, name: string, kit: ProfileKit, seen: readonly string[]): CredentialsSource {
  const { file } = profiles;
  const where = `profile "${name}" in ${file}`;
  const fields = profiles.find(name);
  if (fields === undefined) throw unusable(`${file} has no profile "${name}"`);
  if (seen.includes(name)) throw unusable(`${where} names itself as its source: ${[...seen, name].join(' → ')}`);
  const text = (...keys: string[]): string | undefined => {
    const value = keys.map((key) => fields[key]).find((one) => one !== undefined && one !== null && one !== '');
    return typeof value === 'string' ? value : undefined;
  };
  const need = (...keys: string[]): string => text(...keys) ?? missing(where, keys[0] ?? '');
  const keys = (): CredentialsSource => ({
    name: `profile "${name}"`,
    fetch: () =>
      Promise.resolve().then(() =>
        readIssued(where, {
          AccessKeyId: fields['access_key_id'],
          AccessKeySecret: fields['access_key_secret'],
          SecurityToken: fields['sts_token'] ?? fields['security_token'],
        }),
      ),
  });
  const ecs = (): CredentialsSource => instanceRole(kit.http, kit.metadataEndpoint, text('ram_role_name', 'role_name'));
  const sts = (): Sts => kit.stsOf(regionOf(where, text('sts_region'), fields['enable_vpc']));
  const caller = (): CredentialsSource => {
    const source = text('source_profile');
    if (source !== undefined) return open(profiles, source, kit, [...seen, name]);
    return text('access_key_id') === undefined && text('ram_role_name') !== undefined ? ecs() : keys();
  };
  const kind = text('mode', 'type') ?? '';
  switch (KINDS[kind.toLowerCase().replaceAll('_', '')]) {
    case 'keys':
      return keys();
    case 'ecs':
      return ecs();
    case 'uri':
      return fromUri(kit.http, need('credentials_uri'));
    case 'command':
      return commandSource(need('process_command').trim().split(/\s+/), kit.commandTimeoutMs, kit.clock);
    case 'oidc':
      return oidcRole(
        {
          roleArn: need('ram_role_arn', 'role_arn'),
          providerArn: need('oidc_provider_arn'),
          tokenFile: need('oidc_token_file', 'oidc_token_file_path'),
        },
        sts(),
      );
    case 'role': {
      const role = {
        roleArn: need('ram_role_arn', 'role_arn'),
        sessionName: text('ram_session_name', 'role_session_name') ?? ROLE_SESSION,
        externalId: () => text('external_id'),
        durationSeconds: secondsOf(where, fields['expired_seconds'] ?? fields['duration_seconds']),
        policy: text('policy'),
      };
      return assumedBy(caller(), role, sts());
    }
    default:
      throw unusable(`${where} is of the kind "${kind}", which is not read; name another, or choose another source`);
  }
}

function missing(where: string, key: string): never {
  throw unusable(`${where} has no ${key}`);
}

function secondsOf(where: string, value: unknown): number {
  if (value === undefined || value === '' || value === 0) return ROLE_SECONDS;
  const seconds = Number(value);
  if (!Number.isInteger(seconds) || seconds < 0) throw unusable(`${where}: expired_seconds is no number of seconds`);
  return seconds;
}

function regionOf(where: string, id: string | undefined, vpc: unknown): ReturnType<typeof region> {
  if (id !== undefined && !/^[a-z0-9-]{1,64}$/.test(id)) throw unusable(`${where}: sts_region is no region`);
  return region(id, vpc === true || vpc === 'true');
}

function region(id: string | undefined, vpc: boolean): { readonly id: string; readonly vpc: boolean } | undefined {
  return id === undefined ? undefined : { id, vpc };
}

function cliProfiles(file: string): Profiles {
  const config = readJson('the profile', file);
  const all = Array.isArray(config['profiles']) ? config['profiles'].filter(isRecord) : [];
  const { current } = config;
  return {
    file,
    current: typeof current === 'string' ? current : 'default',
    find: (name) => all.find((profile) => profile['name'] === name),
  };
}

function iniProfiles(file: string): Profiles {
  const sections = new Map<string, Record<string, string>>();
  let section: Record<string, string> | undefined;
  for (const line of readText('the profile', file).split(/\r?\n/)) {
    const [, name] = /^\s*\[([^\]]*)\]/.exec(line) ?? [];
    if (name !== undefined) {
      section = sections.get(name.trim()) ?? {};
      sections.set(name.trim(), section);
    }
    const [, key, value] = /^\s*([^#;=\s]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (section !== undefined && key !== undefined && value !== undefined) section[key] = value;
  }
  return { file, current: 'default', find: (name) => sections.get(name) };
}
