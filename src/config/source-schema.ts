import { z } from 'zod';
import { PROXY_SETTING_EXPECTED, SERVICE_EXPECTED, parseProxySetting, parseService } from './url-words.js';
import { credentials, optionalText } from './credentials-schema.js';
import { duration, named, parsed } from './leaves.js';

/** The keys of one of `sources`: a Log Service, and who we are there. */
const section = z.strictObject;

export const source = section({
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
  credentials: credentials.prefault({}),
  proxy: parsed(PROXY_SETTING_EXPECTED, parseProxySetting)
    .prefault('environment')
    .describe(
      'HTTP proxy to the service and to STS: http://[user:password@]host:port, off, or environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY).',
    ),
  proxyFile: optionalText().describe(
    'File that holds the address of the proxy, for one with a password; in place of "proxy".',
  ),
  timeout: duration('1s', '5m').prefault('30s').describe('How long one request to the service may take.'),
});

export type SourceConfig = z.output<typeof source>;
