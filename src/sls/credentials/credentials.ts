import { ForwarderError } from '../../errors/forwarder-error.js';

export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Only with temporary (STS) credentials. */
  readonly securityToken?: string | undefined;
}

export interface CredentialsProvider {
  /** Asked before every request, so what is dear to get is kept. @throws ForwarderError */
  get(): Promise<Credentials>;
  /** The service refused these. @returns whether there are others now, so that asking again can help. */
  renew(refused: Credentials): Promise<boolean>;
}

/** Credentials that never change. */
export function staticCredentials(credentials: Credentials): CredentialsProvider {
  return { get: () => Promise.resolve(credentials), renew: () => Promise.resolve(false) };
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
    if (value === '') throw unusable(`${name} is empty: set credentials of the source (SLS_AK_ID and SLS_AK_KEY)`);
    if (!VISIBLE.test(value)) throw unusable(`${name} holds a space, a line end or another character that no key has`);
  }
  return credentials;
}

export function unusable(problem: string): ForwarderError {
  return new ForwarderError('SLS_UNAUTHORIZED', `the credentials can't be used: ${problem}`);
}

/** Credentials with their end. */
export interface Issued {
  readonly credentials: Credentials;
  /** Milliseconds since the epoch; undefined: they don't expire, but may be replaced. */
  readonly expiresAt: number | undefined;
}

/** Where credentials come from. */
export interface CredentialsSource {
  /** `ECS RAM role`, for messages. */
  readonly name: string;
  /** How often what does not expire is fetched again, milliseconds; not given: every ten seconds. */
  readonly lookAgainMs?: number;
  /** @throws ForwarderError */
  fetch(): Promise<Issued>;
}

/** The same in the spellings of the SDKs, of JavaScript and of the command line tool. */
const SPELLINGS = {
  AccessKeyId: ['AccessKeyId', 'accessKeyId', 'access_key_id'],
  AccessKeySecret: ['AccessKeySecret', 'accessKeySecret', 'access_key_secret'],
  SecurityToken: ['SecurityToken', 'securityToken', 'security_token', 'sts_token'],
  Expiration: ['Expiration', 'expiration'],
} as const;

/**
 * Reads the reply of a service, a file, or what a program wrote, that holds credentials.
 *
 * @param skewMs how far the clock of who gave them is ahead of ours, milliseconds: their end is by that clock
 * @throws ForwarderError SLS_UNAUTHORIZED; the values never appear in it.
 */
export function readIssued(from: string, json: Readonly<Record<string, unknown>> | undefined, skewMs = 0): Issued {
  const text = (key: keyof typeof SPELLINGS): string => {
    const value = SPELLINGS[key].map((spelling) => json?.[spelling]).find((one) => one !== undefined && one !== null);
    return typeof value === 'string' ? value : value === undefined ? '' : NOT_TEXT;
  };
  const accessKeyId = text('AccessKeyId');
  const accessKeySecret = text('AccessKeySecret');
  if (accessKeyId === '' || accessKeySecret === '') throw unusable(`${from} gave no access key`);
  const expiration = text('Expiration');
  const expiresAt = expiration === '' ? undefined : Date.parse(expiration) - skewMs;
  if (Number.isNaN(expiresAt))
    throw unusable(`${from} gave an Expiration that is no time such as 2026-01-01T00:00:00Z`);
  return {
    credentials: checkCredentials({ accessKeyId, accessKeySecret, securityToken: text('SecurityToken') || undefined }),
    expiresAt,
  };
}

/** Passes no check. */
const NOT_TEXT = ' ';
