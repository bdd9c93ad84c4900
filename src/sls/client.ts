import { ForwarderError } from '../errors/forwarder-error.js';
import type { Clock } from '../flow/clock.js';
import type { BodyEncoding } from '../model/batch.js';
import type { Log } from '../model/log.js';
import type { ConsumerGroup, GroupInForce, GroupSettings, LogSource, LogstoreLister } from '../model/ports.js';
import { createConsumerGroup } from './api/create-consumer-group.js';
import type { CredentialsProvider } from './credentials/credentials.js';
import { dialFor, type ServiceEndpoint } from './endpoint.js';
import { getCheckpoint, listCheckpoints } from './api/get-checkpoint.js';
import { groupsBetween } from './api/cursor-distance.js';
import { getCursor } from './api/get-cursor.js';
import { getCursorTime } from './api/get-cursor-time.js';
import { getRetention } from './api/get-logstore.js';
import { groupAdmin, type GroupAdmin } from './api/group-admin.js';
import { heartbeat } from './api/send-heartbeat.js';
import { findConsumerGroup } from './api/list-consumer-groups.js';
import { listLogstores } from './api/list-logstores.js';
import { listProjects } from './api/list-projects.js';
import { listShards } from './api/list-shards.js';
import type { ChooseProxy } from './http/proxy.js';
import { pullLogs, watchTip } from './api/pull-logs.js';
import { QuotaGate } from './quota-gate.js';
import { openService, type CallLogstore, type LogstoreCalls, type Scope } from './service.js';
import { ServiceTime } from './service-time.js';
import { Signing } from './signing/signing.js';
import { HttpTransport, type TransportSettings } from './http/transport.js';
import { forceCheckpoint, updateCheckpoint } from './api/update-checkpoint.js';

export interface SlsSettings extends TransportSettings {
  readonly endpoint: ServiceEndpoint;
  readonly signature: 'auto' | 'v1' | 'v4';
  /** For signature v4, where the endpoint does not tell it. */
  readonly region?: string | undefined;
  readonly credentials: CredentialsProvider;
  /** Not given: nobody is in between. */
  readonly proxyFor?: ChooseProxy;
}

/** One logstore read by one consumer of one consumer group. */
export interface LogstoreSettings {
  readonly project: string;
  readonly logstore: string;
  readonly consumerGroup: string;
  readonly consumer: string;
  /** How pull bodies may travel. */
  readonly compression: BodyEncoding;
  /** SPL for the service to run on what is pulled; empty or not given: none. */
  readonly query?: string | undefined;
  /** A consume processor of the project for the service to run instead; empty or not given: none. */
  readonly processor?: string | undefined;
  /** A buffer of at least `size` bytes for a pull body; the pull reply hands it on. */
  readonly bodyBuffer: (size: number) => ArrayBuffer;
}

export interface OpenLogstore {
  readonly source: LogSource;
  readonly group: ConsumerGroup;
  readonly admin: GroupAdmin;
}

export interface SlsClient extends LogstoreLister {
  /** Opens no connection yet. The names must have passed `nameProblem`. */
  openLogstore(settings: LogstoreSettings): OpenLogstore;
  /** Ends every connection; to be called when nothing is under way. */
  close(): void;
}

/**
 * The Log Service at one endpoint.
 *
 * @throws ForwarderError CONFIG_INVALID for signature v4 without a region.
 */
export function createSlsClient(settings: SlsSettings, clock: Clock, log: Log): SlsClient {
  const { endpoint, signature } = settings;
  const region = settings.region ?? endpoint.region;
  const gates = new Map<string, QuotaGate>();
  const gateOf = (project: string): QuotaGate => {
    const gate = gates.get(project) ?? new QuotaGate(clock);
    gates.set(project, gate);
    return gate;
  };
  const transport = new HttpTransport(settings, clock);
  const deps = {
    transport,
    signing: new Signing({ signature, region, host: endpoint.host }, log),
    credentials: settings.credentials,
    time: new ServiceTime(clock, log),
    clock,
  };
  const open = (project: string | undefined, scope: Scope): LogstoreCalls =>
    openService({ ...deps, gate: gateOf(project ?? '') }, dialFor(endpoint, project, settings.proxyFor), scope);
  return {
    openLogstore: (logstore) => {
      const { project, logstore: name } = logstore;
      const calls = open(project, { name: `${project}/${name}`, path: `/logstores/${name}` });
      const admin = groupAdmin(calls.call, logstore.consumerGroup);
      return {
        source: logSource(calls, logstore, settings.maxBodyBytes),
        group: consumerGroup(calls.call, logstore),
        admin,
      };
    },
    listProjects: (signal) => listProjects(open(undefined, { name: endpoint.host, path: '' }).call, signal),
    listLogstores: (project, signal) => listLogstores(open(project, { name: project, path: '' }).call, signal),
    close: () => transport.close(),
  };
}

function logSource(
  { call, watch }: LogstoreCalls,
  { compression, query, processor, bodyBuffer }: LogstoreSettings,
  maxRawBytes: number,
): LogSource {
  return {
    getCursor: (shard, from, signal) => getCursor(call, shard, from, signal),
    pull: (shard, cursor, count, signal, how) =>
      pullLogs(call, { shard, cursor, count, compression, query, processor, maxRawBytes, bodyBuffer, signal, ...how }),
    watch: (shard, cursor, how) => watchTip(watch, { shard, cursor, compression, query, processor }, how),
    getCursorTime: (shard, cursor, signal) => getCursorTime(call, shard, cursor, signal),
    groupsBetween,
    retention: (signal) => getRetention(call, signal),
    listShards: (signal) => listShards(call, signal),
  };
}

function consumerGroup(call: CallLogstore, { consumerGroup: group, consumer }: LogstoreSettings): ConsumerGroup {
  return {
    ensure: (wanted, signal) => ensureGroup(call, group, wanted, signal),
    heartbeat: (shards, signal) => heartbeat(call, group, consumer, shards, signal),
    getCheckpoint: (shard, signal) => getCheckpoint(call, group, shard, signal),
    checkpoints: async (signal) => {
      const rows = await listCheckpoints(call, group, signal);
      return new Map(rows.map(({ shard, checkpoint }) => [shard, checkpoint]));
    },
    restore: (shard, cursor, signal) => forceCheckpoint(call, group, shard, cursor, signal),
    commit: (shard, cursor, signal) => updateCheckpoint(call, group, consumer, shard, cursor, signal),
  };
}

/** Looks first: a group that exists, as it does on every start but one, then needs no right to create. */
async function ensureGroup(
  call: CallLogstore,
  group: string,
  wanted: GroupSettings,
  signal: AbortSignal,
): Promise<GroupInForce> {
  const existing = await findConsumerGroup(call, group, signal);
  if (existing !== undefined) return { ...existing, created: false };
  if (await createConsumerGroup(call, group, wanted, signal)) return { ...wanted, created: true };
  const another = await findConsumerGroup(call, group, signal);
  if (another !== undefined) return { ...another, created: false };
  throw new ForwarderError('SLS_SERVER', `consumer group ${group} exists and is not listed; trying again`);
}
