import { readRegularFile } from '../../flow/read-file.js';
import { readFault } from '../../errors/file-fault.js';
import { isRecord } from '../api/json.js';
import { readIssued, unusable, type CredentialsSource } from './credentials.js';

/** @throws ForwarderError SLS_UNAUTHORIZED */
export function readText(what: string, file: string): string {
  try {
    return readRegularFile(file).toString('utf8');
  } catch (thrown) {
    throw unusable(`${what} can't be read from ${file}: ${readFault(thrown)}`);
  }
}

/** A secret that is a file of its own; a line break at its end is not part of it. @throws ForwarderError SLS_UNAUTHORIZED */
export function readSecret(what: string, file: string): string {
  return readText(what, file).replace(/\r?\n$/, '');
}

/** @throws ForwarderError SLS_UNAUTHORIZED */
export function readJson(what: string, file: string): Readonly<Record<string, unknown>> {
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
    fetch: () => Promise.resolve().then(() => readIssued(file, readJson('the credentials', file))),
  };
}
