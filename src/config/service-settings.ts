import { ForwarderError } from '../errors/forwarder-error.js';
import type { AssumeRoleSettings, CredentialsSettings } from '../sls/credentials/choose.js';
import { readSecret } from '../sls/credentials/file-source.js';
import type { ServiceEndpoint } from '../sls/endpoint.js';
import type { ProxySetting } from '../sls/http/proxy.js';
import type { CredentialsConfig } from './credentials-schema.js';
import { parseProxySetting } from './url-words.js';
import { isWrong, type Parsed } from './scalars.js';
import type { SourceConfig } from './source-schema.js';

/** How one Log Service is reached. */
export interface ServiceSettings {
  readonly endpoint: ServiceEndpoint;
  readonly signature: 'auto' | 'v1' | 'v4';
  /** For signature V4; then always there. */
  readonly region: string | undefined;
  readonly credentials: CredentialsSettings;
  readonly proxy: ProxySetting;
  readonly timeoutMs: number;
}

export function serviceSettings(config: SourceConfig): 'embedded' | ServiceSettings {
  const { endpoint, signature, region, proxy, proxyFile, timeout } = config;
  if (endpoint === 'embedded') return 'embedded';
  return {
    endpoint,
    signature,
    region: region ?? endpoint.region,
    credentials: credentialsSettings(config.credentials),
    proxy: proxyFile === '' ? proxy : proxyIn(proxyFile),
    timeoutMs: timeout,
  };
}

function credentialsSettings(config: CredentialsConfig): CredentialsSettings {
  const { source, command, commandTimeout, assumeRole, stsEndpoint, metadataEndpoint, ...texts } = config;
  return {
    source,
    ...emptyIsUndefined(texts),
    command,
    commandTimeoutMs: commandTimeout,
    assumeRole: assumeRole && roleSettings(assumeRole),
    stsEndpoint,
    metadataEndpoint,
  };
}

function roleSettings(config: NonNullable<CredentialsConfig['assumeRole']>): AssumeRoleSettings {
  const { roleArn, sessionName, durationSeconds, policy, ...texts } = config;
  const { externalId: value, externalIdFile: file } = emptyIsUndefined(texts);
  return { roleArn, sessionName, durationSeconds, policy, externalId: { value, file } };
}

function emptyIsUndefined<K extends string>(texts: Readonly<Record<K, string>>): Record<K, string | undefined> {
  const entries = Object.entries<string>(texts).map(([key, text]) => [key, text === '' ? undefined : text]);
  return Object.fromEntries(entries) as Record<K, string | undefined>;
}

/** What a file says about the proxy. @throws ForwarderError if it can't be read */
export function readProxyFile(file: string): Parsed<ProxySetting> {
  return parseProxySetting(readSecret('the proxy', file));
}

function proxyIn(file: string): ProxySetting {
  const proxy = readProxyFile(file);
  if (isWrong(proxy)) throw new ForwarderError('CONFIG_INVALID', `${file}: ${proxy.wrong}`);
  return proxy;
}
