import { ForwarderError } from '../../errors/forwarder-error.js';
import type { Clock } from '../../flow/clock.js';
import type { ChooseProxy } from '../http/proxy.js';
import { describeSkew } from '../errors.js';
import { isRecord } from '../api/json.js';
import { readIssued, unusable, type Issued } from './credentials.js';
import type { HttpText, TextReply } from './http-text.js';

/** The STS service (API of 2015-04-01): who asks it, and where. */
export interface Sts {
  readonly http: HttpText;
  /** `https://sts.aliyuncs.com` */
  readonly endpoint: string;
  /** Who is between us and it. */
  readonly proxyFor: ChooseProxy;
  readonly clock: Clock;
}

/** Who asks for which role, for messages. */
interface Asking {
  /** `the ECS RAM role`; never a key. */
  readonly caller: string;
  readonly roleArn: string;
}

export const STS_NAME = 'the STS service';
export const STS_API_VERSION = '2015-04-01';
/** How long the credentials of a role live, unless the config says otherwise. Every role allows so much. */
export const ROLE_SECONDS = 3600;
export const ROLE_SESSION = 'sls-syslog-forwarder';

/** `2026-01-01T00:00:00Z`, the only form STS takes. */
export function stsTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/**
 * What STS gave for a role.
 *
 * @throws ForwarderError SLS_UNAUTHORIZED, SLS_CLOCK_SKEW, or SLS_SERVER where asking again may help; nothing STS said is in the message but its code
 */
export function readRole({ status, json, skewMs }: TextReply, asking: Asking): Issued {
  const credentials = json?.['Credentials'];
  if (status === 200 && isRecord(credentials)) return readIssued(STS_NAME, credentials, skewMs);
  const code = codeOf(json);
  // The API's own limit on calls comes as 400.
  if (/^Throttling\b/.test(code))
    throw new ForwarderError('SLS_SERVER', `${STS_NAME} is asked too often; trying again`);
  const { caller, roleArn } = asking;
  const said = `${STS_NAME} refused role ${roleArn} to ${caller} with ${status}${code === '' ? '' : ` ${code}`}`;
  if (TIME.test(code))
    throw new ForwarderError('SLS_CLOCK_SKEW', `${said}: ${describeSkew(skewMs)}; set the clock of this machine`);
  const advice = ADVICE.find(([pattern]) => pattern.test(code))?.[1];
  throw unusable(advice === undefined ? said : `${said}: ${advice(asking)}`);
}

/** The request was refused for its time, which the reply tells. */
export function isRefusedForTime({ json }: TextReply): boolean {
  return TIME.test(codeOf(json));
}

const TIME = /^(InvalidTimeStamp|IllegalTimestamp)\b/;

function codeOf(json: TextReply['json']): string {
  const code = json?.['Code'];
  return typeof code === 'string' && /^[\w.]{1,80}$/.test(code) ? code : '';
}

/** The classes of refusals, each with what to do, by the error codes of AssumeRole and AssumeRoleWithOIDC. */
const ADVICE: readonly (readonly [RegExp, (asking: Asking) => string])[] = [
  [
    /^NoPermission|^Forbidden|^AccessDenied|^AuthenticationFail\.NoPermission/,
    ({ caller }) =>
      `${caller} may not assume it: allow it sts:AssumeRole on this role in RAM, name it in the role's trust policy, and check externalId`,
  ],
  [/^EntityNotExist\.OIDCProvider/, () => 'there is no such identity provider: check oidcProviderArn'],
  [/^EntityNotExist/, () => 'there is no such role: check the account and the name in roleArn'],
  [/RoleArn$/, () => 'roleArn is not acs:ram::<account id>:role/<name>'],
  [/DurationSeconds$/, () => 'durationSeconds is less than 900, or more than the longest session of this role'],
  [/\.Policy/, () => 'policy is no RAM policy in JSON of up to 2,048 characters'],
  [/RoleSessionName$/, () => 'sessionName is not 2 to 64 letters, digits, ".", "@", "-" and "_"'],
  [/ExternalId$/, () => 'externalId is not 2 to 1,224 letters, digits and "=,.@:/-_"'],
  [/^AuthenticationFail/, () => 'the OIDC token is expired or not meant for this role: check its audience and issuer'],
  [/SecurityToken/, ({ caller }) => `the security token of ${caller} is missing, wrong or expired`],
  [/AccessKeyId/, ({ caller }) => `the access key of ${caller} does not exist or is disabled`],
  [/Signature/, ({ caller }) => `the access key secret of ${caller} is wrong`],
];
