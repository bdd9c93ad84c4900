import { randomUUID } from 'node:crypto';
import { ForwarderError } from '../../errors/forwarder-error.js';
import type { Clock } from '../../flow/clock.js';
import type { ChooseProxy } from '../proxy.js';
import { readIssued, unusable, type CredentialsSource, type Issued } from './credentials.js';
import { readText } from './files.js';
import type { HttpText } from './http-text.js';

export interface OidcRole {
  readonly roleArn: string;
  readonly providerArn: string;
  /** File with the token of the pod's service account; the kubelet replaces it. */
  readonly tokenFile: string;
  /** `https://sts.aliyuncs.com` */
  readonly stsEndpoint: string;
  /** Who is between us and it. */
  readonly proxyFor: ChooseProxy;
}

const NAME = 'the STS service';
const SECONDS = 3600;

/** RRSA: the role of a pod's service account, by AssumeRoleWithOIDC (STS API, 2015-04-01). */
export function oidcRole(http: HttpText, role: OidcRole, clock: Clock): CredentialsSource {
  return { name: 'OIDC role', fetch: () => assume(http, role, clock) };
}

async function assume(http: HttpText, role: OidcRole, clock: Clock): Promise<Issued> {
  const { roleArn, providerArn, tokenFile, stsEndpoint, proxyFor } = role;
  const query = new URLSearchParams({
    Action: 'AssumeRoleWithOIDC',
    Format: 'JSON',
    Version: '2015-04-01',
    Timestamp: new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
    SignatureNonce: randomUUID(),
  });
  const { status, json } = await http.request({
    what: NAME,
    method: 'POST',
    proxyFor,
    url: `${stsEndpoint}/?${query.toString()}`,
    form: {
      RoleArn: roleArn,
      OIDCProviderArn: providerArn,
      OIDCToken: readText('the OIDC token', tokenFile).trim(),
      RoleSessionName: 'sls-syslog-forwarder',
      DurationSeconds: String(SECONDS),
    },
  });
  const credentials = json?.['Credentials'];
  if (status === 200 && typeof credentials === 'object' && credentials !== null)
    return readIssued(NAME, credentials as Readonly<Record<string, unknown>>);
  const code = json?.['Code'];
  // The API's own limit on calls comes as 400.
  if (typeof code === 'string' && /^Throttling\b/.test(code))
    throw new ForwarderError('SLS_SERVER', `${NAME} is asked too often; trying again`);
  const said = typeof code === 'string' && /^[\w.]{1,80}$/.test(code) ? ` ${code}` : '';
  throw unusable(`${NAME} refused role ${roleArn} with ${status}${said}`);
}
