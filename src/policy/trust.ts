import { policy, type PolicyDocument, type Statement } from './rights.js';

/** Who may assume a role. */
export type Trusted =
  /** The RAM users and roles of an account; with an external id, if the role asks for one. */
  | { readonly is: 'account'; readonly account: string; readonly externalId: string | undefined }
  /** An ECS instance. */
  | { readonly is: 'ecs' }
  /** A service account of an ACK cluster (RRSA). */
  | {
      readonly is: 'oidc';
      readonly providerArn: string;
      /** `namespace:name` */
      readonly serviceAccount: string;
      /** Address of the cluster's identity provider. */
      readonly issuer: string | undefined;
    };

/** The trust policy of a role. */
export function trustPolicy(trusted: Trusted): PolicyDocument {
  return policy([{ Effect: 'Allow', Action: ['sts:AssumeRole'], ...principal(trusted) }]);
}

function principal(trusted: Trusted): Pick<Statement, 'Principal' | 'Condition'> {
  switch (trusted.is) {
    case 'account': {
      const { account, externalId } = trusted;
      const Principal = { RAM: [`acs:ram::${account}:root`] };
      return externalId === undefined ? { Principal } : { Principal, ...when({ 'sts:ExternalId': externalId }) };
    }
    case 'ecs':
      return { Principal: { Service: ['ecs.aliyuncs.com'] } };
    case 'oidc': {
      const { providerArn, serviceAccount, issuer } = trusted;
      const Principal = { Federated: [providerArn] };
      return {
        Principal,
        ...when({
          'oidc:aud': 'sts.aliyuncs.com',
          'oidc:sub': `system:serviceaccount:${serviceAccount}`,
          ...(issuer === undefined ? {} : { 'oidc:iss': issuer }),
        }),
      };
    }
  }
}

const when = (StringEquals: Readonly<Record<string, string>>): Pick<Statement, 'Condition'> => ({
  Condition: { StringEquals },
});
