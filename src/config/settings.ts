import type { DeadLetterSettings } from '../deadletter/store.js';
import { ForwarderError } from '../errors/forwarder-error.js';
import type { PipelineSettings } from '../group/pipeline.js';
import type { FormatPlan } from '../model/format-plan.js';
import { UNLIMITED, type RateSettings } from '../delivery/pace.js';
import type { DestinationSettings } from '../delivery/delivery-settings.js';
import { guaranteeOf } from './cross-check.js';
import type { PresetName } from './presets.js';
import { framingOf, maxBytesOf, newlineOf, transportFor } from './receiver-defaults.js';
import type { ListenAddress } from './url-words.js';
import { toFormatPlan } from './compile-plan.js';
import { serviceSettings, type ServiceSettings } from './service-settings.js';
import { namedLogstores, usesPatterns, type LogstorePlace } from './logstore-names.js';
import type { BackoffSettings } from '../flow/backoff.js';
import type { Config, DestinationConfig, PipelineConfig } from './schema.js';
import { startAt, type Start } from './scalars.js';
import { sourceNameOf } from './source-check.js';

/** One logstore of a pipeline. */
export interface PipelinePlan {
  /** Place of its pipeline in the config. */
  readonly index: number;
  readonly settings: PipelineSettings;
  readonly plan: FormatPlan;
  readonly preset: PresetName;
  readonly compression: 'lz4' | 'zstd';
  /** SPL; empty: none. */
  readonly query: string;
  /** A consume processor; undefined: none. */
  readonly processor: string | undefined;
  readonly weight: number;
}

/** A pipeline whose logstores are found, as its patterns say. */
export interface PatternPlan {
  /** Place of its pipeline in the config. */
  readonly index: number;
  readonly name: string;
  readonly source: string;
  readonly destination: string;
  /** Names and patterns. */
  readonly projects: readonly string[];
  readonly logstores: readonly string[];
  readonly intervalMs: number;
  readonly retry: BackoffSettings;
  /** A bounded run: what is there at the start is read to its end. */
  readonly once: boolean;
  /**
   * The plan of one logstore that was found.
   * @param isLate found after the start: with `start: end` it is read from the start of the process on, so that nothing is missing that came before it was found
   */
  planFor(place: LogstorePlace, isLate: boolean): PipelinePlan;
}

/** A destination whose receivers are known only once the embedded one listens has none yet. */
export interface DestinationPlan {
  readonly settings: DestinationSettings;
  readonly embedded: boolean;
}

/** Everything the composition root needs to build the program. Times are milliseconds, sizes bytes. */
export interface ForwarderSettings {
  /** By name. */
  readonly sources: ReadonlyMap<string, 'embedded' | ServiceSettings>;
  /** Of every logstore that is named. */
  readonly pipelines: readonly PipelinePlan[];
  /** Of every pipeline that finds logstores by patterns. */
  readonly patterns: readonly PatternPlan[];
  readonly destinations: readonly DestinationPlan[];
  readonly maxInFlightBytes: number;
  readonly threads: number;
  /** Undefined: off. */
  readonly deadLetters: DeadLetterSettings | undefined;
  readonly shutdownTimeoutMs: number;
  readonly admin: { readonly listen: ListenAddress | undefined; readonly maxStallSeconds: number };
  readonly log: Config['log'];
  readonly embedded: Config['embedded'];
}

