import { readRegularFile } from '../flow/read-file.js';
import { asForwarderError, ForwarderError } from '../errors/forwarder-error.js';
import { readFault } from '../errors/file-fault.js';
import { chooseProxy } from '../sls/http/proxy.js';
import type { Environment } from './environment.js';
import type { CredentialsConfig } from './credentials-schema.js';
import { quoted, type Path, type Say } from './problem.js';
import { isWrong } from './scalars.js';
import type { SourceConfig } from './source-schema.js';
import { readProxyFile } from './service-settings.js';

/** How a Log Service is reached, and who we are there. @param path of the section */
export function checkService(service: SourceConfig, path: Path, say: Say): void {
  const { endpoint, signature, region, credentials, proxy, proxyFile } = service;
  if (endpoint === 'embedded') return;
  checkKeys(credentials, endpoint.host, [...path, 'credentials'], say);
  checkSecretFiles(credentials, [...path, 'credentials'], say);
  if (credentials.assumeRole !== undefined)
    checkSecretFiles(credentials.assumeRole, [...path, 'credentials', 'assumeRole'], say);
  checkCommand(credentials, [...path, 'credentials'], say);
  if (proxyFile !== '') checkProxyFile(proxy, proxyFile, [...path, 'proxyFile'], say);
  if (signature === 'v4' && region === undefined && endpoint.region === undefined) {
    say(
      [...path, 'region'],
      `signature v4 needs the region, and ${quoted(endpoint.host)} does not tell it; write it here`,
    );
  }
}

function checkKeys(credentials: CredentialsConfig, host: string, path: Path, say: Say): void {
  const isGiven = (key: 'accessKeyId' | 'accessKeySecret'): boolean =>
    credentials[key] !== '' || credentials[`${key}File`] !== '';
  const half = credentials.source === 'auto' && isGiven('accessKeyId') !== isGiven('accessKeySecret');
  for (const key of ['accessKeyId', 'accessKeySecret'] as const) {
    const fault = keyFault(credentials[key]);
    if (fault !== undefined) say([...path, key], fault);
    if (isGiven(key) || (credentials.source !== 'static' && !half)) continue;
    const variable = key === 'accessKeyId' ? 'SLS_AK_ID' : 'SLS_AK_KEY';
    say([...path, key], `needed to read from ${host}; with the shipped config.yaml, set ${variable}`);
  }
}

/** A key read from a file or a secret store often comes with the line end behind it. */
function keyFault(text: string): string | undefined {
  if (text === '' || /^[!-~]+$/.test(text)) return undefined;
  if (/[\r\n]$/.test(text)) return 'ends with a line break, which no key has; remove it where the value comes from';
  return 'holds a blank or another character that no key has';
}

/** For each key there may be one with `File` behind its name. */
function checkSecretFiles(section: Readonly<Record<string, unknown>>, path: Path, say: Say): void {
  for (const key of ['accessKeyId', 'accessKeySecret', 'securityToken', 'externalId']) {
    const file = section[`${key}File`];
    if (typeof file !== 'string' || file === '') continue;
    const fault = section[key] === '' ? textFault(file) : `there is "${key}" too; remove one`;
    if (fault !== undefined) say([...path, `${key}File`], fault);
  }
}

function checkCommand({ source, command }: CredentialsConfig, path: Path, say: Say): void {
  if (source === 'command' && command === undefined) {
    say([...path, 'command'], 'needed for "source: command"; write [program, argument, …]');
  }
  if (command !== undefined && source !== 'command' && source !== 'auto') {
    say([...path, 'command'], `is never run with "source: ${source}"; remove one of the two`);
  }
}

function checkProxyFile(proxy: SourceConfig['proxy'], file: string, path: Path, say: Say): void {
  if (proxy !== 'environment') {
    say(path, 'there is "proxy" too; remove one');
    return;
  }
  try {
    const read = readProxyFile(file);
    if (isWrong(read)) say(path, `${quoted(file)}: ${read.wrong}`);
  } catch (thrown) {
    say(path, asForwarderError(thrown).message);
  }
}

/** The variables of the environment that would be used, and may hold a password: what is wrong with them repeats nothing of them. */
export function checkProxyVariables(service: SourceConfig, env: Environment, path: Path, say: Say): void {
  const { endpoint, proxy, proxyFile } = service;
  if (endpoint === 'embedded' || proxyFile !== '') return;
  try {
    chooseProxy(proxy, env, (message) => new ForwarderError('CONFIG_INVALID', message))(endpoint);
  } catch (thrown) {
    say(path, asForwarderError(thrown).message);
  }
}

/** Why a file can't be a secret. */
function textFault(file: string): string | undefined {
  try {
    return readRegularFile(file).length > 0 ? undefined : `${quoted(file)} is empty`;
  } catch (thrown) {
    return `can't read ${quoted(file)}: ${readFault(thrown)}`;
  }
}
