import { randomUUID } from 'node:crypto';
import type { CredentialsSource } from './credentials.js';
import { readText } from './file-source.js';
import { readRole, ROLE_SECONDS, ROLE_SESSION, STS_API_VERSION, STS_NAME, stsTime, type Sts } from './sts.js';

export interface OidcRole {
  readonly roleArn: string;
  readonly providerArn: string;
  /** File with the token of the pod's service account; the kubelet replaces it. */
  readonly tokenFile: string;
}

/** RRSA: the role of a pod's service account, by AssumeRoleWithOIDC. */
export function oidcRole(role: OidcRole, sts: Sts): CredentialsSource {
  const { roleArn, providerArn, tokenFile } = role;
  const fetch: CredentialsSource['fetch'] = async () => {
    const query = new URLSearchParams({
      Action: 'AssumeRoleWithOIDC',
      Format: 'JSON',
      Version: STS_API_VERSION,
      Timestamp: stsTime(sts.clock.now()),
      SignatureNonce: randomUUID(),
    });
    const reply = await sts.http.request({
      what: STS_NAME,
      method: 'POST',
      proxyFor: sts.proxyFor,
      url: `${sts.endpoint}/?${query.toString()}`,
      form: {
        RoleArn: roleArn,
        OIDCProviderArn: providerArn,
        OIDCToken: readText('the OIDC token', tokenFile).trim(),
        RoleSessionName: ROLE_SESSION,
        DurationSeconds: String(ROLE_SECONDS),
      },
    });
    return readRole(reply, { caller: 'the OIDC token', roleArn });
  };
  return { name: 'OIDC role', fetch };
}
