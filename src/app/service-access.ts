import type { ServiceSettings } from '../config/service-settings.js';
import { everyPlan } from '../config/pattern-plans.js';
import type { ForwarderSettings } from '../config/settings.js';
import { EMBEDDED_CREDENTIALS } from './embedded.js';
import { ForwarderError } from '../errors/forwarder-error.js';
import type { Clock } from '../flow/clock.js';
import type { Log } from '../model/log.js';
import { createSlsClient, type SlsClient, type SlsSettings } from '../sls/client.js';
import { openCredentials } from '../sls/credentials/choose.js';
import { staticCredentials } from '../sls/credentials/credentials.js';
import { parseEndpoint } from '../sls/endpoint.js';
import { chooseProxy } from '../sls/http/proxy.js';
import { nameOf } from '../sls/http/tunnel.js';

/** What the service may send at most: its own limit is 10 MiB a reply, decompressed. More is a corrupt claim. */
export const MAX_RAW_SIZE = 32 * 1024 * 1024;
/** `maxSockets`: pulls at one time; more shards than this take turns. */
const SERVICE_LIMITS = { connectTimeoutMs: 10_000, maxBodyBytes: MAX_RAW_SIZE, maxSockets: 64 };
type ServiceAccess = Omit<SlsSettings, keyof typeof SERVICE_LIMITS>;

interface ServiceDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The client for one source of a config.
 * @param embedded endpoint of the built-in Log Service, where the config asks for it
 */
export function openSource(
  { sources }: ForwarderSettings,
  name: string,
  embedded: string | undefined,
  { env, clock, log }: ServiceDeps,
): SlsClient {
  const service = sources.get(name);
  if (service === undefined) throw new ForwarderError('INTERNAL', `no source ${name} in a checked config`);
  const access = service === 'embedded' ? accessToEmbedded(embedded) : accessTo(service, { env, clock, log });
  return createSlsClient({ ...access, ...SERVICE_LIMITS }, clock, log);
}

/** The same for sources that lead to the same Log Service: a project belongs to one region, by whatever address and account it is read. */
export function serviceName({ sources }: ForwarderSettings, name: string): string {
  const service = sources.get(name);
  if (service === undefined || service === 'embedded') return 'embedded';
  const { region, host, port } = service.endpoint;
  return region ?? `${host}:${port}`;
}

/** What must never appear in a log line. What is fetched later is never in one: messages about credentials hold no values. */
export function secretsOf(settings: ForwarderSettings): string[] {
  const { sources } = settings;
  const hashKeys = everyPlan(settings).flatMap(({ plan }) =>
    plan.masks === undefined ? [] : [Buffer.from(plan.masks.key).toString()],
  );
  return [...hashKeys, ...[...sources.values()].flatMap(secretsOfService)];
}

function secretsOfService(service: 'embedded' | ServiceSettings): string[] {
  if (service === 'embedded') return [];
  const { accessKeySecret, securityToken } = service.credentials;
  const ofProxy = typeof service.proxy === 'string' ? [] : service.proxy.secrets;
  return [accessKeySecret, securityToken, ...ofProxy].filter((secret) => secret !== undefined);
}

function accessTo(service: ServiceSettings, { env, clock, log }: ServiceDeps): ServiceAccess {
  const { endpoint, signature, region, timeoutMs } = service;
  const proxyFor = chooseProxy(service.proxy, env, (message) => new ForwarderError('CONFIG_INVALID', message));
  const via = proxyFor(endpoint);
  if (via !== undefined) log.info({}, `requests to the Log Service go through ${nameOf(via)}`);
  const credentials = openCredentials(service.credentials, env, clock, log, proxyFor);
  return { endpoint, signature, region, credentials, proxyFor, responseTimeoutMs: timeoutMs };
}

function accessToEmbedded(endpoint: string | undefined): ServiceAccess {
  const parsed = parseEndpoint(endpoint ?? '');
  if (!parsed.ok) throw new ForwarderError('INTERNAL', parsed.message);
  const credentials = staticCredentials(EMBEDDED_CREDENTIALS);
  return { endpoint: parsed.endpoint, signature: 'v1', credentials, responseTimeoutMs: 30_000 };
}
