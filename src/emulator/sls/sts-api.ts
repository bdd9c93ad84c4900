import { createHmac, randomUUID } from 'node:crypto';
import type { Accounts, Key } from './accounts.js';
import type { RoleOptions } from './options.js';
import { ServiceError } from './service-error.js';
import { equal, percentEncode } from './signature.js';

/** The parameters of an RPC call, wherever they stood. */
export type Parameters = ReadonlyMap<string, string>;

const MAX_SKEW_MS = 15 * 60_000;
const LEAST_SECONDS = 900;
const DEFAULT_SECONDS = 3600;

/**
 * AssumeRole (STS API of 2015-04-01).
 * @param now unix milliseconds
 * @throws ServiceError with the codes of that API
 */
export function assumeRole(accounts: Accounts, method: string, parameters: Parameters, now: number): object {
  const caller = authenticate(accounts, method, parameters, now);
  const role = roleFor(accounts, caller, parameters);
  const sessionName = parameters.get('RoleSessionName') ?? '';
  if (!/^[\w.@-]{2,64}$/.test(sessionName)) throw invalid('RoleSessionName');
  const seconds = Number(parameters.get('DurationSeconds') ?? DEFAULT_SECONDS);
  const most = role.maxSeconds ?? DEFAULT_SECONDS;
  // A role that lasts less than the least is for tests of what happens at its end.
  const least = Math.min(LEAST_SECONDS, most);
  if (!Number.isInteger(seconds) || seconds < least || seconds > Math.max(most, LEAST_SECONDS))
    throw invalid('DurationSeconds');
  checkPolicy(parameters.get('Policy'));
  const expiresAt = now + Math.min(seconds, most) * 1000;
  const { id, secret, token } = accounts.begin(role, expiresAt);
  return {
    RequestId: randomUUID().toUpperCase(),
    AssumedRoleUser: { Arn: `${role.arn}/${sessionName}`, AssumedRoleId: `300000000000000000:${sessionName}` },
    Credentials: {
      AccessKeyId: id,
      AccessKeySecret: secret,
      SecurityToken: token,
      Expiration: new Date(expiresAt).toISOString().replace(/\.\d+Z$/, 'Z'),
    },
  };
}

function authenticate(accounts: Accounts, method: string, parameters: Parameters, now: number): Key {
  const time = Date.parse(parameters.get('Timestamp') ?? '');
  if (Number.isNaN(time)) throw new ServiceError(400, 'InvalidTimeStamp.Format', 'Specified time stamp is not valid.');
  if (Math.abs(now - time) > MAX_SKEW_MS)
    throw new ServiceError(400, 'InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.');
  const caller = callerOf(accounts, parameters.get('AccessKeyId') ?? '', now);
  if (caller.token !== undefined && caller.token !== parameters.get('SecurityToken'))
    throw new ServiceError(400, 'InvalidSecurityToken.Malformed', 'Specified SecurityToken is malformed.');
  if (!equal(signatureOf(method, parameters, caller.secret), parameters.get('Signature') ?? ''))
    throw new ServiceError(400, 'SignatureDoesNotMatch', 'Specified signature is not matched with our calculation.');
  return caller;
}

function callerOf(accounts: Accounts, id: string, now: number): Key {
  try {
    return accounts.key(id, now);
  } catch (thrown) {
    if (String(thrown).includes('expired'))
      throw new ServiceError(400, 'InvalidSecurityToken.Expired', 'Specified SecurityToken is expired.');
    throw new ServiceError(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.');
  }
}

function roleFor({ roles }: Accounts, caller: Key, parameters: Parameters): RoleOptions {
  const arn = parameters.get('RoleArn') ?? '';
  if (!/^acs:ram::\d+:role\/.+$/.test(arn)) throw invalid('RoleArn');
  const role = roles.find((one) => one.arn === arn);
  if (role === undefined) throw new ServiceError(404, 'EntityNotExist.Role', `The role not exists: ${arn}.`);
  const { trusts, externalId } = role;
  const isTrusted =
    trusts?.includes(caller.id) !== false && (externalId ?? '') === (parameters.get('ExternalId') ?? '');
  if (isTrusted) return role;
  throw new ServiceError(
    403,
    'NoPermission',
    'You are not authorized to do this action. You should be authorized by RAM.',
  );
}

function checkPolicy(policy: string | undefined): void {
  try {
    if (policy !== undefined) JSON.parse(policy);
  } catch {
    throw new ServiceError(400, 'InvalidParameter.PolicyGrammar', 'The parameter Policy has not passed grammar check.');
  }
}

function invalid(name: string): ServiceError {
  return new ServiceError(400, `InvalidParameter.${name}`, `The parameter ${name} is wrongly formed.`);
}

function signatureOf(method: string, parameters: Parameters, secret: string): string {
  const names = [...parameters.keys()].filter((name) => name !== 'Signature').sort();
  const query = names.map((name) => `${percentEncode(name)}=${percentEncode(parameters.get(name) ?? '')}`).join('&');
  return createHmac('sha1', `${secret}&`)
    .update(`${method}&%2F&${percentEncode(query)}`)
    .digest('base64');
}
