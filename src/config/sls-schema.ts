import { z } from 'zod';
import { PROXY_SETTING_EXPECTED, SERVICE_EXPECTED, parseProxySetting, parseService } from './endpoint.js';
import { duration, named, parsed, secret } from './leaves.js';
import type { Parsed } from './scalars.js';

/** The keys of `sls`: where logs come from. */
const section = z.strictObject;

const optionalText = () => z.string().prefault('');

const url = () =>
  parsed('an http:// or https:// address', (text): Parsed<string> => {
    const trimmed = text.replace(/\/+$/, '');
    const good = /^https?:\/\/[^/?#\s@]+$/.test(trimmed) && URL.canParse(trimmed);
    return good ? trimmed : { wrong: 'expected an http:// or https:// address without a path' };
  });

export const sls = section({
  endpoint: parsed(SERVICE_EXPECTED, parseService).describe(
    'Endpoint of the Log Service: a region, alone or with -intranet or -accelerate, a host (https), http(s)://host[:port], or "embedded" for the built-in emulator.',
  ),
  signature: z
    .enum(['auto', 'v1', 'v4'])
    .prefault('auto')
    .describe('How requests are signed; auto: v1, and v4 where the service demands it; v4 needs the region.'),
  region: named(/^[a-z0-9-]{1,64}$/, 'a region id such as ap-southeast-1')
    .optional()
    .describe('Region for signature v4; read from the endpoint where it can be.'),
  credentials: section({
    accessKeyId: secret().prefault('').describe('AccessKey id of a RAM user or of a temporary credential.'),
    accessKeySecret: secret().prefault('').describe('AccessKey secret.'),
    securityToken: secret().prefault('').describe('STS token, for temporary credentials only.'),
    source: z
      .enum(['auto', 'static', 'environment', 'oidc', 'uri', 'file', 'profile', 'ecs-ram-role'])
      .prefault('auto')
      .describe(
        'Where credentials come from; auto: the keys above if they are given, else the first of environment, oidc, uri, profile and ecs-ram-role that works.',
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
    stsEndpoint: url().prefault('https://sts.aliyuncs.com').describe('oidc: the STS service.'),
    metadataEndpoint: url().prefault('http://100.100.100.200').describe('ecs-ram-role: the metadata service.'),
  }).prefault({}),
  proxy: parsed(PROXY_SETTING_EXPECTED, parseProxySetting)
    .prefault('environment')
    .describe(
      'HTTP proxy to the service and to STS: http://[user:password@]host:port, off, or environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY).',
    ),
  timeout: duration('1s', '5m').prefault('30s').describe('How long one request to the service may take.'),
});
