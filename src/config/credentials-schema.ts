import { z } from 'zod';
import { ROLE_SECONDS, ROLE_SESSION } from '../sls/credentials/sts.js';
import { duration, integer, named, parsed, secret } from './leaves.js';
import type { Parsed } from './scalars.js';

/** The keys of `credentials`: who we are at the service. A secret may be a file of its own, which is read again when it changes. */
const section = z.strictObject;

export const optionalText = () => z.string().prefault('');
const optionalSecret = () => secret().prefault('');

const url = () =>
  parsed('an http:// or https:// address', (text): Parsed<string> => {
    const trimmed = text.replace(/\/+$/, '');
    const good = /^https?:\/\/[^/?#\s@]+$/.test(trimmed) && URL.canParse(trimmed);
    return good ? trimmed : { wrong: 'expected an http:// or https:// address without a path' };
  });

const MOST_POLICY = 2048;

/** The STS API takes JSON of so much, and says little about what is wrong with it. */
function parsePolicy(text: string): Parsed<string> {
  if (text.length > MOST_POLICY) return { wrong: `a policy has at most ${MOST_POLICY} characters` };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'Statement' in value) return text;
  } catch {
    // Said below, together with JSON that is no policy.
  }
  return { wrong: 'is no RAM policy: write JSON with "Version" and "Statement", in single quotes' };
}

const assumeRole = section({
  roleArn: named(
    /^acs:ram::\d{1,32}:role\/[\w.@/-]{1,256}$/,
    'the ARN of a role such as acs:ram::1234567890123456:role/siem-reader',
  ).describe('Role to assume.'),
  sessionName: named(/^[\w.@-]{2,64}$/, '2 to 64 letters, digits, ".", "@", "-" and "_"')
    .prefault(ROLE_SESSION)
    .describe("What the audit log of the role's account calls this session."),
  externalId: optionalSecret().describe('External id, if the trust policy of the role asks for one.'),
  externalIdFile: optionalText().describe('File that holds the external id.'),
  durationSeconds: integer(900, 43_200)
    .prefault(ROLE_SECONDS)
    .describe('How long a session lasts; at most what the role allows.'),
  policy: parsed('a RAM policy in JSON', parsePolicy)
    .optional()
    .describe("RAM policy in JSON that narrows the role's rights."),
}).describe('A RAM role, also of another account, that is assumed with the credentials of the source.');

export const credentials = section({
  accessKeyId: optionalSecret().describe('AccessKey id of a RAM user or of a temporary credential.'),
  accessKeyIdFile: optionalText().describe('File that holds the AccessKey id.'),
  accessKeySecret: optionalSecret().describe('AccessKey secret.'),
  accessKeySecretFile: optionalText().describe('File that holds the AccessKey secret.'),
  securityToken: optionalSecret().describe('STS token, for temporary credentials only.'),
  securityTokenFile: optionalText().describe('File that holds the STS token.'),
  source: z
    .enum(['auto', 'static', 'environment', 'oidc', 'uri', 'file', 'profile', 'ecs-ram-role', 'command'])
    .prefault('auto')
    .describe(
      'Where credentials come from; auto: the keys above if they are given, else the command if there is one, else the first of environment, oidc, uri, profile and ecs-ram-role that works.',
    ),
  roleName: optionalText().describe('ecs-ram-role: name of the role; asked of the metadata service if empty.'),
  roleArn: optionalText().describe('oidc: ARN of the role; default: ALIBABA_CLOUD_ROLE_ARN.'),
  oidcProviderArn: optionalText().describe(
    'oidc: ARN of the identity provider; default: ALIBABA_CLOUD_OIDC_PROVIDER_ARN.',
  ),
  oidcTokenFile: optionalText().describe('oidc: file with the token; default: ALIBABA_CLOUD_OIDC_TOKEN_FILE.'),
  uri: optionalText().describe(
    'uri: address that answers with credentials as JSON; default: ALIBABA_CLOUD_CREDENTIALS_URI.',
  ),
  file: optionalText().describe(
    'file: JSON file with accessKeyId, accessKeySecret, securityToken; profile: the shared file.',
  ),
  profile: optionalText().describe('profile: which one; default: ALIBABA_CLOUD_PROFILE, or that of the file.'),
  command: z
    .array(z.string().min(1))
    .min(1)
    .max(100)
    .optional()
    .describe(
      'command: a program and its arguments, as a list. It writes {"AccessKeyId": …, "AccessKeySecret": …, "SecurityToken": …, "Expiration": …} to its standard output. No shell is in between; for one write [/bin/sh, -c, "…"].',
    ),
  commandTimeout: duration('100ms', '5m').prefault('10s').describe('command: how long it may take.'),
  assumeRole: assumeRole.optional(),
  stsEndpoint: url()
    .optional()
    .describe(
      'oidc, assumeRole: the STS service; default: that of the region a profile names, or https://sts.aliyuncs.com.',
    ),
  metadataEndpoint: url().prefault('http://100.100.100.200').describe('ecs-ram-role: the metadata service.'),
});

export type CredentialsConfig = z.output<typeof credentials>;
