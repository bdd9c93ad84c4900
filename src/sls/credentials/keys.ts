import { checkCredentials, unusable, type CredentialsSource } from './credentials.js';
import { readSecret } from './file-source.js';

/** One secret: said in the config, or in a file of its own. */
export interface SecretText {
  readonly value: string | undefined;
  readonly file: string | undefined;
}

export interface KeySettings {
  readonly accessKeyId: SecretText;
  readonly accessKeySecret: SecretText;
  readonly securityToken: SecretText;
}

export const isSaid = ({ value, file }: SecretText): boolean => value !== undefined || file !== undefined;

/** @throws ForwarderError SLS_UNAUTHORIZED */
export function secretOf(what: string, { value, file }: SecretText): string | undefined {
  return file === undefined ? value : readSecret(what, file);
}

/** The keys of the config. Those in files are read again when they change. */
export function keysOfConfig(keys: KeySettings): CredentialsSource {
  const fetch: CredentialsSource['fetch'] = () =>
    Promise.resolve().then(() => {
      const accessKeyId = secretOf('accessKeyId', keys.accessKeyId);
      const accessKeySecret = secretOf('accessKeySecret', keys.accessKeySecret);
      const securityToken = secretOf('securityToken', keys.securityToken);
      if (accessKeyId === undefined || accessKeySecret === undefined) throw unusable(NEEDED);
      return {
        credentials: checkCredentials({ accessKeyId, accessKeySecret, securityToken }),
        expiresAt: undefined,
      };
    });
  return { name: 'access key of the config', fetch };
}

export const NEEDED = 'source "static" needs accessKeyId and accessKeySecret (SLS_AK_ID and SLS_AK_KEY)';
