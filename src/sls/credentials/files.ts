import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFault } from '../../errors/file-fault.js';
import { isRecord } from '../json.js';
import { readIssued, unusable, type CredentialsSource, type Issued } from './credentials.js';

/** @throws ForwarderError SLS_UNAUTHORIZED */
export function readText(what: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    throw unusable(`${what} can't be read from ${file}: ${readFault(thrown)}`);
  }
}

function json(what: string, file: string): Readonly<Record<string, unknown>> {
  const text = readText(what, file);
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // Said below, together with JSON that is no object.
  }
  throw unusable(`${file} is not a JSON object`);
}

/** A JSON file with `accessKeyId`, `accessKeySecret` and perhaps `securityToken` and `expiration`, replaced in place whenever they change. */
export function credentialsFile(file: string): CredentialsSource {
  return {
    name: 'credentials file',
    fetch: () => Promise.resolve().then(() => readIssued(file, json('the credentials', file))),
  };
}

export const PROFILE_FILES = [join('.alibabacloud', 'credentials'), join('.aliyun', 'config.json')] as const;

/**
 * The shared files of Alibaba Cloud's tools: `~/.alibabacloud/credentials` (INI, SDKs) or a `…/config.json` (JSON, CLI). Profiles with an access
 * key or an STS token; what the CLI has to ask a service for is not its own to read.
 */
export function profileFile(file: string, profile: string | undefined): CredentialsSource {
  const read = (): Issued =>
    file.endsWith('.json') ? cliProfile(file, profile) : iniProfile(file, profile ?? 'default');
  return { name: 'profile file', fetch: () => Promise.resolve().then(read) };
}

function cliProfile(file: string, wanted: string | undefined): Issued {
  const config = json('the profile', file);
  const profiles = Array.isArray(config['profiles']) ? config['profiles'].filter(isRecord) : [];
  const name = wanted ?? config['current'];
  const found = profiles.find((profile) => profile['name'] === name);
  if (found === undefined) throw unusable(`${file} has no profile "${String(name)}"`);
  const issued = readIssued(`profile "${String(name)}" in ${file}`, {
    AccessKeyId: found['access_key_id'],
    AccessKeySecret: found['access_key_secret'],
    SecurityToken: found['sts_token'],
  });
  return issued;
}

function iniProfile(file: string, wanted: string): Issued {
  const section = iniSection(readText('the profile', file), wanted);
  if (section === undefined) throw unusable(`${file} has no profile "${wanted}"`);
  return readIssued(`profile "${wanted}" in ${file}`, {
    AccessKeyId: section.get('access_key_id'),
    AccessKeySecret: section.get('access_key_secret'),
    SecurityToken: section.get('security_token'),
  });
}

function iniSection(text: string, wanted: string): ReadonlyMap<string, string> | undefined {
  let found: Map<string, string> | undefined;
  let inside = false;
  for (const line of text.split(/\r?\n/)) {
    const [, name] = /^\s*\[([^\]]*)\]/.exec(line) ?? [];
    if (name !== undefined) {
      inside = name.trim() === wanted;
      if (inside) found ??= new Map();
    }
    const [, key, value] = /^\s*([^#;=\s]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (inside && key !== undefined && value !== undefined) found?.set(key, value);
  }
  return found;
}