/** What the config can't know: the machine it runs on, and the moment. */
export interface Host {
  /** Whole cores this process may use. */
  readonly cores: number;
  /** Unique for this process: the consumer's name where the config gives none. */
  readonly consumer: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A bounded run, as the command line asks for it. */
export interface Range {
  /** In place of the start position of every pipeline. */
  readonly from?: Start | undefined;
  /** Every shard is read up to here, then the program ends. */
  readonly to?: Start | undefined;
}

/** The config as code wants it. */
export function toSettings(config: Config, host: Host, range: Range = {}): ForwarderSettings {
  const { threads } = config.workers;
  const { listen, maxStall } = config.admin;
  return {
    sources: new Map(Object.entries(config.sources).map(([name, source]) => [name, serviceSettings(source)])),
    pipelines: config.pipelines.flatMap((pipeline, index) =>
      namedLogstores(pipeline).map((logstore) => pipelinePlan(pipeline, { index, ...logstore }, config, host, range)),
    ),
    patterns: config.pipelines.flatMap((pipeline, index) =>
      usesPatterns(pipeline) ? [patternPlan(pipeline, index, config, host, range)] : [],
    ),
    destinations: Object.entries(config.destinations).map(([name, destination]) => destinationPlan(name, destination)),
    maxInFlightBytes: config.flow.maxInFlightBytes,
    threads: threads === 'auto' ? Math.max(1, Math.min(MAX_AUTO_THREADS, host.cores - 1)) : threads,
    deadLetters: deadLetters(config.deadLetters),
    shutdownTimeoutMs: config.shutdown.timeout,
    admin: { listen: listen === 'off' ? undefined : listen, maxStallSeconds: maxStall / 1000 },
    log: config.log,
    embedded: config.embedded,
  };
}

function deadLetters({ directory, maxBytes, after }: Config['deadLetters']): DeadLetterSettings | undefined {
  return directory === undefined ? undefined : { directory, maxBytes, retryMs: after };
}

/** One coordinator can't feed more. */
const MAX_AUTO_THREADS = 8;

interface Place extends LogstorePlace {
  readonly index: number;
}

function patternPlan(pipeline: PipelineConfig, index: number, config: Config, host: Host, range: Range): PatternPlan {
  const { name, destination, project: projects, logstore: logstores, retry } = pipeline;
  const start = range.from ?? pipeline.start;
  const late = { ...range, from: start === 'end' ? { unixSeconds: Math.floor(host.now / 1000) } : start };
  return {
    index,
    name,
    source: sourceName(pipeline, config),
    destination,
    projects,
    logstores,
    intervalMs: pipeline.discovery.interval,
    retry: { initialMs: retry.initial, maxMs: retry.max },
    once: range.to !== undefined,
    planFor: (place, isLate) => pipelinePlan(pipeline, { index, ...place }, config, host, isLate ? late : range),
  };
}

function pipelinePlan(
  pipeline: PipelineConfig,
  { index, project, logstore }: Place,
  config: Config,
  host: Host,
  range: Range,
): PipelinePlan {
  const { name, consumerGroup, destination, heartbeat, inOrder, pull, retry } = pipeline;
  const isAlone = pipeline.project.length * pipeline.logstore.length === 1 && !usesPatterns(pipeline);
  return {
    index,
    settings: {
      name,
      title: isAlone ? name : `${name} (${project}/${logstore})`,
      source: sourceName(pipeline, config),
      project,
      logstore,
      consumerGroup,
      consumer: pipeline.consumer ?? host.consumer,
      destination,
      heartbeatIntervalMs: heartbeat.interval,
      shardCheckMs: pipeline.shardCheck,
      group: { timeoutSeconds: heartbeat.timeout / 1000, inOrder },
      shard: {
        start: startAt(range.from ?? pipeline.start, host.now),
        end: range.to === undefined ? undefined : startAt(range.to, host.now),
        onExpiredCursor: pipeline.onExpiredCursor,
        windowBatches: pull.window,
        maxPullBytes: pull.maxBytes,
        idlePollMs: pull.idlePoll,
        idlePollMaxMs: Math.max(pull.idlePoll, pull.idlePollMax),
        minPullIntervalMs: pull.minInterval,
        checkpointIntervalMs: config.checkpoint.interval,
        checkpointMaxAgeMs: config.checkpoint.maxAge,
        checkpointRefreshMs: config.checkpoint.refresh,
        drainTimeoutMs: pipeline.drainTimeout,
        maxStallMs: config.admin.maxStall,
        retry: { initialMs: retry.initial, maxMs: retry.max },
      },
    },
    plan: formatPlan(pipeline, { project, logstore }, config),
    preset: pipeline.format.preset,
    compression: pipeline.compression,
    query: pipeline.query.trim(),
    processor: pipeline.processor,
    weight: pipeline.weight,
  };
}

function sourceName(pipeline: PipelineConfig, { sources }: Config): string {
  const name = sourceNameOf(pipeline, Object.keys(sources));
  if (name === undefined) throw new ForwarderError('INTERNAL', `${pipeline.name} has no source in a checked config`);
  return name;
}

function formatPlan(
  { format, destination: name }: PipelineConfig,
  { project, logstore }: LogstorePlace,
  config: Config,
): FormatPlan {
  const destination = config.destinations[name];
  if (destination === undefined) throw new ForwarderError('INTERNAL', `no destination ${name} in a checked config`);
  const { oversize: over, oversizeMarker: marker, trimFirst } = destination;
  const { preset } = format;
  const maxBytes = maxBytesOf(destination, preset);
  const size =
    maxBytes === undefined || over === 'send'
      ? undefined
      : { maxBytes, over, marker, trimFirst, idPrefix: `${project}/${logstore}/` };
  const wire = { framing: framingOf(destination, preset), newline: newlineOf(destination, preset), size };
  return toFormatPlan(format, { project, logstore, ...wire });
}

/** Keys that are not written are there, and undefined. */
const NO_FILES = {
  ca: undefined,
  cert: undefined,
  key: undefined,
  passphrase: undefined,
  passphraseFile: undefined,
  ciphers: undefined,
  servername: undefined,
};

function rateOf(destination: DestinationConfig): RateSettings {
  const rate = { ...UNLIMITED, ...destination.rate };
  const { pace } = transportFor(destination);
  if (pace === undefined) return rate;
  const { eps = pace.eps } = rate;
  return { ...rate, eps, burst: rate.burst ?? Math.ceil(eps / pace.bursts) };
}

function destinationPlan(name: string, destination: DestinationConfig): DestinationPlan {
  const { endpoints, mode, connections, failback, rebind, replayBytes, retry, settle, tls } = destination;
  const settings = {
    name,
    endpoints: endpoints.filter((endpoint) => endpoint !== 'embedded'),
    guarantee: guaranteeOf(destination),
    mode,
    failback: { intervalMs: failback.interval, probes: failback.probes },
    rebind: { afterMs: earlier(rebind.time, settle.rotate), afterBytes: rebind.bytes },
    resolveIntervalMs: destination.resolveInterval,
    connections: mode === 'loadBalance' ? Math.max(connections, endpoints.length) : connections,
    connectTimeoutMs: destination.connectTimeout,
    stallTimeoutMs: destination.stallTimeout,
    proofMs: settle.time,
    proofBytes: settle.bytes,
    probationMs: settle.probation,
    replayBytes,
    retry: { initialMs: retry.initial, maxMs: retry.max },
    rate: rateOf(destination),
    tls: { ...NO_FILES, ...tls },
  };
  return { settings, embedded: endpoints.includes('embedded') };
}

/** The earlier of two times, either of which may be missing. */
function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}
