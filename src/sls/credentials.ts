import { ForwarderError } from '../errors/forwarder-error.js';

export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Only with temporary (STS) credentials. */
  readonly securityToken?: string | undefined;
}

/** Asked before every request, so it must cache what is dear to get. */
export type CredentialsProvider = () => Promise<Credentials>;

/** The same credentials for ever. */
export function staticCredentials(credentials: Credentials): CredentialsProvider {
  return () => Promise.resolve(credentials);
}

const VISIBLE = /^[!-~]+$/;

/**
 * What travels in a header must be visible ASCII; a key read from a file with its line end would otherwise fail deep inside the HTTP library.
 *
 * @throws ForwarderError SLS_UNAUTHORIZED that names the bad part and never its value.
 */
export function checkCredentials(credentials: Credentials): Credentials {
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  const parts = { accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) };
  for (const [name, value] of Object.entries(parts)) {
    if (value === '') throw refused(`${name} is empty: set sls.credentials (SLS_AK_ID and SLS_AK_KEY)`);
    if (!VISIBLE.test(value)) throw refused(`${name} holds a space, a line end or another character that no key has`);
  }
  return credentials;
}

function refused(problem: string): ForwarderError {
  return new ForwarderError('SLS_UNAUTHORIZED', `the credentials can't be used: ${problem}`);
}
